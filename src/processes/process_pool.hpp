// SPDX-License-Identifier: MIT
// The transport between a client and its worker processes: one thread that starts them, listens to
// them, and sees them end.
#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "../core/context.hpp"
#include "../core/mutex.hpp"
#include "../remote/client.hpp"
#include "blob.hpp"
#include "child.hpp"
#include "fork_server.hpp"
#include "process_link.hpp"
#include "stderr_tail.hpp"

namespace fanout::detail {

struct ProcessPoolConfig {
  bool fork_server = false;
  std::vector<std::byte> initializer;  // a call, or nothing
};

// Owned by the client, which outlives the thread: the thread shares it. Thread and descriptors are
// there from the first call to the end of the last worker. All processes are started by that thread,
// because the kernel ends a fork server with the thread that started it.
class ProcessPool final : public Transport, public Helper {
 public:
  ProcessPool(Client& client, ProcessPoolConfig config)
      : client_(client), config_(std::move(config)) {}

  bool on_own_thread() const noexcept { return context.helper == this; }

  // --- Helper: a callback, on the thread, waits for another call of the pool ---

  const Owner* owner() const noexcept override { return &client_; }
  bool run_awaited(State& state) override;

  // Returns when the thread is gone. Any thread but that one, several at a time.
  void join();

  // Gives it up, to be joined elsewhere.
  std::thread release_thread();

  // --- Transport ---

  std::unique_ptr<Blob> allocate(std::size_t size) override;
  void start_worker() noexcept override;
  void start_worker_now() override;
  void end_worker(Link& link, Ending how) noexcept override;
  void wake() noexcept override;

 private:
  // A worker process, for the thread only.
  struct Worker {
    explicit Worker(StderrTail e) noexcept : errors(std::move(e)) {}

    Child child{-1, Descriptor()};
    StderrTail errors;
    ProcessLink* link = nullptr;     // owned by the record
    RemoteWorker* record = nullptr;  // owned by the client
    Deadline next_signal = Deadline::never();
    int signal = 0;
    bool stderr_blocked = false;
    bool ended = false;
    std::optional<ExitStatus> status;  // since it was reaped
  };

  struct StartRequest {
    Gate done;
    std::exception_ptr error;
  };

  void start_thread();
  void run();
  void turn(const State* awaited);
  void close_down();
  void handle_requests();
  void start_one(StartRequest* request);
  void spawn();
  Child start_process(const ControlSocket& socket, int standard_error);
  void watch(int descriptor);
  void sleep_until(Deadline deadline);
  void handle_event(int descriptor);
  Deadline tend_workers();
  void begin_ending(Worker& worker, Ending how);
  bool watch_stderr_again(Worker& worker) noexcept;
  bool bury(Worker& dead);
  bool has_requests();

  Client& client_;
  const ProcessPoolConfig config_;

  const std::shared_ptr<SharedMemoryCache> memories_ = std::make_shared<SharedMemoryCache>();

  Descriptor epoll_;                              // the thread's
  std::vector<std::unique_ptr<Worker>> workers_;  // the thread's
  // The thread's: the last one is in use, those before it have died.
  std::vector<std::unique_ptr<ForkServer>> fork_servers_;

  Mutex starting_;                             // held while the thread is started
  Mutex joining_;                              // held while the thread is joined; before mutex_
  Mutex mutex_;                                // taken under the client's, and takes none
  Descriptor bell_ FANOUT_GUARDED_BY(mutex_);  // rung by workers, and by wake()
  std::thread thread_ FANOUT_GUARDED_BY(mutex_);
  bool started_ FANOUT_GUARDED_BY(mutex_) = false;
  int bell_number_ = -1;  // the same for the thread
  int to_start_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::vector<StartRequest*> to_start_now_ FANOUT_GUARDED_BY(mutex_);
  bool endings_wanted_ FANOUT_GUARDED_BY(mutex_) = false;  // by some of the links
};

}  // namespace fanout::detail
