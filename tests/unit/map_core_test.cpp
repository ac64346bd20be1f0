// SPDX-License-Identifier: MIT
// The window of results behind map: how much is submitted when, what is read in which order, and
// how it ends.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/detail/map_core.hpp>
#include <fanout/errors.hpp>
#include <fanout/map.hpp>

#include "probe.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using detail::MapCore;
using detail::State;

// What the feeder submitted, for the test to complete; it keeps a handle of each.
struct Submitted {
  ~Submitted() {
    for (const Handle& handle : handles) handle->cancel();  // no worker ever comes for the rest
  }

  std::string statuses() const {
    std::string text;
    for (const Handle& handle : handles) text += "prcf"[static_cast<int>(handle->status())];
    return text;
  }

  Fate fate;
  std::vector<Handle> handles;
  int feeders = 0;
};

// Submits states named 0, 1, 2, ..., and throws in the place of one of them.
class Feeder final : public detail::MapFeeder {
 public:
  Feeder(Submitted& submitted, int count, int bad = -1)
      : submitted_(submitted), count_(count), bad_(bad) {
    ++submitted_.feeders;
  }
  ~Feeder() override { --submitted_.feeders; }

  State* submit_next() override {
    if (next_ == bad_) throw std::runtime_error("bad input");
    if (next_ == count_) return nullptr;
    auto* const state = new Probe(submitted_.fate, std::to_string(next_++));
    state->add_handle();
    submitted_.handles.emplace_back(state);
    return state;
  }

 private:
  Submitted& submitted_;
  const int count_;
  const int bad_;
  int next_ = 0;
};

MapCore ordered(Submitted& submitted, int count, int buffersize = 0, int bad = -1) {
  return {std::make_unique<Feeder>(submitted, count, bad), Deadline::never(), buffersize, true};
}

MapCore unordered(Submitted& submitted, int count, int buffersize = 0, int bad = -1) {
  return {std::make_unique<Feeder>(submitted, count, bad), Deadline::never(), buffersize, false};
}

void finish(Submitted& submitted, const std::vector<std::size_t>& which) {
  for (const std::size_t i : which) run_and_finish(*submitted.handles[i]);
}

// Reads what is done already.
std::string rest_of(MapCore& core) {
  std::string names;
  for (; !core.at_end(); core.advance()) names += core.current().name();
  return names;
}

TEST(MapCore, submits_everything_at_once_without_a_buffersize) {
  Submitted submitted;
  const MapCore core = ordered(submitted, 5);
  EXPECT_EQ(submitted.statuses(), "ppppp");
  EXPECT_EQ(submitted.feeders, 0) << "the input is at its end and let go";
}

TEST(MapCore, submits_as_many_as_the_buffersize_and_one_more_for_each_read) {
  for (const bool in_order : {true, false}) {
    Submitted submitted;
    MapCore core = in_order ? ordered(submitted, 5, 2) : unordered(submitted, 5, 2);
    EXPECT_EQ(submitted.handles.size(), 2u);
    finish(submitted, {0});
    EXPECT_EQ(core.current().name(), "0");
    EXPECT_EQ(submitted.handles.size(), 2u) << "it was not given up yet";
    core.advance();
    EXPECT_EQ(submitted.handles.size(), 3u);
    finish(submitted, {1, 2});
    core.advance();  // passed over without being read
    EXPECT_EQ(submitted.handles.size(), 4u);
    EXPECT_EQ(core.current().name(), "2");
  }
}

TEST(MapCore, in_order_yields_in_the_order_of_the_input) {
  Submitted submitted;
  MapCore core = ordered(submitted, 4);
  finish(submitted, {3, 1, 0, 2});
  EXPECT_EQ(rest_of(core), "0123");
}

TEST(MapCore, unordered_yields_in_the_order_of_completion) {
  Submitted submitted;
  MapCore core = unordered(submitted, 4);
  finish(submitted, {3, 1, 0, 2});
  EXPECT_EQ(rest_of(core), "3102");
}

TEST(MapCore, the_current_element_stays_until_it_is_given_up) {
  Submitted submitted;
  MapCore core = ordered(submitted, 2);
  finish(submitted, {0, 1});
  EXPECT_EQ(&core.current(), &core.current());
  EXPECT_EQ(core.current().name(), "0");
}

TEST(MapCore, of_nothing_is_at_its_end) {
  Submitted submitted;
  MapCore core = ordered(submitted, 0);
  EXPECT_TRUE(core.at_end());
  thrown<InvalidStateError>([&] { core.current(); });
  core.advance();
  EXPECT_TRUE(core.at_end());
}

