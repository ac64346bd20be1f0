// SPDX-License-Identifier: MIT
#include "thread_name.hpp"

#include <array>
#include <cstdio>

#include <pthread.h>

namespace fanout::detail {
namespace {

constexpr int longest = 15;
using Name = std::array<char, longest + 1>;

// What snprintf takes for a string that need not end in a null.
int shown(std::string_view text) noexcept {
  return text.size() < longest ? static_cast<int>(text.size()) : longest;
}

}  // namespace

void set_thread_name(std::string_view name) noexcept {
  Name cut;
  // The precision ends the name. NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
  std::snprintf(cut.data(), cut.size(), "%.*s", shown(name), name.data());
  pthread_setname_np(pthread_self(), cut.data());
}

void set_thread_name(std::string_view prefix, int number) noexcept {
  Name cut;
  // As above. NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
  std::snprintf(cut.data(), cut.size(), "%.*s_%d", shown(prefix), prefix.data(), number);
  pthread_setname_np(pthread_self(), cut.data());
}

}  // namespace fanout::detail
