// SPDX-License-Identifier: MIT
#include "thread_name.hpp"

#include <pthread.h>

namespace fanout::detail {

void set_thread_name(const std::string& name) {
  constexpr std::size_t longest = 15;
  pthread_setname_np(pthread_self(), name.substr(0, longest).c_str());
}

}  // namespace fanout::detail
