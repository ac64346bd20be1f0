// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace model {
namespace {

constexpr const char* usage =
    "fanout_model [option...] [case...]     no case: all of them\n"
    "  --list             names and promises of the cases\n"
    "  --executions N     of each case; after an exhaustive search the rest are random ones\n"
    "  --random           random ones only\n"
    "  --seed N           of the random ones; 1 if left out\n"
    "  --processes N      how many cases at a time; 1 if left out\n"
    "  --at-least N       it is a failure if there were fewer executions in all\n"
    "  --stop-at-failure  start no more cases after the first failure\n"
    "  --replay TEXT      one execution of one case, as a failure printed it\n";

}  // namespace

bool Options::asks_for(const Case& which) const {
  return names.empty() || std::find(names.begin(), names.end(), which.name) != names.end();
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--random") {
      options.random = true;
    } else if (word == "--stop-at-failure") {
      options.stop_at_failure = true;
    } else if (word == "--executions" && has_value) {
      options.executions = std::atol(argv[++i]);
    } else if (word == "--seed" && has_value) {
      options.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--processes" && has_value) {
      options.processes = std::atoi(argv[++i]);
    } else if (word == "--at-least" && has_value) {
      options.at_least = std::atol(argv[++i]);
    } else if (word == "--replay" && has_value) {
      options.replay = argv[++i];
    } else if (word == "--list") {
      options.list = true;
    } else if (word.starts_with("-")) {
      std::fputs(usage, stderr);
      std::exit(2);
    } else {
      options.names.push_back(word);
    }
  }
  return options;
}

}  // namespace model
