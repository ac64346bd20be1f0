// SPDX-License-Identifier: MIT
// Values that throw, exit or crash where they become bytes or are made of bytes, on either side.
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fanout/serialize.hpp>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

enum class What { nothing, throws, exits, quick_exits, crashes };

void perform(What what) {
  switch (what) {
    case What::nothing:
      return;
    case What::throws:
      throw std::domain_error("thrown on purpose");
    case What::exits:
      std::exit(42);
    case What::quick_exits:
      _exit(42);
    case What::crashes:
      raise(SIGKILL);
  }
}

// Misbehaves when it is saved or loaded.
struct Trap {
  What on_save = What::nothing;
  What on_load = What::nothing;
  int value = 0;

  void save(Writer& writer) const {
    perform(on_save);
    writer(on_save, on_load, value);
  }
  void load(Reader& reader) {
    reader(on_save, on_load, value);
    perform(on_load);
  }
};

int take(const Trap& trap) { return trap.value; }
Trap give(const Trap& trap) { return trap; }
int run(What what, int value) {
  perform(what);
  return value;
}

// A result that misbehaves when it is saved in the worker, or loaded in the parent.
Trap give_bad_save(What what) { return {.on_save = what, .value = 1}; }
Trap give_bad_load(What what) { return {.on_load = what, .value = 1}; }

void check_outcome(const AnyFuture& future, What what, Where where = Where::current()) {
  const ::testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "here");
  if (what == What::throws) {
    EXPECT_TRUE(holds(check_failed<std::domain_error>(future, where), "thrown on purpose"));
    return;
  }
  future.wait();
  check_failed<WorkerDied>(future, where);
  const auto death = error_of<WorkerDied>(future);
  if (what == What::crashes) {
    EXPECT_EQ(death.signal(), SIGKILL);
  } else {
    EXPECT_EQ(death.exit_code(), 42);
  }
}

constexpr What all[] = {What::throws, What::exits, What::quick_exits, What::crashes};

class Crossing : public Fault {};
FANOUT_FAULTS(Crossing);

// conformance: 116, 129, 156, 157, 162
// behaviour: 59
TEST_P(Crossing, argument_that_throws_when_saved_fails_its_task_only) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const auto future = executor.submit(take, Trap{.on_save = What::throws});
    check_outcome(future, What::throws);
    EXPECT_EQ(executor.submit(take, Trap{.value = round}).result(), round);
  }
}

// conformance: 117, 118, 119, 156, 177
TEST_P(Crossing, argument_that_fails_when_loaded_fails_its_task_only) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    for (const What what : all) {
      const auto future = executor.submit(take, Trap{.on_load = what});
      const auto other = executor.submit(take, Trap{.value = round});
      future.wait();
      check_outcome(future, what);
      EXPECT_EQ(other.result(), round);
    }
  }
}

// conformance: 120, 121, 122, 177
TEST_P(Crossing, function_that_fails_fails_its_task_only) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    for (const What what : all) {
      const auto future = executor.submit(run, what, 1);
      const auto other = executor.submit(run, What::nothing, round);
      future.wait();
      check_outcome(future, what);
      EXPECT_EQ(other.result(), round);
    }
  }
}

// conformance: 123, 124, 125, 156, 177
// behaviour: 60
TEST_P(Crossing, result_that_fails_when_saved_fails_its_task_only) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    for (const What what : all) {
      const auto future = executor.submit(give_bad_save, what);
      const auto other = executor.submit(give, Trap{.value = round});
      future.wait();
      check_outcome(future, what);
      EXPECT_EQ(other.result().value, round);
    }
  }
}

// conformance: 126, 156
// behaviour: 60
TEST_P(Crossing, result_that_throws_when_loaded_fails_its_task_only) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const auto future = executor.submit(give_bad_load, What::throws);
    future.wait();
    check_outcome(future, What::throws);
    EXPECT_EQ(executor.submit(give, Trap{.value = round}).result().value, round);
  }
}

// conformance: 168, 177
TEST_P(Crossing, all_that_submitted_in_a_callback_fails_its_task_only) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(2));
    for (const What what : all) {
      Promise<Future<int>> loads;
      Promise<Future<int>> runs;
      Promise<Future<Trap>> saves;
      executor.submit(run, What::nothing, 0).add_done_callback([&](const Future<int>&) {
        loads.set_value(executor.submit(take, Trap{.on_load = what}));
        runs.set_value(executor.submit(run, what, 0));
        saves.set_value(executor.submit(give_bad_save, what));
      });
      const auto load = loads.get_future().result();
      const auto ran = runs.get_future().result();
      const auto save = saves.get_future().result();
      wait(std::vector<AnyFuture>{load, ran, save});
      check_outcome(load, what);
      check_outcome(ran, what);
      check_outcome(save, what);
    }
    EXPECT_EQ(executor.submit(run, What::nothing, round).result(), round);
  }
}

// conformance: 182
TEST_P(Crossing, hundred_bad_arguments_take_no_place_from_hundred_good_ones) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(5); ++round) {
    std::vector<Future<int>> good;
    std::vector<Future<int>> bad;
    for (int i = 0; i < 100; ++i) {
      bad.push_back(executor.submit(take, Trap{.on_save = i % 2 == 0 ? What::throws : What::nothing,
                                               .on_load = What::throws}));
      good.push_back(executor.submit(take, Trap{.value = i}));
    }
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(good[static_cast<std::size_t>(i)].result(), i);
      bad[static_cast<std::size_t>(i)].wait();
      check_outcome(bad[static_cast<std::size_t>(i)], What::throws);
    }
    EXPECT_EQ(executor.stats().pending, 0U);
  }
}

// Ends the worker when the task that took it is over.
struct LastWill {
  LastWill() = default;
  explicit LastWill(bool is_armed) : armed(is_armed) {}
  LastWill(LastWill&& other) noexcept
      : armed(std::exchange(other.armed, false)), maker(other.maker) {}
  LastWill(const LastWill&) = delete;
  ~LastWill() {
    if (armed && maker != getpid()) _exit(41);
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(armed, maker);
  }

  bool armed = false;
  pid_t maker = getpid();
};

int outlive(const LastWill&, int value) { return value; }

// conformance: 96, 184
TEST_P(Crossing, argument_whose_destructor_ends_the_worker_harms_no_other_task) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const auto dying = executor.submit(outlive, LastWill(true), round);
    EXPECT_EQ(executor.submit(square, round).result(), round * round);
    // Arguments die before the result is published: it never leaves the worker.
    EXPECT_EQ(error_of<WorkerDied>(dying).exit_code(), 41);
  }
}

}  // namespace
}  // namespace fanout::test
