// SPDX-License-Identifier: MIT
// The client under random schedules of sending, running, cancelling, dying and running out of time:
// no call is run twice, none that was cancelled is run at all, and every future settles.
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "memory_transport.hpp"
#include "remote/client.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

std::vector<int>* runs = nullptr;  // how often each call was run, in the present schedule

int run(int label) {
  ++(*runs)[static_cast<std::size_t>(label)];
  return label;
}

class Schedule {
 public:
  explicit Schedule(unsigned seed)
      : random_(seed),
        pool_({.max_workers = 1 + number(4),
               .max_tasks_per_worker =
                   static_cast<std::uint64_t>(number(3) == 0 ? 1 + number(4) : 0)}) {
    runs = &runs_;
  }

  void play(int steps) {
    while (steps-- > 0) step();
    pool_.client->close(number(2) == 0);
    // Nothing dies any more: all that is left must come to an end by itself.
    pool_.settle();
    check();
  }

 private:
  struct Submitted {
    Future<int> future;
    bool cancelled = false;  // cancel() said so
  };

  int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void submit() {
    const bool is_first = pool_.transport->workers.empty() && pool_.transport->wanted == 0;
    submit_one();
    // Deaths before a worker is ready would break the pool, as they should.
    if (is_first) pool_.worker(0).become_ready();
  }

  void submit_one() {
    const int label = static_cast<int>(runs_.size());
    runs_.push_back(0);
    if (number(4) == 0) {
      if (number(3) == 0) chunk_ = std::make_unique<detail::RemoteSubmitter>(pool_.client, 3);
      if (chunk_ != nullptr) {
        calls_.push_back({chunk_->submit(run, label)});
        return;
      }
    }
    TaskOptions options;
    if (number(8) == 0) options.timeout = std::chrono::seconds(0);
    calls_.push_back({pool_.submit_with(options, run, label)});
  }

  void step() {
    auto& workers = pool_.transport->workers;
    const auto some = [&] {
      return workers[static_cast<std::size_t>(number(static_cast<int>(workers.size())))];
    };
    switch (number(12)) {
      case 0:
      case 1:
      case 2:
        return submit();
      case 3:
        if (!calls_.empty()) {
          Submitted& call =
              calls_[static_cast<std::size_t>(number(static_cast<int>(calls_.size())))];
          if (call.future.cancel()) call.cancelled = true;
        }
        return;
      case 4:
        if (pool_.transport->wanted > 0) pool_.transport->start_wanted()->become_ready();
        return;
      case 5:
        pool_.client->collect();
        return;
      case 6:
        pool_.client->expire();
        return;
      case 7:
        if (number(4) == 0 && !workers.empty()) {
          const auto worker = some();
          worker->silent = number(2) == 0;  // dies with a call claimed, perhaps
          worker->step();
          if (!worker->left) pool_.transport->die(worker);
        }
        return;
      default:
        if (workers.empty()) return;
        const auto worker = some();
        worker->room = static_cast<std::size_t>(1 + number(6));
        worker->step();
        if (worker->answers.empty() && (worker->left || worker->ended))
          pool_.transport->die(worker);
    }
  }

  void check() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const Submitted& call = calls_[i];
      ASSERT_TRUE(call.future.done()) << "call " << i << " is lost";
      ASSERT_LE(runs_[i], 1) << "call " << i << " was run twice";
      if (call.cancelled) {
        ASSERT_TRUE(call.future.cancelled());
      }
      if (call.future.cancelled()) {
        ASSERT_EQ(runs_[i], 0) << "call " << i << " was cancelled and run";
      } else if (!call.future.failed()) {
        ASSERT_EQ(runs_[i], 1);
        ASSERT_EQ(call.future.result(), static_cast<int>(i));
      } else {
        const std::exception_ptr error = call.future.exception();
        ASSERT_TRUE(is_a<WorkerDied>(error) || is_a<TaskTimeoutError>(error)) << text_of(error);
        ASSERT_EQ(runs_[i], 1) << "call " << i << " failed without having been started";
      }
    }
    ASSERT_TRUE(pool_.client->finished());
    const detail::ClientStats stats = pool_.client->stats();
    ASSERT_EQ(stats.pending + stats.running, 0U);
  }

  std::mt19937 random_;
  std::vector<int> runs_;
  MemoryPool pool_;
  std::unique_ptr<detail::RemoteSubmitter> chunk_;
  std::vector<Submitted> calls_;
};

TEST(ClientSchedules, of_any_kind_run_nothing_twice_and_lose_nothing) {
  const UnhandledRecorder recorder;  // of workers that die while they are to leave
  for (unsigned seed = 0; seed < 3000 && !::testing::Test::HasFatalFailure(); ++seed) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(seed));
    Schedule(seed).play(200);
  }
}

}  // namespace
}  // namespace fanout::test
