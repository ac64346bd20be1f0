// SPDX-License-Identifier: MIT
// Reads /proc/self before and after each test.
#include "support/resources.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <dirent.h>
#include <unistd.h>

#include "support/waiting.hpp"
#include "support/watchdog.hpp"

namespace fanout::test {
namespace {

std::vector<std::string> entries(const std::string& folder) {
  std::vector<std::string> names;
  if (DIR* stream = opendir(folder.c_str())) {
    const std::string own = std::to_string(dirfd(stream));
    while (const dirent* entry = readdir(stream)) {
      if (entry->d_name[0] != '.' && (folder != "/proc/self/fd" || entry->d_name != own)) {
        names.emplace_back(entry->d_name);
      }
    }
    closedir(stream);
  }
  return names;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string target_of(const std::string& link) {
  std::array<char, 256> text{};
  const ssize_t length = readlink(link.c_str(), text.data(), text.size());
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

// What a worker had started, and the address sanitizer starts a process for its look at the end of a
// program: orphaned and killed with its group, it is a zombie until it is reaped by whoever takes in
// orphans, here this program (see Fault). Workers lead groups of their own.
bool is_dead_orphan(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  const std::size_t end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return true;  // gone
  char state = 0;
  pid_t parent = 0;
  pid_t group = 0;
  std::istringstream(line.substr(end_of_name + 1)) >> state >> parent >> group;
  return state == 'Z' && group != getpgrp() && std::to_string(group) != process;
}

template <class Map>
void describe_new(std::string& text, const char* what, const Map& before, const Map& after) {
  if (after.size() <= before.size()) {
    return;  // numbers are reused, so only the count tells
  }
  text += std::string(what) + " are left:";
  for (const auto& [key, value] : after) {
    if (!before.contains(key)) {
      text += " " + key + " (" + value + ")";
    }
  }
  text += "\n";
}

}  // namespace

Resources Resources::now() {
  Resources found;
  for (const auto& thread : entries("/proc/self/task")) {
    const std::string folder = "/proc/self/task/" + thread;
    found.threads[thread] = first_line(folder + "/comm");
    std::ifstream children(folder + "/children");
    for (std::string child; children >> child;) {
      if (!is_dead_orphan(child)) found.children.insert(child);
    }
  }
  for (const auto& number : entries("/proc/self/fd")) {
    found.descriptors[number] = target_of("/proc/self/fd/" + number);
  }
  return found;
}

std::string left_over(const Resources& before, const Resources& after) {
  std::string text;
  describe_new(text, "threads", before.threads, after.threads);
  describe_new(text, "descriptors", before.descriptors, after.descriptors);
  std::string children;
  for (const auto& child : after.children) {
    if (!before.children.contains(child)) {
      children += " " + child;
    }
  }
  return children.empty() ? text : text + "children are left:" + children + "\n";
}

std::string left_over_since(const Resources& before) {
  Resources now = Resources::now();
  const auto settled = [&] { return now.threads.size() <= before.threads.size(); };
  if (!settled()) {
    (void)eventually(
        [&] {
          now.threads = Resources::now().threads;
          return settled();
        },
        std::chrono::seconds(1));
  }
  return left_over(before, now);
}

void LeakCheck::OnTestStart(const ::testing::TestInfo&) { before_ = Resources::now(); }

void LeakCheck::OnTestEnd(const ::testing::TestInfo& test) {
  const auto limit = seconds_from_environment("FANOUT_TEST_LEAK_LIMIT", std::chrono::seconds(10));
  std::string left;
  const bool clean = eventually(
      [&] {
        left = left_over(before_, Resources::now());
        return left.empty();
      },
      limit);
  if (!clean) {
    ADD_FAILURE() << "after " << test.name() << " " << left;
  }
}

}  // namespace fanout::test
