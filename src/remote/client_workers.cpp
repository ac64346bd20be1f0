// SPDX-License-Identifier: MIT
// What workers say, how they go, and what becomes of their calls.
#include <algorithm>
#include <cstring>
#include <utility>

#include <fanout/detail/remote_call.hpp>
#include <fanout/errors.hpp>

#include "client.hpp"
#include "frame.hpp"

namespace fanout::detail {

using Phase = RemoteWorker::Phase;

// When so many workers in a row die before they are ready, the pool is broken. Where none has ever
// been ready, the next one will hardly be; later, somebody may just be killing them.
constexpr int most_deaths_at_first = 3;
constexpr int most_deaths_later = 50;

RemoteWorker& Client::add_worker(std::unique_ptr<Link> link) {
  const Lock lock(mutex_);
  --starting_;
  workers_.push_back(std::make_unique<RemoteWorker>(std::move(link), next_index_++));
  RemoteWorker& worker = *workers_.back();
  if (watchers_ > 0) worker.link->set_watched(true);
  dispatch();
  retire_if_done();
  return worker;
}

void Client::start_failed(std::exception_ptr cause) {
  Steps steps;
  Inbox nothing;
  {
    const Lock lock(mutex_);
    --starting_;
    // Those that live go on; without any, nobody would ever run what is queued.
    if (workers_.empty() && starting_ == 0 && unfinished() != 0) {
      try {
        try {
          std::rethrow_exception(cause);
        } catch (...) {
          std::throw_with_nested(BrokenProcessPool("a worker could not be started"));
        }
      } catch (...) {
        break_pool(std::current_exception(), Ending::now, steps);
      }
    }
  }
  deliver(steps, nothing);
}

bool Client::has_mail() {
  const Lock lock(mutex_);
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->has_mail(); });
}

bool Client::collect() {
  Steps steps;
  Inbox inbox;
  bool any = false;
  {
    const Lock lock(mutex_);
    any = receive_all(inbox, steps);
    if (any) {
      dispatch();
      rebalance();
      retire_if_done();
    }
  }
  deliver(steps, inbox);
  return any;
}

bool Client::receive_all(Inbox& inbox, Steps& steps) {
  bool any = false;
  for (const auto& worker : workers_) {
    if (!worker->has_mail()) continue;
    try {
      std::size_t entry = inbox.size();
      worker->link->receive(inbox);
      const std::size_t used_before = worker->used;
      for (; entry < inbox.size(); ++entry) {
        any = true;
        handle(*worker, inbox, entry, steps);
      }
      if (any) worker->full = false;
      // It ran dry while calls wait: it is quicker than we are, send more ahead.
      if (used_before >= worker->window && worker->used == 0 && !queue_.empty()) {
        worker->window = std::min(2 * worker->window, worker->slots.size());
      }
      fill(*worker);
    } catch (const ProtocolError& error) {
      worker->complaint = error.what();
      transport_->end_worker(*worker->link, Ending::now);  // on_death() does the rest
    }
  }
  return any;
}

void Client::handle(RemoteWorker& worker, Inbox& inbox, std::size_t entry, Steps& steps) {
  const Message& message = inbox.message(entry);
  switch (message.kind) {
    case MessageKind::ready:
      if (worker.phase == Phase::starting) worker.phase = Phase::ready;
      deaths_at_start_ = 0;
      was_ready_ = true;
      return;
    case MessageKind::refused:
      try {
        try {
          decode_result<void>(inbox.payload(entry));
        } catch (...) {
          std::throw_with_nested(BrokenProcessPool(
              "the pool is broken: the initializer of a worker threw an exception"));
        }
      } catch (...) {
        break_pool(std::current_exception(), Ending::now, steps);
      }
      return;
    case MessageKind::started:
    case MessageKind::result:
    case MessageKind::skipped:
      handle_answer(worker, inbox, entry, steps);
      return;
    default:
      throw ProtocolError("a worker sent what only a client sends");
  }
}

namespace {

void resize_for_outcome(PendingCall& call, std::span<const std::byte> payload) {
  std::uint64_t size = 0;
  Blob* const blob = call.payload().blob();
  if (blob == nullptr || payload.size() != sizeof(size)) {
    throw ProtocolError("an outcome in a payload that was never sent");
  }
  std::memcpy(&size, payload.data(), sizeof(size));
  if (!blob->resize(size)) throw ProtocolError("an outcome bigger than the memory it is in");
}

}  // namespace

void Client::handle_answer(RemoteWorker& worker, Inbox& inbox, std::size_t entry, Steps& steps) {
  const Message& message = inbox.message(entry);
  if (message.slot >= worker.slots.size() || message.call == 0 ||
      worker.slots[message.slot].id != message.call) {
    throw ProtocolError("a worker answers a call that it does not have");
  }
  RemoteWorker::Slot& slot = worker.slots[message.slot];
  PendingCall* const call = slot.call;
  if (message.kind == MessageKind::started) {
    if (call == nullptr) return;  // its time was over before the news came
    mark_started(*call);
    if (options_.observer != nullptr) {
      steps.push_back(
          {.what = Step::What::started, .call = call, .worker = worker.index, .death = nullptr});
    }
    if (call->options().has_limit) {
      limits_.push_back({.deadline = Deadline::after_seconds(call->options().limit_seconds),
                         .worker = &worker,
                         .slot = message.slot,
                         .id = message.call});
      transport_->wake();
    }
    return;
  }
  if (call != nullptr) {
    if (message.kind == MessageKind::skipped)
      throw ProtocolError("a worker skips a call that it has");
    mark_started(*call);
    const bool in_place = (message.flags & flag_in_place) != 0;
    if (in_place) resize_for_outcome(*call, inbox.payload(entry));
    settle(*call,
           {.what = Step::What::result,
            .call = call,
            .worker = worker.index,
            .entry = entry,
            .in_place = in_place,
            .death = nullptr},
           steps);
  }
  slot = {};
  --worker.used;
}

