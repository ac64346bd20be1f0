// SPDX-License-Identifier: MIT
// How much memory a test program has asked for.
#pragma once

#include <atomic>

namespace fanout::test {

// Bytes that this program has got from operator new and not given back. Always 0 under the thread
// sanitizer, which brings an operator new of its own; then the tests only show that nothing races.
extern std::atomic<long> bytes_in_use;

}  // namespace fanout::test
