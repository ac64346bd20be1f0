// SPDX-License-Identifier: MIT
// The client: which call is where, from submit to its outcome. It knows nothing of processes.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <fanout/detail/pending_call.hpp>
#include <fanout/observer.hpp>

#include "../core/fork_guard.hpp"
#include "../core/mutex.hpp"
#include "call_queue.hpp"
#include "remote_worker.hpp"
#include "transport.hpp"

namespace fanout::detail {

struct ClientOptions {
  int max_workers = 1;
  std::uint64_t max_tasks_per_worker = 0;  // 0: no limit
  bool break_on_death = false;             // a dead worker breaks the pool, instead of one task
  Observer* observer = nullptr;
};

struct ClientStats {
  int workers = 0;
  int idle = 0;
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;
  std::uint64_t died = 0;
};

// Every member may be called by any thread. State is under one mutex; user code (callbacks,
// observers, decoding, destructors) runs without it, on the thread that met the event. README.md
// proves that no call is run twice and none is lost.
//
// Owned by the executor, by each of its unfinished or still held tasks, and by the transport's
// thread; it owns the transport.
class Client final : public Owner, public std::enable_shared_from_this<Client> {
 public:
  explicit Client(ClientOptions options) : options_(options) {}

  // Before anything else, once.
  void set_transport(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }
  Transport& transport() noexcept { return *transport_; }

  // --- for the executor and its futures ---

  Payload allocate(std::size_t size);
  void submit(PendingCall& call);
  bool withdraw(PendingCall& call) noexcept;
  void notice_start(PendingCall& call) noexcept;
  bool request_stop(PendingCall& call) noexcept;
  bool await_briefly(PendingCall& call) noexcept;

  // No more submits; with `cancel`, what has not started is cancelled.
  void close(bool cancel);

  // Fails every call that is not done and ends all workers; no more submits.
  void abort(const std::string& why, Ending how);

  ClientStats stats();

  // A number that no group of calls has.
  std::uint64_t new_group() noexcept;

  bool in_forked_child() const noexcept { return fork_guard_.in_child(); }

  // --- for the transport ---

  // Throws std::bad_alloc, and the worker is not added: start_failed() is still to come.
  RemoteWorker& add_worker(std::unique_ptr<Link> link);
  void start_failed(const std::exception_ptr& cause) noexcept;

  // The worker is gone, and so is this record of it. False: there is no memory for its last
  // answers, and nothing has happened; call it again, soon.
  bool on_death(RemoteWorker& worker, Death& death) noexcept;

  // Handles what has arrived from all workers. Says whether there was anything.
  bool collect() noexcept;

  // Has anything arrived?
  bool has_mail();

  // Fails the tasks whose time is over, and does what was put off; when to call it next.
  Deadline expire() noexcept;

  // Closed, and nothing left to do for any worker.
  bool finished();

 private:
  using Place = PendingCall::Place;

  // What remains to be done for a call when the lock is released.
  struct Step {
    enum class What { started, result, overran };
    What what;
    PendingCall* call;
    int worker = -1;
    std::size_t entry = 0;
    bool in_place = false;  // the outcome is in the blob of the call
  };
  struct Steps {
    std::vector<Step> list;
    // What fails without an event of its own; it takes no memory to remember that.
    CallQueue died;
    CallQueue broken;
    int dead_worker = -1;
    std::shared_ptr<const Death> death;  // of those that died; null: there was no memory for it
  };

  struct Limit {
    Deadline deadline;
    RemoteWorker* worker;
    std::uint32_t slot;
    std::uint64_t id;
  };

  void on_cancel(State&) noexcept override {}

  // client_queue.cpp: which call goes to which worker
  void dispatch() FANOUT_REQUIRES(mutex_);
  void enqueue(PendingCall& call) FANOUT_REQUIRES(mutex_);
  RemoteWorker* choose() FANOUT_REQUIRES(mutex_);
  bool send(RemoteWorker& worker, PendingCall& call) FANOUT_REQUIRES(mutex_);
  void fill(RemoteWorker& worker) FANOUT_REQUIRES(mutex_);
  void rebalance() FANOUT_REQUIRES(mutex_);
  std::vector<PendingCall*> most_sent_ahead() const FANOUT_REQUIRES(mutex_);
  bool revoke(PendingCall& call) noexcept FANOUT_REQUIRES(mutex_);
  void take_unstarted(CallQueue& unstarted) noexcept FANOUT_REQUIRES(mutex_);
  void take_back_unstarted(RemoteWorker& worker) noexcept FANOUT_REQUIRES(mutex_);
  void start_worker_if_needed() FANOUT_REQUIRES(mutex_);
  Deadline retry_full_workers() FANOUT_REQUIRES(mutex_);
  void retire_if_done() FANOUT_REQUIRES(mutex_);
  std::uint64_t unfinished() const noexcept FANOUT_REQUIRES(mutex_);
  std::size_t occupied() const noexcept FANOUT_REQUIRES(mutex_);

