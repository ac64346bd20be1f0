// SPDX-License-Identifier: MIT
// What executors and futures ask of the client.
#include "client.hpp"

#include <utility>

#include <fanout/detail/remote_task.hpp>
#include <fanout/errors.hpp>

#include "../core/spin.hpp"

namespace fanout::detail {

Payload allocate_payload(Client& client, std::size_t size) { return client.allocate(size); }
void submit_call(Client& client, PendingCall& call) { client.submit(call); }
bool withdraw_call(Client& client, PendingCall& call) noexcept { return client.withdraw(call); }
void notice_start_of(Client& client, PendingCall& call) noexcept { client.notice_start(call); }
bool request_stop_of(Client& client, PendingCall& call) noexcept {
  return client.request_stop(call);
}
bool await_call_briefly(Client& client, PendingCall& call) noexcept {
  return client.await_briefly(call);
}

std::uint64_t new_group(Client& client) { return client.new_group(); }

void RemoteSubmitter::refuse_in_forked_child() const {
  if (client_->in_forked_child()) {
    throw ShutdownError(
        "cannot schedule new futures in a forked process: the workers of this executor belong to "
        "its parent");
  }
}

void RemoteSubmitter::submit_or_drop(PendingCall& call) const {
  try {
    client_->submit(call);
  } catch (...) {
    State& state = call.state();
    state.start();
    state.fail(nullptr);  // destroys the bytes
    state.finish();
    state.drop_handle();
    throw;
  }
}

Payload Client::allocate(std::size_t size) {
  if (auto blob = transport_->allocate(size)) return Payload(std::move(blob));
  return Payload(size);
}

void Client::throw_closed() {
  bool aborted = false;
  {
    const Lock lock(mutex_);
    aborted = aborted_;
  }
  if (aborted) throw ShutdownError("cannot schedule new futures after shutdown");
  if (const std::exception_ptr error = broken_error()) std::rethrow_exception(error);
  throw ShutdownError("cannot schedule new futures after shutdown");
}

void Client::submit(PendingCall& call) {
  if (call.options().has_limit) {
    (void)Deadline::after_seconds(call.options().limit_seconds);  // throws, if it is NaN
  }
  bool is_first = false;
  bool was_open = false;
  {
    const Lock lock(mutex_);
    was_open = !closed_;
    is_first = !closed_ && workers_.empty() && starting_ == 0;
    if (is_first) ++starting_;
  }
  if (is_first) transport_->start_worker_now();  // or it calls start_failed(), and throws
  observe(TaskEvent::Kind::submitted, call, -1);
  Steps steps;
  Inbox nothing;
  {
    const Lock lock(mutex_);
    if (!closed_) {
      call.state().enqueue_for(*this);
      ++submitted_;
      enqueue(call);
      return;
    }
    if (was_open && is_broken()) {
      // It broke meanwhile, perhaps through the very worker that was started for this call: the
      // call fails like those that were queued by then.
      call.state().enqueue_for(*this);
      ++submitted_;
      settle_in(steps.broken, call);
    }
  }
  if (steps.broken.empty()) throw_closed();
  deliver(steps, nothing);
}

bool Client::withdraw(PendingCall& call) noexcept {
  if (in_forked_child()) return true;  // nobody runs it here
  {
    const Lock lock(mutex_);
    switch (call.place_) {
      case Place::withdrawn:
        return true;  // by another canceller, or by close()
      case Place::started:
      case Place::settled:
        return false;
      case Place::queued:
        CallQueue::leave(call);
        break;
      case Place::sent:
        if (!revoke(call)) return false;
        break;
    }
    call.place_ = Place::withdrawn;
    call.state().withdrawn_from_queue();
    ++cancelled_;
    retire_if_done();
  }
  observe(TaskEvent::Kind::cancelled, call, -1);
  return true;
}

void Client::notice_start(PendingCall& call) noexcept {
  if (in_forked_child()) return;
  const Lock lock(mutex_);
  if (call.place_ == Place::sent && call.worker_->link->started(call.slot_, call.id_)) {
    mark_started(call);
  }
}

bool Client::request_stop(PendingCall& call) noexcept {
  if (in_forked_child()) return false;
  const Lock lock(mutex_);
  if (call.place_ == Place::withdrawn || call.place_ == Place::settled) return false;
  if (std::exchange(call.stop_requested_, true)) return false;
  if (call.place_ != Place::queued) call.worker_->link->stop(call.id_);
  return true;
}

// The waiting thread collects answers itself for as long as one usually takes: no other thread has
// to be woken then. With an observer the transport's thread alone does, so that each task's events
// come in order.
bool Client::await_briefly(PendingCall& call) noexcept {
  State& state = call.state();
  if (state.done()) return true;
  if (in_forked_child()) return false;
  if (spin_rounds() == 0 || options_.observer != nullptr) return false;
  const auto set_watched = [this](int change) FANOUT_REQUIRES(mutex_) {
    const bool before = watchers_ > 0;
    watchers_ += change;
    if (before == (watchers_ > 0)) return;
    for (const auto& worker : workers_) worker->link->set_watched(watchers_ > 0);
  };
  {
    const Lock lock(mutex_);
    set_watched(1);
  }
  constexpr double some_microseconds = 60e-6;  // a worker's wake-up, a small task, and the answer
  const Deadline end = Deadline::after_seconds(some_microseconds);
  do {
    for (int i = 0; i < 16 && !state.done(); ++i) {
      if (!has_mail()) {
        spin_pause();
      } else {
        collect();
      }
    }
  } while (!state.done() && !end.passed());
  {
    const Lock lock(mutex_);
    set_watched(-1);
  }
  collect();  // what came while nobody was told
  return state.done();
}

// It remembers nothing but the calls' own links: a destructor that closes can have no memory for it.
void Client::close(bool cancel) {
  CallQueue unstarted;
  for (bool first = true;; first = false) {
    PendingCall* call = nullptr;
    {
      const Lock lock(mutex_);
      closed_ = true;
      if (first && cancel) take_unstarted(unstarted);
      call = unstarted.pop_front();  // others may withdraw them meanwhile
      if (call == nullptr) {
        retire_if_done();
        break;
      }
      call->place_ = Place::withdrawn;
      ++cancelled_;
    }
    observe(TaskEvent::Kind::cancelled, *call, -1);
    call->state().cancel();
    call->state().leave_queue();  // the call may be gone
  }
  transport_->wake();
}

void Client::abort(const std::string& why, Ending how) {
  if (in_forked_child()) return;
  Steps steps;
  Inbox nothing;
  {
    const Lock lock(mutex_);
    if (!closed_) aborted_ = true;  // for later submits it is a shutdown like any other
    break_pool(std::make_exception_ptr(BrokenProcessPool(why)), how, steps);
  }
  deliver(steps, nothing);
  transport_->wake();
}

ClientStats Client::stats() {
  if (in_forked_child()) return {};
  const Lock lock(mutex_);
  ClientStats stats;
  for (const auto& worker : workers_) {
    for (RemoteWorker::Slot& slot : worker->slots) {
      PendingCall* const call = slot.call;
      if (call != nullptr && call->place_ == Place::sent &&
          worker->link->started(call->slot_, call->id_)) {
        mark_started(*call);
      }
    }
    if (worker->phase == RemoteWorker::Phase::leaving) continue;
    ++stats.workers;
    if (worker->idle()) ++stats.idle;
  }
  stats.running = started_ - settled_;
  stats.pending = submitted_ - started_ - cancelled_;
  stats.completed = settled_;
  stats.died = died_;
  return stats;
}

std::uint64_t Client::new_group() noexcept {
  return last_group_.fetch_add(1, std::memory_order_relaxed) + 1;  // relaxed: a number
}

bool Client::finished() {
  const Lock lock(mutex_);
  return closed_ && unfinished() == 0 && workers_.empty() && starting_ == 0;
}

}  // namespace fanout::detail
