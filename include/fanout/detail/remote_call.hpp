// SPDX-License-Identifier: MIT
// A call as bytes: what submit sends, what the worker does with it, and what comes back.
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fanout/detail/task.hpp>
#include <fanout/serialize.hpp>

namespace fanout::detail {

// Where a worker puts the outcome of a call.
class ResultSink {
 public:
  // Memory of exactly this size, asked for once for each call; it is written before run_call
  // returns.
  virtual std::byte* reserve(std::size_t size) = 0;

 protected:
  ~ResultSink() = default;
};

// How a callable or an argument travels: text as a std::string, which it also is in the worker;
// all else as the copy that std::thread would make.
template <class T>
struct Travelling {
  using type = T;
};
template <>
struct Travelling<const char*> {
  using type = std::string;
};
template <>
struct Travelling<char*> {
  using type = std::string;
};
template <>
struct Travelling<std::string_view> {
  using type = std::string;
};

template <class T>
using Travels = typename Travelling<std::decay_t<T>>::type;

enum class Outcome : unsigned char { value, error };

// Puts the exception that is being handled into the sink, in whatever form it can cross.
void write_error(ResultSink& sink, std::exception_ptr error);

[[noreturn]] void throw_remote(Reader& reader);

// Reads a call, runs it, and writes its outcome. One for each type of call; its address is what
// a call begins with.
using RemoteStub = void (*)(Reader& call, ResultSink& sink, std::stop_token token);

template <class Result>
void write_value(ResultSink& sink, const Result& result) {
  const std::size_t size = sizeof(Outcome) + encoded_size(result);
  Writer writer(sink.reserve(size), size);
  encode(writer, Outcome::value);
  encode(writer, result);
}

// Fn and Args travel.
template <class Fn, class... Args>
struct RemoteCall {
  using Traits = CallTraits<Fn, Args...>;
  using Result = typename Traits::Result;

  static constexpr bool takes_token = Traits::with_token;

  static void run(Reader& reader, ResultSink& sink, std::stop_token token) {
    if constexpr (std::is_void_v<Result>) {
      call(reader, std::move(token));
      const std::size_t size = sizeof(Outcome);
      Writer writer(sink.reserve(size), size);
      encode(writer, Outcome::value);
    } else {
      // Callable and arguments are gone before the result is on its way.
      const Result result = call(reader, std::move(token));
      write_value(sink, result);
    }
  }

 private:
  static Result call(Reader& reader, [[maybe_unused]] std::stop_token token) {
    auto call = decode<std::tuple<Fn, Args...>>(reader);
    reader.finish();
    return std::apply(
        [&](auto& fn, auto&... args) -> Result {
          if constexpr (takes_token) {
            return detail::invoke(std::move(fn), std::move(token), std::move(args)...);
          } else {
            return detail::invoke(std::move(fn), std::move(args)...);
          }
        },
        call);
  }
};

template <class T>
inline constexpr bool crosses_back = crosses<T>;
template <>
inline constexpr bool crosses_back<void> = true;

// Whether a call of fn with args can cross, results included.
template <class Fn, class... Args>
consteval bool call_crosses() {
  using Traits = CallTraits<Travels<Fn>, Travels<Args>...>;
  if constexpr (Traits::plain || Traits::with_token) {
    return crosses<Travels<Fn>> && (crosses<Travels<Args>> && ...) &&
           crosses_back<typename Traits::Result>;
  } else {
    return false;
  }
}

// A compile error unless it can.
template <class Fn, class... Args>
void explain_call() {
  using Traits = CallTraits<Travels<Fn>, Travels<Args>...>;
  using Result = typename Traits::Result;
  static_assert(
      Traits::plain || Traits::with_token,
      "submit(fn, args...): fn cannot be called with copies of these arguments, nor with a "
      "std::stop_token before them; text arrives as std::string");
  if constexpr (std::is_class_v<Fn> && lack_of<Fn>() == Lack::own) {
    [[maybe_unused]] const CannotCross<Fn, Lack::capture> cannot;  // as generic lambdas are
  } else {
    explain<Travels<Fn>>();
  }
  (explain<Travels<Args>>(), ...);
  static_assert(
      !std::is_reference_v<Result>,
      "fanout: what a task returns by reference cannot cross to another process: return a "
      "value");
  if constexpr (!std::is_void_v<Result> && !std::is_reference_v<Result>) explain<Result>();
}

template <class T>
void encode_travelling(Writer& writer, const T& value) {
  using Travelled = Travels<T>;
  if constexpr (std::is_same_v<Travelled, std::decay_t<T>>) {
    if constexpr (std::is_array_v<T> || std::is_function_v<T>) {
      encode<Travelled>(writer, value);
    } else {
      encode(writer, value);
    }
  } else {
    const std::string_view text = value;
    writer.write_count(text.size());
    writer.write(text.data(), text.size());
  }
}

// Writes the call fn(args...), complete in itself: the stub, fn, args. Throws what serializing them
// throws; that something cannot cross is one compile error.
template <class Fn, class... Args>
void encode_call(Writer& writer, const Fn& fn, const Args&... args) {
  if constexpr (call_crosses<Fn, Args...>()) {
    const RemoteStub stub = &RemoteCall<Travels<Fn>, Travels<Args>...>::run;
    encode(writer, stub);
    encode_travelling(writer, fn);
    (encode_travelling(writer, args), ...);
  } else {
    explain_call<Fn, Args...>();
  }
}

// The size of what encode_call writes.
template <class Fn, class... Args>
std::size_t encoded_call_size(const Fn& fn, const Args&... args) {
  Writer measure;
  encode_call(measure, fn, args...);
  return measure.size();
}

// In the worker: runs what encode_call wrote and writes its outcome, value or exception, through
// one call of sink.reserve(). Never throws, unless that does.
void run_call(std::span<const std::byte> call, ResultSink& sink, std::stop_token token);

// In the parent: the value in an outcome; throws the exception in it. T is the call's Result.
template <class T>
T decode_result(std::span<const std::byte> outcome) {
  Reader reader(outcome.data(), outcome.size());
  const auto kind = decode<Outcome>(reader);
  if (kind == Outcome::error) throw_remote(reader);
  if (kind != Outcome::value) throw_malformed("an outcome that is neither value nor exception");
  if constexpr (std::is_void_v<T>) {
    reader.finish();
  } else {
    T value = decode<T>(reader);
    reader.finish();
    return value;
  }
}

}  // namespace fanout::detail
