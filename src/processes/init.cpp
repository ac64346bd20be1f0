// SPDX-License-Identifier: MIT
// Turns a process that was started as a worker into one.
#include "init.hpp"

#include <atomic>
#include <string_view>

#include <fanout/process_pool_executor.hpp>

#include "../remote/modules.hpp"
#include "fork_server.hpp"
#include "spawn.hpp"
#include "worker_process.hpp"

namespace fanout {
namespace {

std::atomic<bool> called{false};

}  // namespace

void init(int argc, char** argv) {
  called.store(true, std::memory_order_relaxed);  // relaxed: a flag that says nothing else
  // Read while there is one thread, so that a child forked later finds it ready.
  (void)detail::program_module();
  if (argc != 2) return;
  const std::string_view argument = argv[1];
  if (argument == detail::worker_argument) detail::serve_as_worker();
  if (argument == detail::fork_server_argument) detail::serve_as_fork_server();
}

bool detail::init_was_called() noexcept {
  return called.load(std::memory_order_relaxed);  // relaxed: as above
}

}  // namespace fanout