  // client_workers.cpp: what workers say; client_deaths.cpp: how they go
  bool receive_all(Inbox& inbox, Steps& steps) FANOUT_REQUIRES(mutex_);
  bool receive(RemoteWorker& worker, Inbox& inbox, Steps& steps) FANOUT_REQUIRES(mutex_);
  void complain(RemoteWorker& worker, const ProtocolError& error) noexcept FANOUT_REQUIRES(mutex_);
  void handle(RemoteWorker& worker, Inbox& inbox, std::size_t entry, Steps& steps)
      FANOUT_REQUIRES(mutex_);
  void handle_answer(RemoteWorker& worker, Inbox& inbox, std::size_t entry, Steps& steps)
      FANOUT_REQUIRES(mutex_);
  Deadline end_overrun_calls(Steps& steps) FANOUT_REQUIRES(mutex_);
  void mark_started(PendingCall& call) noexcept FANOUT_REQUIRES(mutex_);
  void settle(PendingCall& call, Step step, Steps& steps) FANOUT_REQUIRES(mutex_);
  void settle(PendingCall& call) noexcept FANOUT_REQUIRES(mutex_);
  void settle_in(CallQueue& failed, PendingCall& call) noexcept FANOUT_REQUIRES(mutex_);
  void break_pool(std::exception_ptr cause, Ending how, Steps& steps) noexcept
      FANOUT_REQUIRES(mutex_);

  // client_shortage.cpp: what is done where memory has run out
  bool bear_shortage(Steps& steps) noexcept FANOUT_REQUIRES(mutex_);
  void end_shortage() noexcept FANOUT_REQUIRES(mutex_);

  bool is_broken() const noexcept FANOUT_REQUIRES(mutex_) { return broken_ != nullptr; }
  void deliver(Steps& steps, Inbox& inbox) noexcept;
  void fail(PendingCall& call, std::exception_ptr error, int worker) noexcept;
  static std::exception_ptr broken_by(const std::exception_ptr& cause, const char* why) noexcept;
  static std::exception_ptr error_of_loss() noexcept;
  static std::exception_ptr error_of_overrun(PendingCall& call) noexcept;
  static std::exception_ptr error_of_death(PendingCall& call, const Death* death) noexcept;
  std::exception_ptr broken_error() noexcept;
  void observe(TaskEvent::Kind kind, PendingCall& call, int worker) const noexcept;
  [[noreturn]] void throw_closed();

  const ClientOptions options_;
  const ForkGuard fork_guard_;
  std::unique_ptr<Transport> transport_;

  Mutex mutex_;  // taken under a stripe by nobody, and takes none
  CallQueue queue_ FANOUT_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<RemoteWorker>> workers_ FANOUT_GUARDED_BY(mutex_);
  std::vector<Limit> limits_ FANOUT_GUARDED_BY(mutex_);
  std::size_t starting_ FANOUT_GUARDED_BY(mutex_) = 0;  // asked for, not yet in workers_
  int watchers_ FANOUT_GUARDED_BY(mutex_) = 0;
  Atomic<std::uint64_t> last_group_{0};
  int next_index_ FANOUT_GUARDED_BY(mutex_) = 0;
  int deaths_at_start_ FANOUT_GUARDED_BY(mutex_) = 0;  // in a row
  bool was_ready_ FANOUT_GUARDED_BY(mutex_) = false;   // some worker, once
  bool closed_ FANOUT_GUARDED_BY(mutex_) = false;
  bool retrying_ FANOUT_GUARDED_BY(mutex_) = false;  // a worker without calls had no room
  bool aborted_ FANOUT_GUARDED_BY(mutex_) = false;
  bool short_of_memory_ FANOUT_GUARDED_BY(mutex_) = false;
  Deadline end_of_patience_ FANOUT_GUARDED_BY(mutex_) = Deadline::never();  // with the shortage
  std::exception_ptr broken_ FANOUT_GUARDED_BY(mutex_);                     // why
  std::uint64_t last_id_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::uint64_t submitted_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::uint64_t started_ FANOUT_GUARDED_BY(mutex_) = 0;  // noticed
  std::uint64_t settled_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::uint64_t cancelled_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::uint64_t died_ FANOUT_GUARDED_BY(mutex_) = 0;
};

}  // namespace fanout::detail
