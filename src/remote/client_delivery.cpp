// SPDX-License-Identifier: MIT
// What is done for calls without the lock: their outcomes, and the errors that stand for one.
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include <fanout/errors.hpp>

#include "client.hpp"

namespace fanout::detail {

void Client::observe(TaskEvent::Kind kind, PendingCall& call, int worker) const noexcept {
  if (options_.observer == nullptr) return;
  std::string name;
  try {
    name = call.state().name();
  } catch (const std::bad_alloc&) {
    name.clear();  // the event is worth more than the name
  }
  options_.observer->on_event({.kind = kind,
                               .task = reinterpret_cast<std::uintptr_t>(&call.state()),
                               .name = name,
                               .worker = worker});
}

// Without the lock: here callbacks run, values are made, and objects of the user are destroyed.
void Client::deliver(Steps& steps, Inbox& inbox) noexcept {
  for (const Step& step : steps.list) {
    PendingCall& call = *step.call;
    State& state = call.state();
    switch (step.what) {
      case Step::What::started:
        observe(TaskEvent::Kind::started, call, step.worker);
        break;
      case Step::What::result:
        if ((inbox.message(step.entry).flags & flag_apart) != 0 &&
            inbox.payload(step.entry).empty()) {
          fail(call, error_of_loss(), step.worker);
          break;
        }
        call.bring(step.in_place ? call.payload().blob()->bytes() : inbox.payload(step.entry));
        if (Blob* const blob = call.payload().blob()) blob->release();
        state.run();
        observe(state.has_error() ? TaskEvent::Kind::failed : TaskEvent::Kind::finished, call,
                step.worker);
        state.finish();  // the call may be gone
        break;
      case Step::What::overran:
        fail(call, error_of_overrun(call), step.worker);
        break;
    }
  }
  while (PendingCall* const call = steps.died.pop_front()) {
    fail(*call, error_of_death(*call, steps.death.get()), steps.dead_worker);
  }
  while (PendingCall* const call = steps.broken.pop_front()) fail(*call, broken_error(), -1);
}

void Client::fail(PendingCall& call, std::exception_ptr error, int worker) noexcept {
  State& state = call.state();
  state.fail(std::move(error));
  observe(TaskEvent::Kind::failed, call, worker);
  state.finish();  // the call may be gone
}

// In each of these std::bad_alloc takes the place of an error that there is no memory for.

std::exception_ptr Client::broken_error() noexcept {
  std::exception_ptr cause;
  {
    const Lock lock(mutex_);
    cause = broken_;
  }
  if (cause == nullptr) return nullptr;
  // A new object for each future, so that their handlers share nothing.
  try {
    try {
      std::rethrow_exception(cause);
    } catch (const BrokenProcessPool& error) {
      std::exception_ptr nested;
      if (const auto* const outer = dynamic_cast<const std::nested_exception*>(&error)) {
        nested = outer->nested_ptr();
      }
      if (nested == nullptr) throw BrokenProcessPool(error.what());
      try {
        std::rethrow_exception(nested);
      } catch (...) {
        std::throw_with_nested(BrokenProcessPool(error.what()));
      }
    }
  } catch (...) {
    return std::current_exception();
  }
  return cause;
}

// The error of a pool that is broken by another one.
std::exception_ptr Client::broken_by(const std::exception_ptr& cause, const char* why) noexcept {
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(BrokenProcessPool(why));
    }
  } catch (...) {
    return std::current_exception();
  }
}

// The transport brought a big outcome without its bytes.
std::exception_ptr Client::error_of_loss() noexcept {
  try {
    throw std::system_error(std::make_error_code(std::errc::not_enough_memory),
                            "fanout: a big outcome that could not be mapped");
  } catch (...) {
    return std::current_exception();
  }
}

std::exception_ptr Client::error_of_death(PendingCall& call, const Death* death) noexcept {
  try {
    if (death == nullptr) throw std::bad_alloc();
    const std::string task = call.state().name();
    std::string text = task + " failed: its worker (" + death->text + ")";
    if (!death->last_lines.empty()) text += "; its last lines on stderr:\n" + death->last_lines;
    throw WorkerDied(text, death->pid, death->exit_code, death->signal, task, death->last_lines);
  } catch (...) {
    return std::current_exception();
  }
}

std::exception_ptr Client::error_of_overrun(PendingCall& call) noexcept {
  try {
    std::array<char, 32> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%g", call.options().limit_seconds);
    throw TaskTimeoutError(call.state().name() + " ran longer than its limit of " + seconds.data() +
                           " s");
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace fanout::detail
