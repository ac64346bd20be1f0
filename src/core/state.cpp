// SPDX-License-Identifier: MIT
// The transitions of a shared state. What each may assume is in the class comment.
#include <new>
#include <utility>

#include <cxxabi.h>

#include <fanout/detail/state.hpp>
#include <fanout/errors.hpp>

#include "block_cache.hpp"
#include "context.hpp"
#include "demangle.hpp"
#include "make_error.hpp"
#include "notify.hpp"
#include "stripes.hpp"

namespace fanout::detail {

void* State::operator new(std::size_t size) { return allocate_block(size); }

void State::operator delete(void* block, std::size_t size) noexcept { free_block(block, size); }

void* State::operator new(std::size_t size, std::align_val_t alignment) {
  return ::operator new(size, alignment);
}

void State::operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept {
  ::operator delete(block, size, alignment);
}

void State::drop_handle() noexcept {
  // acq_rel: releases this handle's uses of the value, acquires those of the handles dropped
  // before. The only handle needs no read-modify-write: nobody else could make another.
  if (!has_one_handle() && refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // acquire: pairs with the release in finish(), whose outcome destroy() destroys.
  std::uintptr_t word = word_.load(std::memory_order_acquire);
  while (!is_final(word) || (word & (queued | overrun)) != 0) {
    // release: the uses of the handles happen before whoever sees `detached` destroys the state
    // (the acquire in finish() and clear()).
    if (word_.compare_exchange_weak(word, word | detached, std::memory_order_release,
                                    std::memory_order_acquire)) {
      return;
    }
  }
  destroy();
}

bool State::add_listener(Listener& listener) noexcept {
  // acquire: if it is done, the caller goes on to read the outcome; pairs with the release in
  // finish().
  std::uintptr_t word = word_.load(std::memory_order_acquire);
  do {
    if (is_final(word)) return false;
    listener.next = listeners_of(word);
    // release: publishes the listener; pairs with the acquires in finish(), cancel() and
    // remove_listener().
  } while (!word_.compare_exchange_weak(
      word, (word & ~listener_bits) | reinterpret_cast<std::uintptr_t>(&listener),
      std::memory_order_release, std::memory_order_acquire));
  return true;
}

bool State::remove_listener(Listener& listener) noexcept {
  // Only the head of the list changes without the stripe: others may push there. Everything behind
  // the head, and taking the whole list, is under the stripe.
  const Lock lock(stripe_of(this));
  // acquire: pairs with the releases in add_listener(), for the nodes; and, if final, in finish().
  std::uintptr_t word = word_.load(std::memory_order_acquire);
  while (listeners_of(word) == &listener) {
    const auto rest = reinterpret_cast<std::uintptr_t>(listener.next);
    // acquire: as above; taking away a node that this thread itself published publishes nothing.
    if (word_.compare_exchange_weak(word, (word & ~listener_bits) | rest,
                                    std::memory_order_acquire)) {
      return true;
    }
  }
  if (is_final(word)) return false;
  for (Listener* node = listeners_of(word); node != nullptr; node = node->next) {
    if (node->next == &listener) {
      node->next = listener.next;
      return true;
    }
  }
  return false;
}

bool State::cancel() noexcept {
  if (status() == Status::pending && !withdraw()) return false;
  std::uintptr_t word = 0;
  {
    const Lock lock(stripe_of(this));
    // acquire: pairs with the releases in add_listener(), for the nodes, and in drop_handle().
    word = word_.load(std::memory_order_acquire);
    do {
      if (status_of(word) != Status::pending) return status_of(word) == Status::cancelled;
      // release: whoever sees the state cancelled also sees what the canceller did before.
    } while (!word_.compare_exchange_weak(
        word, static_cast<std::uintptr_t>(Status::cancelled) | (word & (queued | detached)),
        std::memory_order_acq_rel, std::memory_order_acquire));
    // Under the stripe, so that the pool still exists: it goes only after the empty shell was taken
    // out of its queue, and leave_queue() passes through the stripe.
    if (owner_ != nullptr) owner_->on_cancel(*this);
  }
  discard();
  notify_listeners(listeners_of(word));
  return true;
}

bool State::request_stop() noexcept {
  std::stop_source* const source = stop_source();
  return source != nullptr && !done() && source->request_stop();
}

void State::enqueue_for(Owner& owner) noexcept {
  owner_ = &owner;
  // relaxed: the queue publishes the state, and nobody else has it yet.
  word_.store(queued, std::memory_order_relaxed);
}

void State::take_back() noexcept {
  owner_ = nullptr;
  word_.store(0, std::memory_order_relaxed);  // relaxed: as in enqueue_for()
}

void State::withdrawn_from_queue() noexcept {
  // relaxed: publishes nothing. Nothing is freed here, since the caller's handle stays.
  word_.fetch_and(~queued, std::memory_order_relaxed);
}

bool State::start_dequeued() noexcept {
  // relaxed: the queue handed over the callable; starting publishes nothing.
  std::uintptr_t word = word_.load(std::memory_order_relaxed);
  while (status_of(word) == Status::pending) {
    const std::uintptr_t started = (word & ~queued) | static_cast<std::uintptr_t>(Status::running);
    if (word_.compare_exchange_weak(word, started, std::memory_order_relaxed)) return true;
  }
  return false;
}

bool State::start() noexcept {
  // relaxed: the caller's handle (or its own queue) handed over the callable; starting publishes
  // nothing.
  std::uintptr_t word = word_.load(std::memory_order_relaxed);
  while (status_of(word) == Status::pending) {
    const std::uintptr_t started = word | static_cast<std::uintptr_t>(Status::running);
    if (word_.compare_exchange_weak(word, started, std::memory_order_relaxed)) return true;
  }
  return false;
}

void State::leave_queue() noexcept {
  if (status() == Status::cancelled) {
    // The canceller may still be telling the pool; see cancel().
    const Lock lock(stripe_of(this));
  }
  clear(queued);
}

void State::run() {
  try {
    const RunningScope scope(*this);
    invoke();
  } catch (abi::__forced_unwind&) {
    // The thread is being ended from within (pthread_exit, pthread_cancel), and must be allowed to.
    if (settle()) {
      error_ =
          make_error([this] { return BrokenPromise(name() + " ended the thread that ran it"); });
    }
    discard();
    throw;
  } catch (...) {
    if (settle()) error_ = std::current_exception();
  }
  discard();
}

void State::fail(std::exception_ptr error) noexcept {
  if (settle()) error_ = std::move(error);
  discard();
}

void State::finish() noexcept {
  constexpr std::uintptr_t kept = queued | overrun | detached;
  const auto final_word = [](std::uintptr_t word) {
    return static_cast<std::uintptr_t>(Status::finished) | (word & kept);
  };
  // relaxed: the compare-exchange decides, with the order it needs.
  std::uintptr_t word = word_.load(std::memory_order_relaxed);
  while (listeners_of(word) == nullptr) {
    // release: publishes the outcome; pairs with the acquire in word(). acquire: the handles
    // dropped before (drop_handle), in case the state is destroyed here.
    if (word_.compare_exchange_weak(word, final_word(word), std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
      if (is_free(final_word(word))) destroy();
      return;
    }
  }
  {
    // Somebody listens: keep remove_listener() out while the list changes hands.
    const Lock lock(stripe_of(this));
    // Orders as above; acquire also pairs with the release in add_listener(), for the nodes.
    while (!word_.compare_exchange_weak(word, final_word(word), std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
    }
  }
  if (is_free(final_word(word))) {
    destroy();  // the last listener went away meanwhile, and its handle
  } else {
    notify_listeners(listeners_of(word));  // *this may be gone
  }
}

void State::clear(std::uintptr_t bit) noexcept {
  // release: this thread's use of the state is over; acquire: so are those of the others, if it is
  // destroyed here. Pairs with itself, with finish() and with drop_handle().
  const std::uintptr_t word = word_.fetch_and(~bit, std::memory_order_acq_rel) & ~bit;
  if (is_free(word)) destroy();
}

bool State::settle_overrun() noexcept {
  if (!settle()) return false;
  // relaxed: the worker reads the bit under the lock of the time limits, which the caller holds.
  word_.fetch_or(overrun, std::memory_order_relaxed);
  return true;
}

void State::finish_overrun(std::exception_ptr error) noexcept {
  if (std::stop_source* const source = stop_source()) source->request_stop();
  error_ = std::move(error);
  finish();
}

void State::destroy() noexcept {
  // relaxed: all handles are gone, and their uses happened before (see drop_handle()).
  if (error_ != nullptr && status() == Status::finished &&
      !looked_at_.load(std::memory_order_relaxed)) {
    try {
      report_unhandled(error_, name() + ", whose failure nobody looked at");
    } catch (const std::bad_alloc&) {
      report_unhandled(error_, "a task whose failure nobody looked at");
    }
  }
  delete this;
}

std::string State::describe() {
  if (status() == Status::pending) notice_start();
  switch (status()) {
    case Status::pending:
      return "<Future state=pending>";
    case Status::running:
      return "<Future state=running>";
    case Status::cancelled:
      return "<Future state=cancelled>";
    case Status::finished:
      break;
  }
  if (error_ == nullptr) return "<Future state=finished returned " + demangled(value_type()) + ">";
  try {
    std::rethrow_exception(error_);
  } catch (const std::exception& error) {
    return "<Future state=finished raised " + demangled(typeid(error)) + ">";
  } catch (...) {
    return "<Future state=finished raised something else than std::exception>";
  }
}

std::string State::name() const { return "an unnamed task (" + demangled(callable_type()) + ")"; }

}  // namespace fanout::detail
