// SPDX-License-Identifier: MIT
// The signal handlers. Everything here that runs inside one is async-signal-safe.
#include "signals.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string_view>

#include <signal.h>
#include <unistd.h>

namespace fanout::cli {
namespace {

constexpr int handled[] = {SIGINT, SIGTERM};

std::atomic<Stop*> target{nullptr};
std::atomic<int> count{0};
std::atomic<int> first_signal{0};
static_assert(std::atomic<Stop*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

sigset_t handled_set() {
  sigset_t set;
  sigemptyset(&set);
  for (int each : handled) sigaddset(&set, each);
  return set;
}

void say(std::string_view text) noexcept {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
}

void on_signal(int number) {
  const int saved_errno = errno;
  // acquire: pairs with the release in the constructor, so the Stop is complete.
  if (Stop* stop = target.load(std::memory_order_acquire)) {
    // relaxed: the numbers publish nothing, they only count.
    if (count.fetch_add(1, std::memory_order_relaxed) == 0) {
      first_signal.store(number, std::memory_order_relaxed);
      stop->ask_to_drain();
      say("\nStopping: what runs may finish. Ctrl-C again stops at once.\n");
    } else {
      for (int each : handled) signal(each, SIG_DFL);
      stop->ask_to_stop_now();
      say("\nStopping at once.\n");
    }
  }
  errno = saved_errno;
}

}  // namespace

StopOnSignals::StopOnSignals(Stop& stop) {
  Stop* expected = nullptr;
  // release: publishes the Stop to the handler.
  if (!target.compare_exchange_strong(expected, &stop, std::memory_order_release,
                                      std::memory_order_relaxed)) {
    throw std::logic_error("signals are routed to another Stop already");
  }
  // relaxed: no handler of ours is installed yet.
  count.store(0, std::memory_order_relaxed);
  first_signal.store(0, std::memory_order_relaxed);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  action.sa_mask = handled_set();  // The steps happen one after the other.
  for (int each : handled) sigaction(each, &action, nullptr);

  const sigset_t set = handled_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  receiver_ = std::thread([this] { receive_until_done(); });
}

void StopOnSignals::receive_until_done() {
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  while (!done_.wait_for(std::chrono::hours(1))) {
  }
}

StopOnSignals::~StopOnSignals() {
  done_.set();
  receiver_.join();
  for (int each : handled) signal(each, SIG_DFL);
  // release: pairs with the acquire in the handler, of which no call runs any more.
  target.store(nullptr, std::memory_order_release);
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int StopOnSignals::exit_status() const noexcept {
  const int number = first_signal.load(std::memory_order_relaxed);
  return number == 0 ? 0 : 128 + number;
}

void turn_write_signals_into_errors() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

}  // namespace fanout::cli
