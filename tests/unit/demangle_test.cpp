// SPDX-License-Identifier: MIT
// Names of types as a person writes them.
#include "core/demangle.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "support/vocabulary.hpp"

namespace named {
struct Thing {};
template <class T>
struct Box {};
}  // namespace named

namespace fanout::test {
namespace {

using detail::demangled;

TEST(Demangle, names_are_those_of_the_source) {
  EXPECT_EQ(demangled(typeid(int)), "int");
  EXPECT_EQ(demangled(typeid(named::Thing)), "named::Thing");
  EXPECT_EQ(demangled(typeid(named::Box<named::Thing>)), "named::Box<named::Thing>");
  EXPECT_EQ(demangled(typeid(std::out_of_range)), "std::out_of_range");
}

TEST(Demangle, a_lambda_is_named_by_where_it_stands) {
  const auto lambda = [] {};
  EXPECT_TRUE(holds(demangled(typeid(lambda)), "a_lambda_is_named_by_where_it_stands"));
}

}  // namespace
}  // namespace fanout::test
