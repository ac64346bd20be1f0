// SPDX-License-Identifier: MIT
// Exceptions as bytes and as exceptions again: standard ones, registered ones, and all others.
#include "remote/exception_codec.hpp"

#include <any>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <typeinfo>
#include <variant>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace fanout::detail;

std::exception_ptr there_and_back(const std::exception_ptr& error) {
  const Bytes bytes = encode_exception(error);
  Reader reader(bytes.data(), bytes.size());
  return decode_exception(reader);
}

// Sends an exception twice, as from a worker's worker, and hands it to `check`.
template <class E, class Check>
void arrives(const E& error, Check check, Where where = Where::current()) {
  const ::testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "error");
  std::exception_ptr arrived = std::make_exception_ptr(error);
  for (int hop = 0; hop < 2; ++hop) {
    arrived = there_and_back(arrived);
    ASSERT_TRUE(is_a<E>(arrived)) << "arrived as: " << text_of(arrived);
    try {
      std::rethrow_exception(arrived);
    } catch (const E& same) {
      EXPECT_EQ(exception_name(typeid(same)), exception_name(typeid(E)));
      EXPECT_STREQ(same.what(), error.what());
      check(same);
    }
  }
}

template <class E>
void arrives(const E& error, Where where = Where::current()) {
  arrives(error, [](const E&) {}, where);
}

template <class... E>
void arrive_with_text() {
  (arrives(E("some text")), ...);
}

template <class... E>
void arrive() {
  (arrives(E()), ...);
}

// The exception that is nested in it, or null.
std::exception_ptr nested_in(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::nested_exception& nested) {
    return nested.nested_ptr();
  } catch (...) {
    return nullptr;
  }
}

TEST(ExceptionCodec, standard_types_arrive_as_themselves) {
  arrive_with_text<std::logic_error, std::domain_error, std::invalid_argument, std::length_error,
                   std::out_of_range, std::runtime_error, std::range_error, std::overflow_error,
                   std::underflow_error>();
  arrive<std::exception, std::bad_alloc, std::bad_array_new_length, std::bad_cast, std::bad_typeid,
         std::bad_exception, std::bad_function_call, std::bad_weak_ptr, std::bad_any_cast,
         std::bad_optional_access, std::bad_variant_access>();
}

TEST(ExceptionCodec, a_text_that_the_type_does_not_give_itself_is_kept) {
  std::exception_ptr error;
  try {
    (void)std::get<1>(std::variant<int, char>(5));
  } catch (const std::bad_variant_access& access) {
    error = std::current_exception();
    EXPECT_STRNE(access.what(), std::bad_variant_access().what());
  }
  EXPECT_EQ(text_of(there_and_back(error)), text_of(error));
  EXPECT_TRUE(is_a<std::bad_variant_access>(there_and_back(there_and_back(error))));
}

TEST(ExceptionCodec, codes_are_kept) {
  const auto same_code = [](auto code) {
    return [code](const auto& error) { EXPECT_EQ(error.code(), code); };
  };
  const auto timed_out = std::make_error_code(std::errc::timed_out);
  const std::error_code missing(2, std::system_category());
  arrives(std::system_error(timed_out), same_code(timed_out));
  arrives(std::system_error(missing, "open a: b: c"), same_code(missing));
  arrives(std::ios_base::failure("reading", std::io_errc::stream),
          same_code(std::make_error_code(std::io_errc::stream)));
  arrives(std::future_error(std::future_errc::no_state),
          same_code(std::make_error_code(std::future_errc::no_state)));
  arrives(std::regex_error(std::regex_constants::error_paren),
          same_code(std::regex_constants::error_paren));
}

TEST(ExceptionCodec, paths_are_kept) {
  const std::error_code missing(2, std::system_category());
  const auto check = [](const std::filesystem::filesystem_error& error) {
    EXPECT_EQ(error.code().value(), 2);
    EXPECT_EQ(error.path1(), "/a b");
  };
  using std::filesystem::filesystem_error;
  arrives(filesystem_error("rename", "/a b", "/c", missing), check);
  arrives(filesystem_error("remove", "/a b", missing), check);
  arrives(filesystem_error("nothing", missing));
}

TEST(ExceptionCodec, those_of_fanout_arrive_as_themselves) {
  arrive_with_text<Error, CancelledError, TimeoutError, TaskTimeoutError, InvalidStateError,
                   BrokenPromise, ShutdownError, QueueFull, DeadlockError, BrokenExecutor,
                   BrokenThreadPool, SerializationError>();
  arrives(RemoteError("app::Error", "text", 4711, "trace\n"), [](const RemoteError& error) {
    EXPECT_EQ(error.type_name(), "app::Error");
    EXPECT_EQ(error.text(), "text");
    EXPECT_EQ(error.pid(), 4711);
    EXPECT_EQ(error.trace(), "trace\n");
  });
}

TEST(ExceptionCodec, the_process_is_the_innermost_cause) {
  const auto cause = nested_in(there_and_back(std::make_exception_ptr(std::runtime_error("a"))));
  ASSERT_NE(cause, nullptr);
  try {
    std::rethrow_exception(cause);
  } catch (const RemoteError& origin) {
    EXPECT_EQ(origin.pid(), getpid());
    EXPECT_EQ(origin.type_name(), "std::runtime_error");
    EXPECT_EQ(origin.trace(), "std::runtime_error: a\n");
  }
  EXPECT_EQ(nested_in(cause), nullptr);
}

