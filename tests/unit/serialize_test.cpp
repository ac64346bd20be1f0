// SPDX-License-Identifier: MIT
// Values become bytes and the same values again: each kind of type, and random ones.
#include <cstddef>
#include <filesystem>
#include <limits>
#include <list>
#include <queue>
#include <stack>
#include <system_error>
#include <unordered_set>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "rich.hpp"
#include "support/vocabulary.hpp"
#include "there_and_back.hpp"

namespace fanout::test {
namespace {

template <class T>
void comes_back(const T& value, Where where = Where::current()) {
  const ::testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "value");
  static_assert(Serializable<T>);
  EXPECT_TRUE(there_and_back(value) == value);
}

// Customised by a free function.
struct Celsius {
  explicit Celsius(int degrees) : degrees(degrees) {}
  Celsius() = default;
  int degrees = 0;
  bool operator==(const Celsius&) const = default;
};

template <class Archive>
void serialize(Archive& archive, Celsius& value) {
  archive(value.degrees);
}

// Written otherwise than read.
class Text {
 public:
  Text() = default;
  explicit Text(std::string text)
      : text_(std::move(text)), hash_(std::hash<std::string>{}(text_)) {}
  bool operator==(const Text&) const = default;

  void save(Writer& writer) const { writer(text_); }
  void load(Reader& reader) {
    reader(text_);
    hash_ = std::hash<std::string>{}(text_);
  }