void Client::mark_started(PendingCall& call) noexcept {
  if (call.place_ != Place::sent) return;
  call.place_ = Place::started;
  call.state().start_dequeued();
  ++started_;
}

// The outcome of the call is decided: nobody but the thread that delivers it touches it from now on.
void Client::settle(PendingCall& call, Step step, Steps& steps) {
  if (call.place_ != Place::started) {
    ++started_;
    CallQueue::leave(call);
    call.state().start_dequeued();
  }
  call.place_ = Place::settled;
  ++settled_;
  steps.push_back(std::move(step));
}

void Client::on_death(RemoteWorker& worker, Death death) {
  std::shared_ptr<const Death> bad_end;
  Steps steps;
  Inbox inbox;
  {
    const Lock lock(mutex_);
    while (receive_all(inbox, steps)) {  // what it sent before counts
    }
    const bool leaving = worker.phase == Phase::leaving && worker.used == 0;
    const bool expected = worker.overrun || leaving || is_broken();
    if (!expected) ++died_;
    if (!worker.complaint.empty()) {
      death.text = "pid " + std::to_string(death.pid) +
                   " was ended because of what it sent: " + worker.complaint;
    }
    // It was told to leave, and did not do it well: a failure that no future tells of.
    const bool left_badly =
        leaving && !worker.overrun && !is_broken() && (death.exit_code > 0 || death.signal != 0);
    const bool at_start = worker.phase == Phase::starting;
    const auto shared = std::make_shared<const Death>(std::move(death));
    if (left_badly) bad_end = shared;
    take_back_unstarted(worker);
    for (const RemoteWorker::Slot& slot : worker.slots) {
      if (slot.call == nullptr) continue;
      const bool all = options_.break_on_death;
      settle(*slot.call,
             {.what = all ? Step::What::broken : Step::What::died,
              .call = slot.call,
              .worker = worker.index,
              .death = shared},
             steps);
    }
    std::erase_if(limits_, [&worker](const Limit& limit) { return limit.worker == &worker; });
    transport_->forget(*worker.link);
    std::erase_if(workers_, [&worker](const auto& other) { return other.get() == &worker; });
    const int most_deaths = was_ready_ ? most_deaths_later : most_deaths_at_first;
    if (!expected && (options_.break_on_death || (at_start && ++deaths_at_start_ >= most_deaths))) {
      std::string why = "the pool is broken: a worker ended abruptly: ";
      if (at_start) why = "the pool is broken: its workers end before they are ready: ";
      break_pool(std::make_exception_ptr(BrokenProcessPool(why + shared->text)), Ending::now,
                 steps);
    }
    start_worker_if_needed();
    dispatch();
    retire_if_done();
  }
  deliver(steps, inbox);
  if (bad_end == nullptr) return;
  const std::string text = "a worker (" + bad_end->text + ") when it was to leave";
  report_unhandled(std::make_exception_ptr(WorkerDied(text, bad_end->pid, bad_end->exit_code,
                                                      bad_end->signal, "", bad_end->last_lines)),
                   "a worker process");
}

void Client::break_pool(std::exception_ptr cause, Ending how, Steps& steps) {
  if (broken_ == nullptr) broken_ = std::move(cause);
  closed_ = true;
  const auto fail = [&](PendingCall& call) {
    settle(call, {.what = Step::What::broken, .call = &call, .death = nullptr}, steps);
  };
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

Deadline Client::expire() {
  Steps steps;
  Inbox nothing;
  Deadline next = Deadline::never();
  {
    const Lock lock(mutex_);
    next = retry_full_workers();
    for (std::size_t i = 0; i < limits_.size();) {
      const Limit limit = limits_[i];
      RemoteWorker& worker = *limit.worker;
      RemoteWorker::Slot& slot = worker.slots[limit.slot];
      if (slot.id == limit.id && !limit.deadline.passed()) {
        if (limit.deadline < next) next = limit.deadline;
        ++i;
        continue;
      }
      limits_.erase(limits_.begin() + static_cast<std::ptrdiff_t>(i));
      if (slot.id != limit.id || slot.call == nullptr) continue;
      PendingCall& call = *std::exchange(slot.call, nullptr);
      settle(call,
             {.what = Step::What::overran, .call = &call, .worker = worker.index, .death = nullptr},
             steps);
      take_back_unstarted(worker);
      worker.link->stop(limit.id);
      worker.phase = Phase::leaving;
      worker.overrun = true;
      worker.link->retire();
      transport_->end_worker(*worker.link, Ending::overrun);
      start_worker_if_needed();
      dispatch();
    }
  }
  deliver(steps, nothing);
  return next;
}

}  // namespace fanout::detail
