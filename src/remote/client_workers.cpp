// SPDX-License-Identifier: MIT
// What workers say, and what becomes of their calls.
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

}  // namespace fanout::detail
