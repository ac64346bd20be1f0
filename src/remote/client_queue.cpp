// SPDX-License-Identifier: MIT
// Which call goes to which worker, and when another worker is wanted.
#include <algorithm>
#include <utility>

#include "client.hpp"

namespace fanout::detail {

using Phase = RemoteWorker::Phase;

std::uint64_t Client::unfinished() const noexcept { return submitted_ - settled_ - cancelled_; }

std::size_t Client::occupied() const noexcept {
  return starting_ +
         static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(),
                                                [](const auto& w) { return w->counts(); }));
}

void Client::enqueue(PendingCall& call) {
  const std::uint64_t group = call.options().group;
  if (group != 0) {
    for (const auto& worker : workers_) {
      if (worker->last_group == group && worker->phase != Phase::leaving &&
          !worker->has_all_of(options_.max_tasks_per_worker)) {
        worker->backlog.push_back(call);
        fill(*worker);
        return;
      }
    }
  }
  const bool others_wait = !queue_.empty();
  queue_.push_back(call);
  start_worker_if_needed();
  // When others wait already, no worker has room.
  if (!others_wait) dispatch();
}

// A worker is started when there are more calls than workers; one that has nothing to do is used
// first, since its call is finished by then.
void Client::start_worker_if_needed() {
  if (is_broken()) return;
  const std::size_t workers = occupied();
  if (workers >= static_cast<std::size_t>(options_.max_workers) || unfinished() <= workers) return;
  ++starting_;
  transport_->start_worker();
}

// An idle worker, or else the one with the fewest calls that has room; null if none has.
RemoteWorker* Client::choose() {
  RemoteWorker* best = nullptr;
  for (const auto& worker : workers_) {
    if (worker->phase == Phase::leaving || worker->has_all_of(options_.max_tasks_per_worker) ||
        worker->full || !worker->backlog.empty() ||
        worker->used >= std::min(worker->window, worker->slots.size())) {
      continue;
    }
    if (worker->idle()) return worker.get();
    if (best == nullptr || worker->used < best->used) best = worker.get();
  }
  return best;
}

// Sends calls while there is room for them. What is sent ahead to a busy worker can still be
// cancelled, and be taken back for another one.
void Client::dispatch() {
  while (!queue_.empty()) {
    RemoteWorker* const worker = choose();
    if (worker == nullptr) return;
    PendingCall& call = *queue_.pop_front();
    if (!send(*worker, call)) {
      queue_.push_front(call);
      continue;
    }
    const std::uint64_t group = call.options().group;
    if (group == 0) continue;
    // The rest of its group stays with it.
    worker->last_group = group;
    while (!queue_.empty() && queue_.front()->options().group == group) {
      worker->backlog.push_back(*queue_.pop_front());
    }
    fill(*worker);
  }
}

void Client::fill(RemoteWorker& worker) {
  const auto takes_none = [&] {
    return worker.phase == Phase::leaving || worker.has_all_of(options_.max_tasks_per_worker);
  };
  while (!worker.backlog.empty() && !worker.full && !takes_none() &&
         worker.used < worker.slots.size()) {
    PendingCall& call = *worker.backlog.pop_front();
    if (!send(worker, call)) {
      worker.backlog.push_front(call);
      return;
    }
  }
  if (!takes_none()) return;
  while (PendingCall* const call = worker.backlog.pop_front()) queue_.push_back(*call);
}

// False: the worker has no room at the moment.
bool Client::send(RemoteWorker& worker, PendingCall& call) {
  const auto slot = std::find_if(worker.slots.begin(), worker.slots.end(),
                                 [](const RemoteWorker::Slot& s) { return s.id == 0; });
  if (slot == worker.slots.end()) return false;
  const auto number = static_cast<std::uint32_t>(slot - worker.slots.begin());
  Message message{.kind = MessageKind::call, .slot = number, .call = last_id_ + 1, .payload = {}};
  Blob* const apart = call.payload().blob();
  if (apart != nullptr) {
    message.flags |= flag_apart;
  } else {
    message.payload = call.payload().bytes();
  }
  if (call.options().has_limit || options_.observer != nullptr) message.flags |= flag_announce;
  if (call.stop_requested_) message.flags |= flag_stopping;
  if (!worker.link->send(message, apart)) {
    worker.full = true;
    // No answer of a worker without calls tells that it has room again: see retry_full_workers().
    if (worker.used == 0 && !std::exchange(retrying_, true)) transport_->wake();
    return false;
  }
  *slot = {.id = ++last_id_, .call = &call};
  ++worker.used;
  call.place_ = Place::sent;
  call.worker_ = &worker;
  call.slot_ = number;
  call.id_ = last_id_;
  ++worker.taken;
  return true;
}

