// SPDX-License-Identifier: MIT
// A call that crosses a border, as its client keeps it from submit until its future is done.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <typeinfo>

#include <fanout/detail/payload.hpp>
#include <fanout/detail/state.hpp>

namespace fanout::detail {

class Client;

// What submit knows of a call besides its bytes.
struct CallOptions {
  std::string name;
  double limit_seconds = 0;
  bool has_limit = false;
  bool takes_token = false;
  std::uint64_t group = 0;  // calls of a group run on one worker, one after the other; 0: alone
  const std::type_info* callable = nullptr;
};

//   queued ---> sent ---> started ---> settled        sent ---> queued: the worker died before it
//      \          \----------------/                  started the call, or another one is idle
//       \----------\---> withdrawn                    sent ---> settled: the pool broke
//
// Everything here belongs to the client, under its lock, until the call is settled or withdrawn;
// then it belongs to the thread that did it.
class PendingCall {
 public:
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  const CallOptions& options() const noexcept { return options_; }
  Payload& payload() noexcept { return payload_; }

  // The bytes that the state's run() makes its outcome of; they outlive that call of it.
  void bring(std::span<const std::byte> outcome) noexcept { outcome_ = outcome; }

  virtual State& state() noexcept = 0;

 protected:
  explicit PendingCall(CallOptions options) : options_(std::move(options)) {}
  ~PendingCall() = default;

  std::span<const std::byte> outcome() const noexcept { return outcome_; }

 private:
  friend class Client;
  friend class CallQueue;

  enum class Place : std::uint8_t { queued, sent, started, withdrawn, settled };

  const CallOptions options_;
  Payload payload_;
  std::span<const std::byte> outcome_;
  std::uint64_t id_ = 0;
  PendingCall* next_ = nullptr;  // in a queue
  PendingCall* previous_ = nullptr;
  class CallQueue* queue_ = nullptr;
  class RemoteWorker* worker_ = nullptr;  // sent to, or running on
  std::uint32_t slot_ = 0;                // its place there
  Place place_ = Place::queued;
  bool stop_requested_ = false;
};

// What the templates ask of the client; see src/remote/client.hpp.
Payload allocate_payload(Client& client, std::size_t size);
void submit_call(Client& client, PendingCall& call);  // takes it, or throws
bool withdraw_call(Client& client, PendingCall& call) noexcept;
void notice_start_of(Client& client, PendingCall& call) noexcept;
bool request_stop_of(Client& client, PendingCall& call) noexcept;
bool await_call_briefly(Client& client, PendingCall& call) noexcept;

}  // namespace fanout::detail
