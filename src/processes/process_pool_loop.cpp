// SPDX-License-Identifier: MIT
// The pool's thread. It waits for all workers at once and for none in particular.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>

#include <fcntl.h>
#include <sys/epoll.h>

#include <fanout/errors.hpp>

#include "../core/spin.hpp"
#include "../core/thread_name.hpp"
#include "../remote/modules.hpp"
#include "process_pool.hpp"
#include "spawn.hpp"

namespace fanout::detail {
namespace {

// How long a task that is over its time has to obey its stop token, and then SIGTERM.
constexpr double patience_for_stop = 0.1;
constexpr double patience_for_sigterm = 1.0;

// How soon to try again to write to a stderr that takes nothing, and what there was no memory for.
constexpr double retry = 0.02;

}  // namespace

void ProcessPool::run() {
  set_thread_name("fanout-pool");
  while (!client_.finished() || !workers_.empty() || has_requests()) turn(nullptr);
}

// Handles whatever there is to handle, or else sleeps until there is something. The awaited state
// is done at the latest when it wakes.
void ProcessPool::turn(const State* awaited) {
  handle_requests();
  while (client_.collect()) {
  }
  const Deadline limit = client_.expire();
  const Deadline signal = std::min(tend_workers(), memories_->tidy());
  if (awaited != nullptr ? awaited->done() : client_.finished() && workers_.empty()) return;
  if (spin_until([this] { return client_.has_mail(); })) return;
  for (const auto& worker : workers_) worker->link->announce_sleep();
  if (!client_.has_mail() && !has_requests()) sleep_until(signal < limit ? signal : limit);
  for (const auto& worker : workers_) worker->link->retract_sleep();
}

bool ProcessPool::run_awaited(State& state) {
  if (state.owner() != &client_) return false;
  // Another thread may be the one that finishes it.
  struct Waker final : Listener {
    explicit Waker(ProcessPool& p) noexcept : Listener(&wake, Kind::waiter), pool(p) {}
    static void wake(Listener* listener) noexcept {
      auto& waker = *static_cast<Waker*>(listener);
      waker.pool.wake();
      waker.notified.open();
    }
    ProcessPool& pool;
    Gate notified;
  };
  Waker waker(*this);
  if (!state.add_listener(waker)) return true;
  while (!state.done()) turn(&state);
  waker.notified.wait();
  return true;
}

void ProcessPool::handle_requests() {
  for (;;) {
    StartRequest* now = nullptr;
    bool start = false;
    {
      const Lock lock(mutex_);
      if (std::exchange(endings_wanted_, false)) {
        for (const auto& worker : workers_) {
          if (const auto how = worker->link->take_wanted_ending()) begin_ending(*worker, *how);
        }
      }
      if (!to_start_now_.empty()) {
        now = to_start_now_.back();
        to_start_now_.pop_back();
      } else if (to_start_ > 0) {
        --to_start_;
        start = true;
      }
    }
    if (now == nullptr && !start) return;
    start_one(now);
    if (now != nullptr) now->done.open();  // and with this the request is gone
  }
}

void ProcessPool::start_one(StartRequest* request) {
  try {
    spawn();
  } catch (...) {
    client_.start_failed(std::current_exception());
    if (request != nullptr) request->error = std::current_exception();
  }
}

// Everything that can fail comes before the process, or ends it again.
void ProcessPool::spawn() {
  SharedSegment segment;
  auto [ours, theirs] = ControlSocket::pair();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe for the stderr of a worker");
  Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  read_end = beyond_standard_streams(read_end.release());
  write_end = beyond_standard_streams(write_end.release());
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);

  const Descriptor host = open_process(getpid());
  std::vector<std::byte> hello(sizeof(std::uint64_t) + config_.initializer.size());
  const std::uint64_t program = program_module().fingerprint;
  std::memcpy(hello.data(), &program, sizeof(program));
  std::copy(config_.initializer.begin(), config_.initializer.end(),
            hello.begin() + sizeof(program));
  ours.send({.kind = MessageKind::hello, .payload = hello},
            {segment.descriptor(), bell_number_, host.get()}, false);

  workers_.reserve(workers_.size() + 1);
  const int socket = ours.descriptor();
  auto link = std::make_unique<ProcessLink>(std::move(segment), std::move(ours));
  auto worker = std::make_unique<Worker>(StderrTail(std::move(read_end)));
  worker->link = link.get();
  worker->child = start_process(theirs, write_end.get());
  try {
    watch(socket);
    watch(worker->child.descriptor());
    watch(worker->errors.descriptor());
    worker->record = &client_.add_worker(std::move(link));
  } catch (...) {
    worker->child.signal_group(SIGKILL);
    while (!worker->child.reap()) yield_thread();
    throw;
  }
  workers_.push_back(std::move(worker));
}

