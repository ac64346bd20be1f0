// SPDX-License-Identifier: MIT
#include "contract/counting.hpp"

namespace fanout::test {

std::atomic<long> bytes_in_use{0};

}  // namespace fanout::test
