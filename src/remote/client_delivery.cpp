// SPDX-License-Identifier: MIT
// What is done for calls without the lock: their outcomes, and the errors that stand for one.
#include <array>
#include <cstdio>
#include <new>

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
  for (const Step& step : steps) {
    PendingCall& call = *step.call;
    State& state = call.state();
    switch (step.what) {
      case Step::What::started:
        observe(TaskEvent::Kind::started, call, step.worker);
        continue;
      case Step::What::cancelled:
        observe(TaskEvent::Kind::cancelled, call, -1);
        state.cancel();
        state.leave_queue();
        continue;
      case Step::What::result:
        call.bring(step.in_place ? call.payload().blob()->bytes() : inbox.payload(step.entry));
        if (Blob* const blob = call.payload().blob()) blob->release();
        state.run();
        break;
      case Step::What::died:
      case Step::What::overran:
      case Step::What::broken:
        state.fail(error_of(step));
        break;
    }
    observe(state.has_error() ? TaskEvent::Kind::failed : TaskEvent::Kind::finished, call,
            step.worker);
    state.finish();  // the call may be gone
  }
}

std::exception_ptr Client::broken_error() {
  std::exception_ptr cause;
  {
    const Lock lock(mutex_);
    cause = broken_;
  }
  if (cause == nullptr) return nullptr;
  // A new object for each future, so that their handlers share nothing.
  try {
    std::rethrow_exception(cause);
  } catch (const BrokenProcessPool& error) {
    try {
      std::rethrow_if_nested(error);
      return std::make_exception_ptr(BrokenProcessPool(error.what()));
    } catch (...) {
      try {
        std::throw_with_nested(BrokenProcessPool(error.what()));
      } catch (...) {
        return std::current_exception();
      }
    }
  } catch (...) {
    return std::current_exception();
  }
}

std::exception_ptr Client::error_of(const Step& step) {
  const std::string task = step.call->state().name();
  switch (step.what) {
    case Step::What::died: {
      const Death& death = *step.death;
      std::string text = task + " failed: its worker (" + death.text + ")";
      if (!death.last_lines.empty()) text += "; its last lines on stderr:\n" + death.last_lines;
      return std::make_exception_ptr(
          WorkerDied(text, death.pid, death.exit_code, death.signal, task, death.last_lines));
    }
    case Step::What::overran: {
      std::array<char, 32> seconds{};
      std::snprintf(seconds.data(), seconds.size(), "%g", step.call->options().limit_seconds);
      return std::make_exception_ptr(
          TaskTimeoutError(task + " ran longer than its limit of " + seconds.data() + " s"));
    }
    default:
      return broken_error();
  }
}

}  // namespace fanout::detail
