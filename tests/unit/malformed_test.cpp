// SPDX-License-Identifier: MIT
// Bytes that nobody wrote: whatever they are, reading ends with a value or a SerializationError, and
// allocates no more than they justify.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "rich.hpp"
#include "support/vocabulary.hpp"
#include "there_and_back.hpp"

namespace fanout::test {
namespace {

// Reads whatever the bytes are; true if it was a value.
template <class T>
bool survives(const Buffer& bytes) {
  try {
    // Exactly as long, so that the address sanitizer sees a read beyond.
    const auto copy = std::make_unique<std::byte[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    Reader reader(copy.get(), bytes.size());
    (void)detail::decode<T>(reader);
    reader.finish();
    return true;
  } catch (const SerializationError& error) {
    EXPECT_STRNE(error.what(), "");
    return false;
  }
}

// Big enough to need two bytes for a size of its own, small enough to flip each bit of.
Rich example() {
  Random random(7);
  return random.rich();
}

TEST(Malformed, every_truncation_is_an_error) {
  const Buffer whole = encoded(example());
  ASSERT_GT(whole.size(), 200U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(survives<Rich>(Buffer(whole.begin(), whole.begin() + static_cast<long>(size))))
        << size;
  }
}

TEST(Malformed, bytes_at_the_end_are_an_error) {
  Buffer bytes = encoded(example());
  EXPECT_TRUE(survives<Rich>(bytes));
  bytes.push_back({});
  EXPECT_FALSE(survives<Rich>(bytes));
}

TEST(Malformed, every_flipped_bit_gives_a_value_or_an_error) {
  const Buffer whole = encoded(example());
  int errors = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Buffer bytes = whole;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    if (!survives<Rich>(bytes)) ++errors;
  }
  EXPECT_GT(errors, 0);
}

TEST(Malformed, random_bytes_give_a_value_or_an_error) {
  Random random(99);
  int errors = 0;
  for (int round = 0; round < 20000; ++round) {
    Buffer bytes(random.below(200));
    const std::uint32_t end = 1U << random.below(9);  // small numbers get further
    for (auto& byte : bytes) byte = static_cast<std::byte>(random.below(end));
    if (!survives<Rich>(bytes)) ++errors;
  }
  EXPECT_GT(errors, 0);
}

TEST(Malformed, each_kind_of_type_in_every_truncation) {
  const auto check = [](const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    const Buffer whole = encoded(value);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(survives<T>(Buffer(whole.begin(), whole.begin() + static_cast<long>(size))));
    }
  };
  check(true);
  check(1.5L);
  check(std::string("text"));
  check(std::vector<int>{1, 2});
  check(std::vector<bool>(20));
  check(std::bitset<20>());
  check(std::map<int, int>{{1, 2}});
  check(std::optional<int>(1));
  check(std::variant<int, std::string>("a"));
  check(std::make_unique<int>(1));
  check(std::complex<float>(1, 2));
  check(std::make_error_code(std::errc::timed_out));
  check(&Tree::value);
}

// A count, in seven bits to a byte, and some bytes behind it.
Buffer with_count(std::uint64_t count, std::size_t more) {
  Buffer bytes(10);
  Writer writer(bytes.data(), bytes.size());
  writer.write_count(count);
  bytes.resize(writer.size());
  bytes.resize(bytes.size() + more);
  return bytes;
}

// The most bytes that were in use at once, beyond those at the start.
template <class T>
struct Hungry {
  using value_type = T;
  static inline std::size_t most = 0;

  Hungry() = default;
  template <class U>
  Hungry(const Hungry<U>&) {}  // NOLINT(google-explicit-constructor): an allocator is rebound
  T* allocate(std::size_t n) {
    if (n > most) most = n;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* at, std::size_t n) { std::allocator<T>().deallocate(at, n); }
  bool operator==(const Hungry&) const = default;
};

template <class V>
void a_wild_count_allocates_nothing() {
  using T = std::vector<V, Hungry<V>>;
  for (const std::uint64_t count :
       {std::uint64_t{101}, std::uint64_t{1} << 40, std::numeric_limits<std::uint64_t>::max()}) {
    Hungry<V>::most = 0;
    EXPECT_FALSE(survives<T>(with_count(count, 100))) << count;
    EXPECT_EQ(Hungry<V>::most, 0U);
  }
}

TEST(Malformed, a_wild_count_allocates_nothing) {
  a_wild_count_allocates_nothing<char>();
  a_wild_count_allocates_nothing<double>();
  a_wild_count_allocates_nothing<std::string>();
  a_wild_count_allocates_nothing<Nothing>();
  a_wild_count_allocates_nothing<Tree>();
  a_wild_count_allocates_nothing<Account>();
}

TEST(Malformed, big_elements_in_few_bytes_are_allocated_as_they_come) {
  using Big = std::optional<std::array<int, 1000>>;  // a byte when it is empty
  using T = std::vector<Big, Hungry<Big>>;
  Buffer bytes = with_count(1000, 1000);
  EXPECT_TRUE(survives<T>(bytes));
  bytes[2] = std::byte{2};  // neither empty nor not: the first element is malformed
  Hungry<Big>::most = 0;
  EXPECT_FALSE(survives<T>(bytes));
  EXPECT_LT(Hungry<Big>::most, 10U);
}

TEST(Malformed, the_bits_of_a_wild_count_allocate_nothing) {
  EXPECT_FALSE(survives<std::vector<bool>>(with_count(801, 100)));
  EXPECT_FALSE(
      survives<std::vector<bool>>(with_count(std::numeric_limits<std::uint64_t>::max(), 100)));
  EXPECT_TRUE(survives<std::vector<bool>>(with_count(800, 100)));
}

TEST(Malformed, deep_nesting_is_an_error_before_the_stack_ends) {
  // A tree whose first branch has a first branch, and so on, or whose next has a next.
  Buffer branches;
  Buffer nexts;
  for (int i = 0; i < 100000; ++i) {
    branches.insert(branches.end(), 4, std::byte{0});
    branches.push_back(std::byte{1});
    nexts.insert(nexts.end(), 5, std::byte{0});
    nexts.push_back(std::byte{1});
  }
  for (const Buffer& bytes : {branches, nexts}) {
    Reader reader(bytes.data(), bytes.size());
    EXPECT_TRUE(holds(thrown<SerializationError>([&] { detail::decode<Tree>(reader); }), "deeper"));
  }
}

TEST(Malformed, numbers_longer_than_64_bits_are_an_error) {
  EXPECT_FALSE(survives<std::string>(Buffer(11, std::byte{0xff})));
  Buffer ten(10, std::byte{0x80});
  ten.back() = std::byte{2};
  EXPECT_FALSE(survives<std::string>(ten));
}

TEST(Malformed, values_that_a_type_does_not_have_are_an_error) {
  EXPECT_FALSE(survives<bool>({std::byte{2}}));
  EXPECT_FALSE((survives<std::variant<int, char>>({std::byte{2}, {}, {}, {}, {}})));
  EXPECT_FALSE((survives<std::error_code>({std::byte{1}, std::byte{'x'}, {}, {}, {}, {}})));
}

}  // namespace
}  // namespace fanout::test
