// SPDX-License-Identifier: MIT
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include <fanout/process_pool_executor.hpp>

#include "../core/cpus.hpp"
#include "../core/reaper.hpp"
#include "init.hpp"
#include "process_pool.hpp"

namespace fanout {
namespace {

using detail::Client;
using detail::ProcessPool;

ProcessPool& pool_of(Client& client) { return static_cast<ProcessPool&>(client.transport()); }

std::shared_ptr<Client> make_client(const ProcessPoolOptions& options) {
  if (options.max_workers && *options.max_workers < 1) {
    throw std::invalid_argument("max_workers must be greater than 0");
  }
  if (options.max_tasks_per_child && *options.max_tasks_per_child < 1) {
    throw std::invalid_argument("max_tasks_per_child must be greater than 0");
  }
  constexpr std::size_t biggest_initializer = std::size_t{60} << 10;
  if (options.initializer.call().size() > biggest_initializer) {
    throw std::invalid_argument("the initializer is too big: it takes " +
                                std::to_string(options.initializer.call().size()) +
                                " bytes when serialized, more than 60 KiB");
  }
  if (!detail::init_was_called()) {
    throw std::logic_error(
        "ProcessPoolExecutor: its workers are this same program, and main() does not tell them "
        "apart: add fanout::init(argc, argv); as the first line of main()");
  }
  auto client = std::make_shared<Client>(detail::ClientOptions{
      .max_workers = options.max_workers.value_or(detail::usable_cpus()),
      .max_tasks_per_worker = static_cast<std::uint64_t>(options.max_tasks_per_child.value_or(0)),
      .break_on_death = options.on_worker_death == OnWorkerDeath::break_pool,
      .observer = options.observer});
  client->set_transport(std::make_unique<ProcessPool>(
      *client,
      detail::ProcessPoolConfig{.fork_server = options.start_method == StartMethod::forkserver,
                                .initializer = options.initializer.call()}));
  return client;
}

}  // namespace

// By value, as all executors take their options.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
ProcessPoolExecutor::ProcessPoolExecutor(ProcessPoolOptions options)
    : submitter_(make_client(options)), exceptions_at_start_(std::uncaught_exceptions()) {}

ProcessPoolExecutor::~ProcessPoolExecutor() {
  const std::shared_ptr<Client> client = submitter_.client();
  if (client->in_forked_child()) {
    // The thread and the workers belong to the parent: touch nothing, leave the memory be.
    (void)new (std::nothrow) std::shared_ptr<Client>(client);
    return;
  }
  const bool unwinding = std::uncaught_exceptions() > exceptions_at_start_;
  shutdown({.wait = true, .cancel_futures = unwinding});
  ProcessPool& pool = pool_of(*client);
  if (pool.on_own_thread()) detail::hand_over_to_reaper(pool.release_thread());
}

void ProcessPoolExecutor::shutdown(ShutdownOptions options) {
  // Kept alive here: a callback that destroys the executor may run meanwhile.
  const std::shared_ptr<Client> client = submitter_.client();
  if (client->in_forked_child()) return;
  client->close(options.cancel_futures);
  ProcessPool& pool = pool_of(*client);
  if (options.wait && !pool.on_own_thread()) pool.join();
}

void ProcessPoolExecutor::terminate_workers() {
  submitter_.client()->abort("forcefully shut down by terminate_workers()",
                             detail::Ending::politely);
}

void ProcessPoolExecutor::kill_workers() {
  submitter_.client()->abort("forcefully shut down by kill_workers()", detail::Ending::now);
}

ProcessPoolStats ProcessPoolExecutor::stats() const {
  const detail::ClientStats stats = submitter_.client()->stats();
  return {.workers = stats.workers,
          .idle = stats.idle,
          .pending = stats.pending,
          .running = stats.running,
          .completed = stats.completed,
          .died = stats.died};
}

}  // namespace fanout
