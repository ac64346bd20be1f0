// SPDX-License-Identifier: MIT
// What client and server need of whatever carries their messages: processes, a cluster, a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "message.hpp"

namespace fanout::detail {

// One worker, as its client sees it. Every member but has_mail() is called under the client's lock,
// and none blocks.
//
// A call that was sent stands in a slot until the worker answers it. There the worker acknowledges
// the start and the client revokes the call: one of the two comes first, and both sides know which.
// A transport without memory in common with its workers counts each call as started when it is
// sent, and says no to every revoke().
class Link {
 public:
  virtual ~Link() = default;

  // How many calls may stand in slots at a time.
  virtual std::size_t slots() const noexcept = 0;

  // Takes a call on its way; a payload apart is lent until the call is answered. False: no room
  // now, there will be after the next answer.
  virtual bool send(const Message& call, Blob* apart) noexcept = 0;

  // True: the worker will never start the call, and answers `skipped`.
  virtual bool revoke(std::uint32_t slot, std::uint64_t call) noexcept = 0;
  virtual bool started(std::uint32_t slot, std::uint64_t call) const noexcept = 0;

  // Asks the stop token of a call, running or still to be run.
  virtual void stop(std::uint64_t call) noexcept = 0;

  // No more calls will be sent; the worker leaves after the last one.
  virtual void retire() noexcept = 0;

  // Has anything arrived? Only a hint.
  virtual bool has_mail() const noexcept = 0;

  // Adds what has arrived, perhaps not all. Throws ProtocolError when all that came before the
  // nonsense has been added. May throw std::bad_alloc: what was not added then arrives again.
  virtual void receive(Inbox& inbox) = 0;

  // While a thread watches, answers need not wake anybody.
  virtual void set_watched(bool watched) noexcept = 0;
};

// How a worker ended.
struct Death {
  int pid = 0;
  int exit_code = -1;      // -1: ended by a signal, or nobody knows
  int signal = 0;          // 0: not by a signal
  std::string text;        // "pid 4711 was ended by SIGKILL (often out of memory)"
  std::string last_lines;  // of what it wrote to stderr
};

enum class Ending {
  overrun,   // its task ran out of time and was asked to stop; soon `politely`
  politely,  // asked to end; soon `now`
  now,       // ended at once
};

// Starts and ends workers. Called under the client's lock, unless said otherwise.
class Transport {
 public:
  virtual ~Transport() = default;

  // Memory for a payload of this size that travels apart; null if it had better not. Any thread,
  // no lock.
  virtual std::unique_ptr<Blob> allocate(std::size_t size) = 0;

  // A worker is wanted. Client::add_worker() or Client::start_failed() answers, later.
  virtual void start_worker() noexcept = 0;

  // The same for the first one, answered before it returns. No lock. Throws if it cannot be
  // started.
  virtual void start_worker_now() = 0;

  virtual void end_worker(Link& link, Ending how) noexcept = 0;

  // The client has something for the transport's thread to look at: a deadline, or that all is over.
  virtual void wake() noexcept = 0;
};

}  // namespace fanout::detail
