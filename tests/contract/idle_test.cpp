// SPDX-License-Identifier: MIT
// An idle pool uses no processor: its threads are not even switched to.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "support/waiting.hpp"

namespace {

// For each thread of this process: how often the system switched to another, for whatever reason;
// or "awake" where it is not asleep.
std::map<std::string, std::string> switches(const std::string& prefix) {
  std::map<std::string, std::string> result;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string name;
    std::string text;
    bool asleep = false;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:")) name = line.substr(line.find_last_of('\t') + 1);
      if (line.starts_with("State:")) asleep = line.find("sleeping") != std::string::npos;
      if (line.find("ctxt_switches") != std::string::npos) text += line;
    }
    if (name.starts_with(prefix)) result[task.path().string()] = asleep ? text : "awake";
  }
  return result;
}

bool all_asleep(const std::map<std::string, std::string>& threads) {
  for (const auto& [thread, text] : threads) {
    if (text == "awake") return false;
  }
  return true;
}

TEST(IdlePool, uses_no_processor_after_a_burst) {
  fanout::ThreadPoolExecutor executor({.max_workers = 4, .thread_name_prefix = "idler"});
  std::vector<fanout::Future<int>> futures;
  for (int i = 0; i < 20'000; ++i) futures.push_back(executor.submit([i] { return i; }));
  fanout::wait(futures);

  ASSERT_FALSE(switches("idler").empty());
  // The pool comes to rest, and stays there. The sleep orders nothing: it is the time during which
  // nothing may happen.
  EXPECT_TRUE(fanout::test::eventually([] {
    const auto before = switches("idler");
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return all_asleep(before) && switches("idler") == before;
  }));
}

}  // namespace
