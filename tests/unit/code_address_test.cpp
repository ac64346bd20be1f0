// SPDX-License-Identifier: MIT
// Addresses of functions: in the program, in libraries, and wild ones.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include <dlfcn.h>

#include <gtest/gtest.h>

#include <fanout/detail/code_address.hpp>
#include <fanout/errors.hpp>

#include "remote/modules.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace fanout::detail;

template <class Fn>
std::uintptr_t address(Fn* function) {
  return reinterpret_cast<std::uintptr_t>(function);
}

int mine() { return 42; }

std::uintptr_t in_library() {
  return reinterpret_cast<std::uintptr_t>(dlsym(RTLD_DEFAULT, "getenv"));
}

TEST(CodeAddress, functions_of_the_program_come_back) {
  const CodeAddress crossed = address_of_code(address(&mine));
  EXPECT_EQ(crossed.module, program_module().fingerprint);
  EXPECT_EQ(code_at(crossed), address(&mine));
}

TEST(CodeAddress, functions_of_libraries_come_back) {
  ASSERT_NE(in_library(), 0U);
  const CodeAddress crossed = address_of_code(in_library());
  EXPECT_NE(crossed.module, 0U);
  EXPECT_EQ(code_at(crossed), in_library());
}

TEST(CodeAddress, null_comes_back) { EXPECT_EQ(code_at(address_of_code(0)), 0U); }

TEST(CodeAddress, data_is_no_code) {
  static int data = 0;
  int local = 0;
  EXPECT_THROW(address_of_code(reinterpret_cast<std::uintptr_t>(&data)), SerializationError);
  EXPECT_THROW(address_of_code(reinterpret_cast<std::uintptr_t>(&local)), SerializationError);
}

TEST(CodeAddress, another_module_is_a_different_binary) {
  CodeAddress crossed = address_of_code(address(&mine));
  crossed.module ^= 1;
  const std::string text = thrown<SerializationError>([&] { code_at(crossed); });
  EXPECT_TRUE(holds(text, "different binary"));
  EXPECT_TRUE(holds(text, "same build"));
}

TEST(CodeAddress, an_offset_outside_of_the_code_is_refused) {
  for (const std::uintptr_t code : {address(&mine), in_library()}) {
    const CodeAddress crossed = address_of_code(code);
    for (const std::uint64_t offset :
         {std::uint64_t{0}, std::uint64_t{1} << 40, ~std::uint64_t{0} - 100}) {
      EXPECT_THROW(code_at({crossed.module, offset}), SerializationError);
    }
  }
  EXPECT_THROW(code_at({0, 5}), SerializationError);
}

TEST(CodeAddress, a_library_loaded_later_is_found_and_forgotten_when_unloaded) {
  ASSERT_NE(address_of_code(in_library()).module, 0U);  // the table is there
  void* library = dlopen(LATER_LIBRARY, RTLD_NOW);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto function = reinterpret_cast<std::uintptr_t>(dlsym(library, "later"));
  ASSERT_NE(function, 0U);
  const CodeAddress crossed = address_of_code(function);
  EXPECT_EQ(code_at(crossed), function);
  EXPECT_EQ(reinterpret_cast<int (*)()>(code_at(crossed))(), 7);
  dlclose(library);
  if (void* still = dlopen(LATER_LIBRARY, RTLD_NOW | RTLD_NOLOAD)) {
    dlclose(still);
    GTEST_SKIP() << "this loader keeps libraries";
  }
  EXPECT_THROW(code_at(crossed), SerializationError);
  EXPECT_THROW(address_of_code(function), SerializationError);
}

TEST(CodeAddress, modules_differ_in_their_fingerprints) {
  std::set<std::uint64_t> fingerprints;
  const auto modules = loaded_modules();
  for (const Module& module : modules) fingerprints.insert(module.fingerprint);
  EXPECT_EQ(fingerprints.size(), modules.size());
}

}  // namespace
}  // namespace fanout::test