 private:
  std::string text_;
  std::size_t hash_ = 0;
};

// Constant members: made from its parts.

struct Constants {
  const int number;
  const std::string text;
  bool operator==(const Constants&) const = default;
};

struct Widest {
  char a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2,
      c3, c4, c5, c6, c7, c8, c9, d0;
  std::string d1;
  bool operator==(const Widest&) const = default;
};

struct Padded {
  char small;
  double big;
  bool operator==(const Padded&) const = default;
};

enum Old { old_a, old_b = 1000 };

TEST(Serialize, numbers_and_enums) {
  comes_back(true);
  comes_back('x');
  comes_back(std::byte{200});
  comes_back(u8'\x7f');
  comes_back(std::numeric_limits<std::int64_t>::min());
  comes_back(std::numeric_limits<std::uint64_t>::max());
  comes_back(1.0F / 3);
  comes_back(-std::numeric_limits<double>::infinity());
  comes_back(1.0L / 3);
  comes_back(std::numeric_limits<long double>::denorm_min());
  comes_back(static_cast<detail::Int128>(1) << 100);
  comes_back(Colour::blue);
  comes_back(old_b);
}

TEST(Serialize, text) {
  comes_back(std::string());
  comes_back(std::string("a\0b", 3));
  comes_back(std::string(1000, 'x'));
  comes_back(std::wstring(L"wide"));
  comes_back(std::u8string(u8"eight"));
  comes_back(std::u32string(U"\U0001F600"));
  comes_back(std::filesystem::path("/tmp/a b"));
}

TEST(Serialize, sequences) {
  comes_back(std::vector<int>{});
  comes_back(std::vector<int>{1, -2, 3});
  comes_back(std::vector<std::string>{"a", "", "ccc"});
  comes_back(std::vector<std::vector<double>>{{1, 2}, {}, {3}});
  comes_back(std::vector<bool>{true, false, true, true, false, false, true, true, true});
  comes_back(std::vector<Point>{{1, 2}, {3, 4}});
  comes_back(std::vector<Padded>{{1, 2}, {3, 4}});
  comes_back(std::deque<int>{1, 2, 3});
  comes_back(std::list<std::string>{"a", "b"});
  comes_back(std::forward_list<int>{1, 2, 3});
  comes_back(std::array<int, 3>{1, 2, 3});
  comes_back(std::array<std::string, 2>{"a", "b"});
  comes_back(std::array<int, 0>{});
}

TEST(Serialize, sets_and_maps) {
  comes_back(std::set<std::string>{"a", "b"});
  comes_back(std::multiset<int>{1, 1, 2});
  comes_back(std::map<int, std::string>{{1, "a"}, {2, "b"}});
  comes_back(std::multimap<int, std::string>{{1, "a"}, {1, "b"}});
  comes_back(std::unordered_set<int>{1, 2, 3});
  comes_back(std::unordered_multiset<int>{1, 1, 3});
  comes_back(std::unordered_map<std::string, int>{{"a", 1}, {"b", 2}});
  comes_back(std::unordered_multimap<std::string, int>{{"a", 1}, {"a", 2}});
  comes_back(std::set<int, std::greater<>>{3, 1, 2});
}

TEST(Serialize, adaptors) {
  comes_back(std::stack<int>({1, 2, 3}));
  comes_back(std::queue<std::string>({"a", "b"}));
  std::priority_queue<int> queue({}, {3, 1, 2});
  auto back = there_and_back(queue);
  for (; !queue.empty(); queue.pop(), back.pop()) EXPECT_EQ(back.top(), queue.top());
  EXPECT_TRUE(back.empty());
}

TEST(Serialize, tuples_and_alternatives) {
  comes_back(std::pair(1, std::string("a")));
  comes_back(std::tuple<>());
  comes_back(std::tuple(1, std::string("a"), 2.5));
  comes_back(std::optional<std::string>());
  comes_back(std::optional<std::string>("a"));
  comes_back(std::optional<std::optional<int>>(std::optional<int>()));
  using Choice = std::variant<std::monostate, int, std::string>;
  comes_back(Choice());
  comes_back(Choice(5));
  comes_back(Choice("text"));
  comes_back(std::variant<Constants, int>(3));
}

TEST(Serialize, owners) {
  EXPECT_EQ(there_and_back(std::unique_ptr<int>()), nullptr);
  EXPECT_EQ(*there_and_back(std::make_unique<int>(5)), 5);
  EXPECT_EQ(*there_and_back(std::make_unique<const std::string>("a")), "a");
  EXPECT_EQ(*there_and_back(std::make_shared<std::string>("a")), "a");
  EXPECT_EQ(there_and_back(std::shared_ptr<int>()), nullptr);
}

TEST(Serialize, two_pointers_to_one_object_arrive_as_pointers_to_two) {
  const auto shared = std::make_shared<int>(5);
  const auto back = there_and_back(std::pair(shared, shared));
  EXPECT_EQ(*back.first, 5);
  EXPECT_EQ(*back.second, 5);
  EXPECT_NE(back.first, back.second);
}

TEST(Serialize, times) {
  using namespace std::chrono_literals;
  comes_back(-5ms);
  comes_back(std::chrono::duration<double>(0.25));
  comes_back(std::chrono::system_clock::now());
  comes_back(std::chrono::steady_clock::now());
}

TEST(Serialize, others_of_the_standard_library) {
  comes_back(std::complex<double>(1, -2));
  comes_back(std::complex<long double>(1, -2));
  comes_back(std::bitset<1>(1));
  comes_back(std::bitset<64>(0x8000000000000001));
  comes_back(std::bitset<100>("1011"));
  comes_back(std::make_error_code(std::errc::timed_out));
  comes_back(std::error_code(2, std::system_category()));
  comes_back(std::error_code());
}

TEST(Serialize, aggregates_need_no_code) {
  comes_back(Point{1, 2});
  comes_back(Nothing{});
  comes_back(Padded{1, 2});
  comes_back(Constants{1, "a"});
  Widest widest{};
  widest.a0 = 'x';
  widest.d0 = 'y';
  widest.d1 = "the last";
  comes_back(widest);
}

TEST(Serialize, own_types_by_one_function) {
  comes_back(Account("Ada", 1234));
  comes_back(std::vector<Account>{{"Ada", 1}, {"Bob", 2}});
  comes_back(Celsius(20));
  comes_back(std::map<std::string, Celsius>{{"Rome", Celsius(30)}});
  comes_back(Text("hashed"));
}

TEST(Serialize, recursive_types) {
  Tree tree{1, {}, nullptr};
  tree.branches.push_back({2, {}, std::make_unique<Tree>(Tree{3, {}, nullptr})});
  comes_back(tree);
}

TEST(Serialize, random_values) {
  Random random(20261122);
  for (int i = 0; i < 300; ++i) {
    const Rich value = random.rich();
    const Buffer bytes = encoded(value);
    ASSERT_TRUE(decoded<Rich>(bytes) == value) << i;
  }
}

TEST(Serialize, bulk_types_take_their_size_and_a_count) {
  EXPECT_EQ(detail::encoded_size(std::vector<Point>(100)), 1 + 100 * sizeof(Point));
  EXPECT_EQ(detail::encoded_size(std::vector<char>(1000)), 2 + 1000);
  EXPECT_EQ(detail::encoded_size(std::vector<bool>(100)), 1 + 13);
}

TEST(Serialize, what_has_padding_or_invalid_patterns_is_no_bulk) {
  static_assert(detail::bulk<Point> && detail::bulk<std::array<int, 3>> && detail::bulk<int[2][3]>);
  static_assert(!detail::bulk<Padded> && !detail::bulk<bool> && !detail::bulk<long double>);
  static_assert(!detail::bulk<std::array<bool, 2>> && !detail::bulk<std::string>);
}

TEST(Serialize, what_cannot_cross_is_known_beforehand) {
  static_assert(!Serializable<int*> && !Serializable<std::string_view>);
  static_assert(!Serializable<std::vector<std::vector<int*>>>);
  static_assert(!Serializable<std::function<void()>>);
  static_assert(!Serializable<std::reference_wrapper<int>> && !Serializable<std::weak_ptr<int>>);
  static_assert(!Serializable<std::unique_ptr<int[]>> && !Serializable<void*>);
  static_assert(Serializable<Tree> && Serializable<Rich> && Serializable<const Rich&>);
}

struct Base {
  virtual ~Base() = default;
  template <class Archive>
  void serialize(Archive&) {}
};
struct Derived : Base {};

TEST(Serialize, an_object_of_a_derived_class_is_not_cut_off) {
  EXPECT_NE(there_and_back(std::make_unique<Base>()), nullptr);
  const std::unique_ptr<Base> derived = std::make_unique<Derived>();
  EXPECT_TRUE(holds(thrown<SerializationError>([&] { encoded(derived); }), "Derived"));
}

struct Circle {
  std::shared_ptr<Circle> next;
};

TEST(Serialize, a_circle_of_pointers_is_an_error) {
  const auto circle = std::make_shared<Circle>();
  circle->next = circle;
  EXPECT_TRUE(holds(thrown<SerializationError>([&] { encoded(circle); }), "circle"));
  circle->next = nullptr;
}

TEST(Serialize, a_value_that_grows_between_measuring_and_writing_is_an_error) {
  std::string text = "short";
  Buffer bytes(detail::encoded_size(text));
  text = "no longer short";
  Writer writer(bytes.data(), bytes.size());
  EXPECT_TRUE(holds(thrown<SerializationError>([&] { writer(text); }), "measured"));
}

TEST(Serialize, an_error_category_that_is_unknown_elsewhere_is_an_error) {
  struct Category : std::error_category {
    const char* name() const noexcept override { return "mine"; }
    std::string message(int) const override { return ""; }
  } category;
  const std::error_code code(1, category);
  EXPECT_TRUE(holds(thrown<SerializationError>([&] { encoded(code); }), "'mine'"));
}

}  // namespace
}  // namespace fanout::test
