// SPDX-License-Identifier: MIT
// How a thread waits for one state.
#include <fanout/detail/state.hpp>
#include <fanout/errors.hpp>

#include "context.hpp"
#include "spin.hpp"
#include "wait_graph.hpp"

namespace fanout::detail {

constinit thread_local Context context;

namespace {

// A thread asleep on a state.
struct WaitingThread final : Listener {
  WaitingThread() noexcept : Listener(&wake, Kind::waiter) {}

  static void wake(Listener* listener) noexcept {
    static_cast<WaitingThread*>(listener)->gate.open();
  }

  Gate gate;
};

[[noreturn]] void throw_timeout() { throw TimeoutError("the future was not done in time"); }

}  // namespace

bool State::await_briefly() noexcept {
  return spin_until([this] { return done(); });
}

bool State::block_until(Deadline deadline) {
  if (done()) return true;
  if (deadline.passed()) return false;
  if (await_briefly()) return true;
  WaitingThread sleeper;
  if (!add_listener(sleeper)) return true;
  if (sleeper.gate.wait_until(deadline)) return true;
  if (remove_listener(sleeper)) return false;
  // Too late: it is done, and the completing thread is about to open the gate.
  sleeper.gate.wait();
  return true;
}

void State::wait() {
  if (done()) return;
  if (context.helper != nullptr && context.helper->run_awaited(*this)) return;
  if (context.frame == nullptr) {
    block_until(Deadline::never());
  } else if (!await_briefly()) {
    const WaitEdge edge({this});
    block_until(Deadline::never());
  }
}

bool State::wait_until(Deadline deadline) {
  if (!deadline.is_never()) return block_until(deadline);
  wait();
  return true;
}

void State::wait_for_value(Deadline deadline) {
  if (!done() && !wait_until(deadline)) throw_timeout();
  if (status() == Status::cancelled || error_ != nullptr) [[unlikely]] {
    std::rethrow_exception(wait_for_exception(Deadline::never()));
  }
  // relaxed: taking a value while another thread uses it is a race in the user's program; the flag
  // only makes sure that one after the other is reported.
  if (taken_.load(std::memory_order_relaxed)) {
    throw InvalidStateError("the value of this future was taken before");
  }
}

std::exception_ptr State::wait_for_exception(Deadline deadline) {
  if (!done() && !wait_until(deadline)) throw_timeout();
  if (status() == Status::cancelled) throw CancelledError("the future was cancelled");
  // relaxed: read by the thread that destroys the state, which drop_handle() puts after this.
  if (error_ != nullptr) looked_at_.store(true, std::memory_order_relaxed);
  return error_;
}

void State::claim_value() {
  // relaxed: see wait_for_value().
  if (taken_.exchange(true, std::memory_order_relaxed)) {
    throw InvalidStateError("the value of this future was taken before");
  }
}

}  // namespace fanout::detail
