// SPDX-License-Identifier: MIT
// A call as bytes, run, and its outcome as bytes: functions, objects, arguments, results, failures.
#include <memory>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/detail/remote_call.hpp>
#include <fanout/errors.hpp>

#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace fanout::detail;

class Memory final : public ResultSink {
 public:
  std::byte* reserve(std::size_t size) override {
    ++requests;
    bytes.assign(size, std::byte{});
    return bytes.data();
  }
  std::vector<std::byte> bytes;
  int requests = 0;
};

template <class Fn, class... Args>
std::vector<std::byte> call_of(const Fn& fn, const Args&... args) {
  std::vector<std::byte> bytes(encoded_call_size(fn, args...));
  Writer writer(bytes.data(), bytes.size());
  encode_call(writer, fn, args...);
  EXPECT_EQ(writer.size(), bytes.size());
  return bytes;
}

template <class R, class Fn, class... Args>
R run(const Fn& fn, const Args&... args) {
  Memory memory;
  run_call(call_of(fn, args...), memory, {});
  EXPECT_EQ(memory.requests, 1);
  return decode_result<R>(memory.bytes);
}

int twice(int number) { return 2 * number; }
std::size_t length(const std::string& text) { return text.size(); }
std::size_t length_of_view(std::string_view text) { return text.size(); }
int apply(int (*fn)(int), int number) { return fn(number); }
std::unique_ptr<int> boxed(std::unique_ptr<int> box) {
  ++*box;
  return box;
}

struct Scale {
  double factor;
  std::vector<double> operator()(std::vector<double> numbers) const {
    for (double& number : numbers) number *= factor;
    return numbers;
  }
};

struct Person {
  std::string name;
  std::string greeting(const std::string& word) const { return word + " " + name; }
  virtual std::string title() const { return "Person " + name; }
  Person() = default;
  explicit Person(std::string name) : name(std::move(name)) {}
  virtual ~Person() = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name);
  }
};

// conformance: 155
TEST(RemoteCall, functions_and_arguments) {
  EXPECT_EQ(run<int>(twice, 21), 42);
  EXPECT_EQ(run<int>(&twice, 21), 42);
  EXPECT_EQ(run<std::size_t>(length, std::string("text")), 4U);
  EXPECT_EQ(*run<std::unique_ptr<int>>(boxed, std::make_unique<int>(1)), 2);
}

TEST(RemoteCall, text_travels_as_a_string) {
  EXPECT_EQ(run<std::size_t>(length, "text"), 4U);
  const char* pointer = "longer";
  EXPECT_EQ(run<std::size_t>(length_of_view, pointer), 6U);
  EXPECT_EQ(run<std::size_t>(length_of_view, std::string_view("view")), 4U);
}

TEST(RemoteCall, lambdas_without_captures_and_function_objects) {
  EXPECT_EQ(run<int>([](int a, int b) { return a - b; }, 5, 3), 2);
  EXPECT_EQ(run<int>([](auto a) { return static_cast<int>(sizeof(a)); }, 'x'), 1);
  EXPECT_EQ(run<std::vector<double>>(Scale{1.5}, std::vector<double>{2, 4}),
            (std::vector<double>{3, 6}));
  EXPECT_EQ(run<int>(std::plus<>(), 1, 2), 3);
}

TEST(RemoteCall, functions_as_arguments) {
  EXPECT_EQ(run<int>(apply, &twice, 4), 8);
  EXPECT_EQ(run<int>(apply, twice, 4), 8);
}

TEST(RemoteCall, pointers_to_members) {
  const Person ada("Ada");
  EXPECT_EQ(run<std::string>(&Person::greeting, ada, "Hello"), "Hello Ada");
  EXPECT_EQ(run<std::string>(&Person::title, ada), "Person Ada");
  EXPECT_EQ(run<std::string>([](Person person) { return person.name; }, ada), "Ada");
}

TEST(RemoteCall, nothing_as_a_result) {
  run<void>([] {});
  run<void>([](int) {}, 1);
}

TEST(RemoteCall, the_stop_token_comes_first) {
  std::stop_source source;
  source.request_stop();
  const auto fn = [](std::stop_token token, int number) {
    return token.stop_requested() ? number : 0;
  };
  static_assert(RemoteCall<std::decay_t<decltype(fn)>, int>::takes_token);
  Memory memory;
  run_call(call_of(fn, 7), memory, source.get_token());
  EXPECT_EQ(decode_result<int>(memory.bytes), 7);
}

