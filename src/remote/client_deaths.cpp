// SPDX-License-Identifier: MIT
// How workers go, and how a pool breaks: calls that get no answer any more.
#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <fanout/errors.hpp>

#include "client.hpp"

namespace fanout::detail {

using Phase = RemoteWorker::Phase;

// When so many workers in a row die before they are ready, the pool is broken. Where none has ever
// been ready, the next one will hardly be; later, somebody may just be killing them.
constexpr int most_deaths_at_first = 3;
constexpr int most_deaths_later = 50;

void Client::start_failed(const std::exception_ptr& cause) noexcept {
  Steps steps;
  Inbox nothing;
  {
    const Lock lock(mutex_);
    --starting_;
    // Those that live go on; without any, nobody would ever run what is queued.
    if (workers_.empty() && starting_ == 0 && unfinished() != 0) {
      break_pool(broken_by(cause, "a worker could not be started"), Ending::now, steps);
    }
  }
  deliver(steps, nothing);
}

namespace {

void report_bad_end(const Death& end) noexcept {
  try {
    const std::string text = "a worker (" + end.text + ") when it was to leave";
    report_unhandled(std::make_exception_ptr(
                         WorkerDied(text, end.pid, end.exit_code, end.signal, "", end.last_lines)),
                     "a worker process");
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): no memory to tell it
  }
}

}  // namespace

bool Client::on_death(RemoteWorker& worker, Death& death) noexcept {
  Steps steps;
  Inbox inbox;
  bool left_badly = false;
  {
    const Lock lock(mutex_);
    try {
      while (worker.has_mail() && receive(worker, inbox, steps)) {  // what it sent before counts
      }
    } catch (const std::bad_alloc&) {
      // Nothing is delivered yet, so it can still be put off; but not for ever.
      if (bear_shortage(steps) && steps.list.empty()) return false;
    }
    const bool leaving = worker.phase == Phase::leaving && worker.used == 0;
    const bool expected = worker.overrun || leaving || is_broken();
    if (!expected) ++died_;
    // It was told to leave, and did not do it well: a failure that no future tells of.
    left_badly =
        leaving && !worker.overrun && !is_broken() && (death.exit_code > 0 || death.signal != 0);
    const bool at_start = worker.phase == Phase::starting;
    const int most_deaths = was_ready_ ? most_deaths_later : most_deaths_at_first;
    const bool breaks =
        !expected && (options_.break_on_death || (at_start && ++deaths_at_start_ >= most_deaths));
    std::exception_ptr cause;
    try {
      if (worker.complaint) {
        death.text = "pid " + std::to_string(death.pid) +
                     " was ended because of what it sent: " + worker.complaint->what();
      }
      if (breaks) {
        std::string why = "the pool is broken: a worker ended abruptly: ";
        if (at_start) why = "the pool is broken: its workers end before they are ready: ";
        cause = std::make_exception_ptr(BrokenProcessPool(why + death.text));
      }
      steps.death = std::make_shared<const Death>(std::move(death));
    } catch (const std::bad_alloc&) {
      if (breaks && cause == nullptr) cause = std::current_exception();
    }
    take_back_unstarted(worker);
    for (const RemoteWorker::Slot& slot : worker.slots) {
      if (slot.call == nullptr) continue;
      settle_in(options_.break_on_death ? steps.broken : steps.died, *slot.call);
    }
    steps.dead_worker = worker.index;
    std::erase_if(limits_, [&worker](const Limit& limit) { return limit.worker == &worker; });
    std::erase_if(workers_, [&worker](const auto& other) { return other.get() == &worker; });
    if (breaks) break_pool(std::move(cause), Ending::now, steps);
    start_worker_if_needed();
    dispatch();
    retire_if_done();
  }
  const std::shared_ptr<const Death> end = steps.death;
  deliver(steps, inbox);
  if (left_badly && end != nullptr) report_bad_end(*end);
  return true;
}

void Client::break_pool(std::exception_ptr cause, Ending how, Steps& steps) noexcept {
  if (broken_ == nullptr) broken_ = std::move(cause);
  closed_ = true;
  const auto fail = [&](PendingCall& call) { settle_in(steps.broken, call); };
  while (PendingCall* const call = queue_.front()) fail(*call);
  for (const auto& worker : workers_) {
    while (PendingCall* const call = worker->backlog.front()) fail(*call);
    for (RemoteWorker::Slot& slot : worker->slots) {
      if (slot.call == nullptr) continue;
      // Whoever wins: it must not start any more, and it has an outcome.
      if (slot.call->place_ == Place::sent) worker->link->revoke(slot.call->slot_, slot.call->id_);
      fail(*std::exchange(slot.call, nullptr));
    }
    worker->phase = Phase::leaving;
    transport_->end_worker(*worker->link, how);
  }
  limits_.clear();
}

Deadline Client::expire() noexcept {
  Steps steps;
  Inbox nothing;
  Deadline next = Deadline::never();
  {
    const Lock lock(mutex_);
    next = retry_full_workers();
    try {
      next = std::min(next, end_overrun_calls(steps));
    } catch (const std::bad_alloc&) {
      bear_shortage(steps);
    }
    constexpr double soon = 0.005;
    if (short_of_memory_) next = std::min(next, Deadline::after_seconds(soon));
  }
  deliver(steps, nothing);
  return next;
}

Deadline Client::end_overrun_calls(Steps& steps) {
  Deadline next = Deadline::never();
  for (std::size_t i = 0; i < limits_.size();) {
    const Limit limit = limits_[i];
    RemoteWorker& worker = *limit.worker;
    RemoteWorker::Slot& slot = worker.slots[limit.slot];
    if (slot.id == limit.id && !limit.deadline.passed()) {
      next = std::min(next, limit.deadline);
      ++i;
      continue;
    }
    if (slot.id == limit.id && slot.call != nullptr) {
      PendingCall& call = *slot.call;
      settle(call, {.what = Step::What::overran, .call = &call, .worker = worker.index}, steps);
      slot.call = nullptr;
      take_back_unstarted(worker);
      worker.link->stop(limit.id);
      worker.phase = Phase::leaving;
      worker.overrun = true;
      worker.link->retire();
      transport_->end_worker(*worker.link, Ending::overrun);
      start_worker_if_needed();
      dispatch();
    }
    limits_.erase(limits_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return next;
}

}  // namespace fanout::detail
