// SPDX-License-Identifier: MIT
// The words in which the tests speak about the state of a future.
#pragma once

#include <exception>
#include <source_location>
#include <string>
#include <string_view>
#include <typeinfo>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

namespace fanout::test {

using Where = std::source_location;

// What an exception says; the type's name if it is no std::exception.
inline std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (...) {
    return "not a std::exception";
  }
}

template <class Error>
bool is_a(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

// Calls `fn`, which must throw an Error; returns what it says.
template <class Error, class Fn>
std::string thrown(Fn&& fn, Where where = Where::current()) {
  try {
    fn();
  } catch (const Error& error) {
    if constexpr (std::is_base_of_v<std::exception, Error>) {
      return error.what();
    } else {
      return "";
    }
  } catch (const std::exception& other) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
        << "threw another exception: " << other.what();
    return "";
  } catch (...) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
        << "threw something that is no std::exception";
    return "";
  }
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << "threw nothing";
  return "";
}

inline void check_states(const AnyFuture& future, bool done, bool running, bool cancelled,
                         const char* state, Where where) {
  const ::testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), state);
  EXPECT_EQ(future.done(), done);
  EXPECT_EQ(future.running(), running);
  EXPECT_EQ(future.cancelled(), cancelled);
}

inline void check_pending(const AnyFuture& future, Where where = Where::current()) {
  check_states(future, false, false, false, "should be pending", where);
}

inline void check_running(const AnyFuture& future, Where where = Where::current()) {
  check_states(future, false, true, false, "should be running", where);
}

inline void check_cancelled(const AnyFuture& future, Where where = Where::current()) {
  check_states(future, true, false, true, "should be cancelled", where);
  EXPECT_EQ(thrown<CancelledError>([&] { (void)future.exception(); }, where).empty(), false);
}

inline void check_finished(const AnyFuture& future, Where where = Where::current()) {
  check_states(future, true, false, false, "should be finished", where);
  EXPECT_EQ(future.exception(), nullptr);
}

// Finished with an exception of this type; returns what it says.
template <class Error>
std::string check_failed(const AnyFuture& future, Where where = Where::current()) {
  check_states(future, true, false, false, "should have failed", where);
  const std::exception_ptr error = future.exception();
  if (error == nullptr) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << "did not fail";
    return "";
  }
  return thrown<Error>([&] { std::rethrow_exception(error); }, where);
}

// True if `text` holds `part`; on failure both are printed.
inline ::testing::AssertionResult holds(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "no '" << part << "' in '" << text << "'";
}

}  // namespace fanout::test