TEST(RemoteCall, an_exception_is_an_outcome) {
  const auto fails = [](int number) -> int { throw std::out_of_range(std::to_string(number)); };
  EXPECT_EQ(thrown<std::out_of_range>([&] { run<int>(fails, 5); }), "5");
  const auto fails_with_int = [] { throw 42; };
  EXPECT_TRUE(holds(thrown<RemoteError>([&] { run<void>(fails_with_int); }), "int: 42"));
}

int alive = 0;

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive& archive) {
    if constexpr (std::is_same_v<Archive, Writer>) {
      EXPECT_EQ(alive, expected);
    }
    archive(number);
  }
  int number = 0;
  static inline int expected = 0;
};

TEST(RemoteCall, arguments_are_gone_before_the_result_is_written) {
  alive = 0;
  Memory memory;
  {
    const Counted argument;
    Counted::expected = 1;
    const auto call = call_of([](Counted counted) { return counted; }, argument);
    Counted::expected = 2;  // the argument here and the result there
    run_call(call, memory, {});
    (void)decode_result<Counted>(memory.bytes);
  }
  EXPECT_EQ(alive, 0);
}

// Fails to be written, at once or when the memory is there already, or to be read.
struct Stubborn {
  int fails_when = 0;

  void save(Writer& writer) const {
    if (fails_when == 1) throw std::runtime_error("will not go");
    if (fails_when == 2 && writer.has_memory()) throw std::runtime_error("will not go after all");
    writer(fails_when);
  }
  void load(Reader& reader) {
    reader(fails_when);
    if (fails_when == 3) throw std::runtime_error("will not come");
  }
};

TEST(RemoteCall, an_argument_that_fails_to_be_written_fails_the_submit) {
  EXPECT_EQ(thrown<std::runtime_error>([] { call_of([](Stubborn) {}, Stubborn{1}); }),
            "will not go");
}

TEST(RemoteCall, an_argument_that_fails_to_be_read_is_an_outcome) {
  EXPECT_EQ(thrown<std::runtime_error>([] { run<void>([](Stubborn) {}, Stubborn{3}); }),
            "will not come");
}

TEST(RemoteCall, a_result_that_fails_to_be_written_is_an_outcome) {
  const auto give = [](int when) { return Stubborn{when}; };
  EXPECT_EQ(thrown<std::runtime_error>([&] { run<Stubborn>(give, 1); }), "will not go");
  Memory memory;  // the last memory asked for counts
  run_call(call_of(give, 2), memory, {});
  EXPECT_EQ(memory.requests, 2);
  EXPECT_EQ(thrown<std::runtime_error>([&] { decode_result<Stubborn>(memory.bytes); }),
            "will not go after all");
}

TEST(RemoteCall, a_result_that_fails_to_be_read_throws_that) {
  const auto give = [] { return Stubborn{3}; };
  EXPECT_EQ(thrown<std::runtime_error>([&] { run<Stubborn>(give); }), "will not come");
}

TEST(RemoteCall, malformed_calls_are_outcomes) {
  auto call = call_of(twice, 21);
  for (std::size_t size = 0; size < call.size(); ++size) {
    Memory memory;
    run_call(std::span(call).first(size), memory, {});
    EXPECT_THROW(decode_result<int>(memory.bytes), SerializationError) << size;
  }
  call.push_back({});
  Memory memory;
  run_call(call, memory, {});
  EXPECT_THROW(decode_result<int>(memory.bytes), SerializationError);
  run_call(std::vector<std::byte>(64), memory, {});
  EXPECT_THROW(decode_result<int>(memory.bytes), SerializationError);
}

TEST(RemoteCall, a_different_binary_is_named_as_the_reason) {
  auto call = call_of(twice, 21);
  call[0] ^= std::byte{1};
  Memory memory;
  run_call(call, memory, {});
  EXPECT_TRUE(holds(thrown<SerializationError>([&] { decode_result<int>(memory.bytes); }),
                    "different binary"));
}

TEST(RemoteCall, malformed_outcomes_throw) {
  Memory memory;
  run_call(call_of(twice, 21), memory, {});
  auto bytes = memory.bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(decode_result<int>(std::span(bytes).first(size)), SerializationError);
  }
  bytes[0] = std::byte{7};
  EXPECT_THROW(decode_result<int>(bytes), SerializationError);
}

}  // namespace
}  // namespace fanout::test