Child ProcessPool::start_process(const ControlSocket& socket, int standard_error) {
  if (!config_.fork_server) return spawn_self(worker_argument, socket, standard_error);
  if (!fork_servers_.empty() && fork_servers_.back()->alive()) {
    return fork_servers_.back()->start(socket, standard_error);
  }
  fork_servers_.push_back(std::make_unique<ForkServer>());
  return fork_servers_.back()->start(socket, standard_error);
}

void ProcessPool::watch(int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw_errno("epoll_ctl for a worker");
  }
}

void ProcessPool::sleep_until(Deadline deadline) {
  int milliseconds = -1;
  if (!deadline.is_never()) {
    const std::int64_t left =
        deadline.nanoseconds() - Deadline::after_seconds(0).nanoseconds() + 999'999;
    milliseconds = static_cast<int>(std::clamp<std::int64_t>(left / 1'000'000, 0, 60'000));
  }
  std::array<epoll_event, 32> events;
  const int count =
      epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds);
  for (int i = 0; i < count; ++i) handle_event(events[static_cast<std::size_t>(i)].data.fd);
}

void ProcessPool::handle_event(int descriptor) {
  if (descriptor == bell_number_) {
    std::uint64_t rung = 0;
    (void)!read(bell_number_, &rung, sizeof(rung));  // only its being readable matters
    return;
  }
  for (const auto& worker : workers_) {
    if (descriptor == worker->link->socket()) {
      worker->link->socket_has_mail();
    } else if (descriptor == worker->child.descriptor()) {
      worker->ended = true;
    } else if (descriptor == worker->errors.descriptor()) {
      worker->stderr_blocked = !worker->errors.pass_on();
      if (worker->stderr_blocked || worker->errors.ended()) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
      }
    }
  }
}

// Sends the signals that are due, and buries the dead. When to call it next.
Deadline ProcessPool::tend_workers() {
  Deadline next = Deadline::never();
  const auto at = [&next](Deadline deadline) { next = deadline < next ? deadline : next; };
  for (std::size_t i = 0; i < workers_.size();) {
    Worker& worker = *workers_[i];
    if (worker.ended) {
      if (bury(worker)) {
        i = 0;  // callbacks may have started others
        continue;
      }
      at(Deadline::after_seconds(retry));
    }
    if (!worker.next_signal.is_never() && worker.next_signal.passed()) {
      worker.child.signal_group(worker.signal);
      worker.next_signal = worker.signal == SIGTERM ? Deadline::after_seconds(patience_for_sigterm)
                                                    : Deadline::never();
      worker.signal = SIGKILL;
    }
    at(worker.next_signal);
    if (worker.stderr_blocked) {
      worker.stderr_blocked = !worker.errors.pass_on() || !watch_stderr_again(worker);
      if (worker.stderr_blocked) at(Deadline::after_seconds(retry));
    }
    ++i;
  }
  return next;
}

void ProcessPool::begin_ending(Worker& worker, Ending how) {
  const bool patient = how == Ending::overrun;
  worker.signal = how == Ending::now ? SIGKILL : SIGTERM;
  worker.next_signal = Deadline::after_seconds(patient ? patience_for_stop : 0);
}

bool ProcessPool::watch_stderr_again(Worker& worker) noexcept {
  if (worker.errors.ended()) return true;
  try {
    watch(worker.errors.descriptor());
    return true;
  } catch (const std::exception&) {
    return false;  // the kernel has no memory for it
  }
}

// False: it has not ended after all, or there is no memory for what it said last; try again.
bool ProcessPool::bury(Worker& dead) {
  try {
    if (!dead.status) dead.status = dead.child.reap();
  } catch (const std::bad_alloc&) {
    return false;  // to ask the fork server how it ended
  }
  if (!dead.status) return false;
  dead.errors.pass_on();
  dead.link->socket_has_mail();  // a last answer may be there
  const auto at = std::find_if(workers_.begin(), workers_.end(),
                               [&dead](const auto& worker) { return worker.get() == &dead; });
  std::unique_ptr<Worker> worker = std::move(*at);
  workers_.erase(at);
  Death death{.pid = dead.child.pid(),
              .exit_code = dead.status->exit_code,
              .signal = dead.status->signal,
              .text = {},
              .last_lines = {}};
  try {
    death.text = "pid " + std::to_string(death.pid) + " " + dead.status->text();
    death.last_lines = dead.errors.last_lines();
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it is a death without words
  }
  if (client_.on_death(*dead.record, death)) return true;
  workers_.push_back(std::move(worker));  // there was room for it
  return false;
}

}  // namespace fanout::detail
