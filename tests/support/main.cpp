// SPDX-License-Identifier: MIT
// main() of every test program: a watchdog over each test and a leak check at its end.
#include <memory>

#include <gtest/gtest.h>

#include <fanout/process_pool_executor.hpp>

#include "support/resources.hpp"
#include "support/unhandled.hpp"
#include "support/watchdog.hpp"

// A report of the thread sanitizer ends the process: in a worker it fails the task. And the end of a
// worker does not take a second.
extern "C" const char* __tsan_default_options();   // NOLINT: the sanitizer's name
extern "C" const char* __tsan_default_options() {  // NOLINT
  return "halt_on_error=1:atexit_sleep_ms=0";
}

int main(int argc, char** argv) {
  fanout::init(argc, argv);  // a worker process of a test comes no further
  ::testing::InitGoogleTest(&argc, argv);
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  // At the end of a test listeners are called in reverse order: the leak check comes first, so the
  // watchdog still guards it, and the printer (the first of all) shows what it found.
  listeners.Append(std::make_unique<fanout::test::Watchdog>().release());
  listeners.Append(std::make_unique<fanout::test::LeakCheck>().release());
  fanout::test::watch_for_bad_workers();
  return RUN_ALL_TESTS();
}