// True: the call will not start where it was sent to, and its slot waits for the answer without it.
bool Client::revoke(PendingCall& call) noexcept {
  RemoteWorker& worker = *call.worker_;
  if (!worker.link->revoke(call.slot_, call.id_)) {
    mark_started(call);
    return false;
  }
  worker.slots[call.slot_].call = nullptr;
  --worker.taken;
  return true;
}

// Whatever no worker has started, out of its place. No worker can start any of it from here on,
// however long the callbacks of the first one that is cancelled take.
void Client::take_unstarted(CallQueue& unstarted) noexcept {
  for (const auto& worker : workers_) {
    for (const RemoteWorker::Slot& slot : worker->slots) {
      PendingCall* const call = slot.call;
      if (call == nullptr || call->place_ != Place::sent || !revoke(*call)) continue;
      call->place_ = Place::queued;
      unstarted.push_back(*call);
    }
  }
  for (const auto& worker : workers_) unstarted.take_all(worker->backlog);
  unstarted.take_all(queue_);
}

// The worker will run no more of them: they go to the head of the queue, in order.
void Client::take_back_unstarted(RemoteWorker& worker) noexcept {
  while (PendingCall* const call = worker.backlog.pop_back()) queue_.push_front(*call);
  // The newest first. Each round takes one back or finds that it has started.
  for (;;) {
    PendingCall* newest = nullptr;
    for (const RemoteWorker::Slot& slot : worker.slots) {
      PendingCall* const call = slot.call;
      if (call == nullptr || call->place_ != Place::sent) continue;
      if (newest == nullptr || call->id_ > newest->id_) newest = call;
    }
    if (newest == nullptr) return;
    if (!revoke(*newest)) continue;
    newest->place_ = Place::queued;
    queue_.push_front(*newest);
  }
}

// An idle worker gets calls that were sent ahead to a busy one: the newer half of them, so that
// both seldom want the same one. Nobody may stay idle while a call waits behind another, which may
// wait for it: each round either moves one or finds that one has started.
void Client::rebalance() {
  const auto idle = [](const auto& worker) { return worker->idle() && !worker->full; };
  while (queue_.empty() && std::any_of(workers_.begin(), workers_.end(), idle)) {
    std::vector<PendingCall*> ahead = most_sent_ahead();
    if (ahead.empty()) return;
    std::sort(ahead.begin(), ahead.end(),
              [](const PendingCall* a, const PendingCall* b) { return a->id_ > b->id_; });
    ahead.resize((ahead.size() + 1) / 2);
    for (PendingCall* const call : ahead) {
      if (!revoke(*call)) continue;
      call->place_ = Place::queued;
      queue_.push_front(*call);
    }
    dispatch();
  }
}

// What the busy worker that has most of it has not started, as far as is known.
std::vector<PendingCall*> Client::most_sent_ahead() const {
  std::vector<PendingCall*> most;
  for (const auto& worker : workers_) {
    // It is about to start the only one.
    if (worker->phase != Phase::starting && worker->used == 1) continue;
    std::vector<PendingCall*> here;
    for (const RemoteWorker::Slot& slot : worker->slots) {
      if (slot.call != nullptr && slot.call->place_ == Place::sent &&
          slot.call->options().group == 0) {
        here.push_back(slot.call);
      }
    }
    if (here.size() > most.size()) most = std::move(here);
  }
  return most;
}

// A worker may have no room although it has no call: what was sent before is still on its way.
Deadline Client::retry_full_workers() {
  constexpr double some_time = 0.005;
  Deadline next = Deadline::never();
  if (!retrying_) return next;
  for (const auto& worker : workers_) {
    if (!worker->full || worker->used != 0) continue;
    worker->full = false;
    fill(*worker);
    dispatch();
    if (worker->full) next = Deadline::after_seconds(some_time);
  }
  retrying_ = !next.is_never();
  return next;
}

void Client::retire_if_done() {
  if (!closed_ || unfinished() != 0) return;
  for (const auto& worker : workers_) {
    if (worker->phase == Phase::leaving) continue;
    worker->phase = Phase::leaving;
    worker->link->retire();
  }
  transport_->wake();
}

}  // namespace fanout::detail
