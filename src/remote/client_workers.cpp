// SPDX-License-Identifier: MIT
// What workers say, how they go, and what becomes of their calls.
#include <algorithm>
#include <cstring>
#include <new>
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

namespace {

// The error of a pool that is broken by another one; that one itself where there is no memory.
std::exception_ptr broken_by(const std::exception_ptr& cause, const char* why) noexcept {
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

}  // namespace

RemoteWorker& Client::add_worker(std::unique_ptr<Link> link) {
  const Lock lock(mutex_);
  workers_.push_back(std::make_unique<RemoteWorker>(std::move(link), next_index_));
  ++next_index_;
  --starting_;
  RemoteWorker& worker = *workers_.back();
  if (watchers_ > 0) worker.link->set_watched(true);
  dispatch();
  retire_if_done();
  return worker;
}

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

bool Client::has_mail() {
  const Lock lock(mutex_);
  if (short_of_memory_) return false;  // none that can be received: whoever looks is to sleep
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->has_mail(); });
}

bool Client::collect() noexcept {
  Steps steps;
  Inbox inbox;
  bool any = false;
  {
    const Lock lock(mutex_);
    try {
      any = receive_all(inbox, steps);
      if (any || short_of_memory_) {
        dispatch();
        rebalance();
        retire_if_done();
        end_shortage();
      }
    } catch (const std::bad_alloc&) {
      bear_shortage(steps);
    }
  }
  deliver(steps, inbox);
  return any;
}

bool Client::receive_all(Inbox& inbox, Steps& steps) {
  bool any = false;
  for (const auto& worker : workers_) {
    if (worker->has_mail() && receive(*worker, inbox, steps)) any = true;
  }
  return any;
}

// The memory that it takes is there before anything is taken from the link: what a worker that keeps
// the rules has sent is then either handled or still to be received.
bool Client::receive(RemoteWorker& worker, Inbox& inbox, Steps& steps) {
  const auto reserve = [](auto& vector, std::size_t more) {
    const std::size_t size = vector.size() + more;
    if (size > vector.capacity()) vector.reserve(std::max(size, 2 * vector.size()));
  };
  reserve(steps.list, 2 * worker.used);  // each call may tell of its start, and bring its outcome
  reserve(limits_, worker.used);

  std::size_t entry = inbox.size();
  bool short_of_memory = false;
  try {
    worker.link->receive(inbox);
  } catch (const ProtocolError& error) {
    complain(worker, error);  // what was received before it counts
  } catch (const std::bad_alloc&) {
    short_of_memory = true;
  }
  const bool any = entry < inbox.size();
  const std::size_t used_before = worker.used;
  try {
    for (; entry < inbox.size(); ++entry) handle(worker, inbox, entry, steps);
  } catch (const ProtocolError& error) {
    complain(worker, error);
  } catch (const std::bad_alloc&) {
    // It says more than it can have to say; and what it said is gone.
    transport_->end_worker(*worker.link, Ending::now);
    short_of_memory = true;
  }
  if (any) worker.full = false;
  // It ran dry while calls wait: it is quicker than we are, send more ahead.
  if (used_before >= worker.window && worker.used == 0 && !queue_.empty()) {
    worker.window = std::min(2 * worker.window, worker.slots.size());
  }
  fill(worker);
  if (short_of_memory) throw std::bad_alloc();
  return any;
}

void Client::complain(RemoteWorker& worker, const ProtocolError& error) noexcept {
  if (worker.complaint) return;
  worker.complaint = error;
  transport_->end_worker(*worker.link, Ending::now);  // on_death() does the rest
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
        decode_result<void>(inbox.payload(entry));
      } catch (...) {
        break_pool(broken_by(std::current_exception(),
                             "the pool is broken: the initializer of a worker threw an exception"),
                   Ending::now, steps);
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
      steps.list.push_back({.what = Step::What::started, .call = call, .worker = worker.index});
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
            .in_place = in_place},
           steps);
  }
  slot = {};
  --worker.used;
  // Not before the last one is done: as long as one of them can be revoked, another may follow.
  if (worker.used == 0 && worker.phase != Phase::leaving &&
      worker.has_all_of(options_.max_tasks_per_worker)) {
    worker.phase = Phase::leaving;
    worker.link->retire();
  }
}

void Client::mark_started(PendingCall& call) noexcept {
  if (call.place_ != Place::sent) return;
  call.place_ = Place::started;
  call.state().start_dequeued();
  ++started_;
}

// The outcome of the call is decided: nobody but the thread that delivers it touches it from now on.
void Client::settle(PendingCall& call, Step step, Steps& steps) {
  steps.list.push_back(step);  // or it throws, and nothing has happened
  settle(call);
}

void Client::settle_in(CallQueue& failed, PendingCall& call) noexcept {
  settle(call);
  failed.push_back(call);
}

void Client::settle(PendingCall& call) noexcept {
  if (call.place_ != Place::started) {
    ++started_;
    CallQueue::leave(call);
    call.state().start_dequeued();
  }
  call.place_ = Place::settled;
  ++settled_;
}

namespace {

void report_bad_end(const Death& end) noexcept {
  try {
    const std::string text = "a worker (" + end.text + ") when it was to leave";
    report_unhandled(
        std::make_exception_ptr(
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
