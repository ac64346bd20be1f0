// SPDX-License-Identifier: MIT
// The host unloads a library whose functions it has submitted.
#include <dlfcn.h>

#include <gmock/gmock.h>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

int square(int n) { return n * n; }

class Unload : public Fault {};
FANOUT_FAULTS(Unload);

// Workers are fresh processes: what the host has loaded is not there, before and after.
// behaviour: 59
TEST_P(Unload, of_a_library_fails_the_calls_of_its_functions_and_no_other) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    const auto before = executor.submit(square, 3);
    void* const library = dlopen(LATER_LIBRARY, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto later = reinterpret_cast<int (*)()>(dlsym(library, "later"));
    ASSERT_NE(later, nullptr);
    const auto loaded = executor.submit(later);
    dlclose(library);
    const auto unloaded = executor.submit(later);
    const auto after = executor.submit(square, 4);
    EXPECT_THAT(error_of<SerializationError>(loaded).what(), testing::HasSubstr("same build"));
    EXPECT_FALSE(check_failed<SerializationError>(unloaded).empty());
    EXPECT_EQ(before.result() + after.result(), 25);
  }
}

}  // namespace
}  // namespace fanout::test