std::exception_ptr nested() {
  try {
    try {
      throw std::out_of_range("inner");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (...) {
    return std::current_exception();
  }
}

TEST(ExceptionCodec, what_is_nested_stays_nested) {
  const auto outer = there_and_back(nested());
  EXPECT_TRUE(is_a<std::runtime_error>(outer));
  EXPECT_EQ(text_of(outer), "outer");
  const auto inner = nested_in(outer);
  ASSERT_NE(inner, nullptr);
  EXPECT_TRUE(is_a<std::out_of_range>(inner));
  EXPECT_EQ(text_of(inner), "inner");
  const auto origin = nested_in(inner);
  ASSERT_NE(origin, nullptr);
  EXPECT_TRUE(is_a<RemoteError>(origin));
}

struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
void becomes_remote_error(const T& thrown, const std::string& type, const std::string& text) {
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(thrown)));
  } catch (const RemoteError& error) {
    EXPECT_EQ(error.type_name(), type);
    EXPECT_EQ(error.text(), text);
    EXPECT_EQ(error.pid(), getpid());
    EXPECT_EQ(error.what(), type + (text.empty() ? "" : ": ") + text + " (in process " +
                                std::to_string(getpid()) + ")");
  }
}

struct Silent : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

TEST(ExceptionCodec, all_else_becomes_remote_error) {
  becomes_remote_error(Unknown("text"), "fanout::test::(anonymous namespace)::Unknown", "text");
  becomes_remote_error(Silent(), "fanout::test::(anonymous namespace)::Silent", "");
  becomes_remote_error(42, "int", "42");
  becomes_remote_error("text", "char const*", "text");
  becomes_remote_error(2.5, "double", "");
  becomes_remote_error(static_cast<const char*>(nullptr), "char const*", "");
}

struct ByText : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Plain {
  int number;
  std::string text;
};
class ByParts : public std::runtime_error {
 public:
  ByParts(const std::string& text, int line) : std::runtime_error(text), line_(line) {}
  int line() const { return line_; }

 private:
  int line_;
};
struct Failing : std::exception {
  void save(Writer&) const { throw std::runtime_error("cannot be saved"); }
  void load(Reader&) {}
};
struct FailingThere : std::exception {
  void save(Writer&) const {}
  void load(Reader&) { throw std::runtime_error("cannot be loaded"); }
};

TEST(ExceptionCodec, registered_types_arrive_as_themselves) {
  register_exception<ByText>();
  register_exception<Plain>();
  register_exception<ByParts>(
      [](const ByParts& error) { return std::tuple(std::string(error.what()), error.line()); },
      [](const std::string& text, int line) { return ByParts(text, line); });
  arrives(ByText("text"));
  arrives(ByParts("text", 5), [](const ByParts& error) { EXPECT_EQ(error.line(), 5); });
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(Plain{5, "text"})));
  } catch (const Plain& plain) {
    EXPECT_EQ(plain.number, 5);
    EXPECT_EQ(plain.text, "text");
  }
}

class Numbered : public std::exception {
 public:
  explicit Numbered(int number) : number_(number) {}
  int number() const { return number_; }

 private:
  int number_;
};

TEST(ExceptionCodec, a_second_registration_replaces_the_first) {
  const auto number_after = [] {
    try {
      std::rethrow_exception(there_and_back(std::make_exception_ptr(Numbered(1))));
    } catch (const Numbered& error) {
      return error.number();
    }
  };
  const auto parts = [](const Numbered& error) { return std::tuple(error.number()); };
  const auto first = [](int number) { return Numbered(number + 10); };
  register_exception<Numbered>(parts, first);
  EXPECT_EQ(number_after(), 11);
  register_exception<Numbered>(parts, [](int number) { return Numbered(number + 20); });
  EXPECT_EQ(number_after(), 21);
  register_exception<Numbered>(parts, first);
  EXPECT_EQ(number_after(), 11);
}

TEST(ExceptionCodec, what_fails_to_be_saved_or_loaded_becomes_remote_error) {
  register_exception<Failing>();
  register_exception<FailingThere>();
  EXPECT_TRUE(is_a<RemoteError>(there_and_back(std::make_exception_ptr(Failing()))));
  EXPECT_TRUE(is_a<RemoteError>(there_and_back(std::make_exception_ptr(FailingThere()))));
}

TEST(ExceptionCodec, a_long_chain_is_cut) {
  auto error = std::make_exception_ptr(std::runtime_error("innermost"));
  for (int i = 0; i < 1000; ++i) error = with_cause(std::logic_error("next"), error);
  int length = 0;
  for (auto at = there_and_back(error); at != nullptr; at = nested_in(at)) ++length;
  EXPECT_GT(length, 10);
  EXPECT_LT(length, 1000);
}

TEST(ExceptionCodec, malformed_bytes_give_an_exception_or_an_error) {
  const Bytes whole = encode_exception(nested());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reader reader(whole.data(), size);
    EXPECT_THROW(decode_exception(reader), SerializationError);
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes bytes = whole;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    Reader reader(bytes.data(), bytes.size());
    try {
      EXPECT_NE(decode_exception(reader), nullptr);
    } catch (const SerializationError&) {  // as good
    }
  }
}

}  // namespace
}  // namespace fanout::test