TEST(MapCore, that_was_never_read_cancels_nothing) {
  for (const bool in_order : {true, false}) {
    Submitted submitted;
    {
      const MapCore core = in_order ? ordered(submitted, 3) : unordered(submitted, 3);
    }
    EXPECT_EQ(submitted.statuses(), "ppp");
    for (const Handle& handle : submitted.handles) EXPECT_TRUE(handle->has_one_handle());
  }
}

TEST(MapCore, that_was_read_cancels_the_rest_when_it_goes) {
  for (const bool in_order : {true, false}) {
    Submitted submitted;
    {
      MapCore core = in_order ? ordered(submitted, 4) : unordered(submitted, 4);
      finish(submitted, {0});
      submitted.handles[1]->start();
      EXPECT_EQ(core.current().name(), "0");
    }
    EXPECT_EQ(submitted.statuses(), "frcc");
    for (const Handle& handle : submitted.handles) EXPECT_TRUE(handle->has_one_handle());
    submitted.handles[1]->finish();
  }
}

TEST(MapCore, closed_it_is_at_its_end_and_lets_the_input_go) {
  Submitted submitted;
  MapCore core = ordered(submitted, 4, 2);
  EXPECT_EQ(submitted.feeders, 1);
  core.close();
  EXPECT_TRUE(core.at_end());
  EXPECT_EQ(submitted.feeders, 0);
  EXPECT_EQ(submitted.statuses(), "cc");
}

TEST(MapCore, that_runs_out_of_time_throws_once_and_is_at_its_end) {
  for (const bool in_order : {true, false}) {
    Submitted submitted;
    MapCore core(std::make_unique<Feeder>(submitted, 3), Deadline::after(5ms), 0, in_order);
    finish(submitted, {0});
    EXPECT_EQ(core.current().name(), "0");
    core.advance();
    thrown<TimeoutError>([&] { core.current(); });
    EXPECT_TRUE(core.at_end());
    EXPECT_EQ(submitted.statuses(), "fcc");
  }
}

TEST(MapCore, an_input_that_throws_at_once_leaves_nothing_behind) {
  Submitted submitted;
  thrown<std::runtime_error>([&] { (void)ordered(submitted, 5, 0, 2); });
  EXPECT_EQ(submitted.feeders, 0);
  EXPECT_EQ(submitted.statuses(), "pp") << "what was submitted runs";
  for (const Handle& handle : submitted.handles) EXPECT_TRUE(handle->has_one_handle());
}

TEST(MapCore, an_input_that_throws_later_is_reported_in_the_place_of_the_missing_one) {
  for (const bool in_order : {true, false}) {
    Submitted submitted;
    MapCore core = in_order ? ordered(submitted, 9, 2, 3) : unordered(submitted, 9, 2, 3);
    finish(submitted, {0, 1});
    core.current();
    core.advance();  // submits 2
    core.current();
    core.advance();  // the input throws
    EXPECT_EQ(submitted.feeders, 0);
    finish(submitted, {2});
    EXPECT_EQ(core.current().name(), "2");
    core.advance();
    EXPECT_FALSE(core.at_end());
    EXPECT_EQ(thrown<std::runtime_error>([&] { core.current(); }), "bad input");
    EXPECT_TRUE(core.at_end());
  }
}

TEST(MapCore, an_input_error_may_be_passed_over) {
  Submitted submitted;
  MapCore core = ordered(submitted, 9, 1, 1);
  finish(submitted, {0});
  core.current();
  core.advance();
  EXPECT_FALSE(core.at_end());
  core.advance();
  EXPECT_TRUE(core.at_end());
}

TEST(MapCore, may_be_moved_while_it_is_read) {
  Submitted submitted;
  MapCore core = ordered(submitted, 3);
  finish(submitted, {0, 1, 2});
  core.current();
  MapCore moved = std::move(core);
  EXPECT_EQ(rest_of(moved), "012");
}

TEST(MapCore, options_that_make_no_sense_are_refused) {
  EXPECT_TRUE(holds(thrown<std::invalid_argument>([] { detail::check({.chunksize = 0}); }),
                    "chunksize must be at least 1, not 0"));
  EXPECT_TRUE(holds(thrown<std::invalid_argument>([] { detail::check({.buffersize = -1}); }),
                    "buffersize"));
  detail::check({.chunksize = 1, .buffersize = 0});
}

}  // namespace
}  // namespace fanout::test
