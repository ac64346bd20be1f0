// SPDX-License-Identifier: MIT
// What the client knows of one worker: the calls that are on their way to it, or run there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "call_queue.hpp"
#include "frame.hpp"
#include "transport.hpp"

namespace fanout::detail {

//   starting --ready--> ready --retire, overrun--> leaving --its process is gone--> (erased)
//
// A plain record under the client's lock.
class RemoteWorker {
 public:
  enum class Phase : std::uint8_t { starting, ready, leaving };

  // A call that was sent and not answered. After a revoke, or when its time is over, the slot waits
  // for the answer without a call.
  struct Slot {
    std::uint64_t id = 0;  // of the sending; 0: free
    PendingCall* call = nullptr;
  };

  RemoteWorker(std::unique_ptr<Link> l, int number)
      : link(std::move(l)), index(number), slots(link->slots()) {}

  bool idle() const noexcept { return phase == Phase::ready && used == 0 && backlog.empty(); }

  // Does it stand in the place of one of max_workers? A worker whose task ran out of time does not.
  bool counts() const noexcept { return phase != Phase::leaving || (!overrun && used != 0); }

  // One that broke the rules is not listened to: what it left unread would be mail for ever.
  bool has_mail() const noexcept { return !complaint && link->has_mail(); }

  // Has it been sent all calls that it may run? Those that are revoked do not count.
  bool has_all_of(std::uint64_t most) const noexcept { return most != 0 && taken >= most; }

  const std::unique_ptr<Link> link;
  const int index;
  Phase phase = Phase::starting;
  std::optional<ProtocolError> complaint;  // why the client had it ended, if it broke the rules
  bool overrun = false;                    // ended because of a time limit
  bool full = false;                       // send() had no room; cleared by the next answer
  std::vector<Slot> slots;
  std::size_t used = 0;     // slots that are not free
  std::size_t window = 2;   // as many may be used at present
  std::uint64_t taken = 0;  // calls sent and not revoked, ever
  std::uint64_t last_group = 0;
  CallQueue backlog;  // of the last group, not yet sent
};

}  // namespace fanout::detail
