// SPDX-License-Identifier: MIT
// Own types of exceptions on their way back from another process.
#pragma once

#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <fanout/serialize.hpp>

namespace fanout {
namespace detail {

using Bytes = std::vector<std::byte>;

// How exceptions of one type cross.
struct ExceptionType {
  // The bytes of an exception of that type. May throw.
  Bytes (*save)(const std::exception_ptr& error);

  // The exception again, from what save() and what() gave, with `cause` nested in it. May throw.
  std::exception_ptr (*load)(Reader& reader, const std::string& text,
                             const std::exception_ptr& cause);

  friend bool operator==(const ExceptionType&, const ExceptionType&) = default;
};

template <class E>
concept MadeOfText =
    std::is_base_of_v<std::exception, E> && std::is_constructible_v<E, std::string>;

void register_exception_type(const std::type_info& type, ExceptionType functions);

// `error` with `cause` nested, unless there is none or it has one already.
template <class E>
std::exception_ptr with_cause(E error, const std::exception_ptr& cause) {
  if (cause == nullptr) return std::make_exception_ptr(std::move(error));
  try {
    std::rethrow_exception(cause);
  } catch (...) {
    try {
      std::throw_with_nested(std::move(error));
    } catch (...) {
      return std::current_exception();
    }
  }
}

template <class T>
Bytes bytes_of(const T& value) {
  Bytes bytes(encoded_size(value));
  Writer writer(bytes.data(), bytes.size());
  encode(writer, value);
  return bytes;
}

// What use(exception) gives. `error` is an E.
template <class E, class Use>
Bytes with_exception(const std::exception_ptr& error, Use use) {
  try {
    std::rethrow_exception(error);
  } catch (const E& exception) {
    return use(exception);
  }
}

}  // namespace detail

// From now on exceptions of exactly type E arrive as themselves. Worker processes run main() until
// fanout::init, so a registration before that, or of a namespace-scope variable, is known to all.
// May be called at any time by any thread; a second registration replaces the first.
//
// Without arguments E is Serializable, or can be made from what its what() says:
//
//   struct ParseError : std::runtime_error { using std::runtime_error::runtime_error; };
//   fanout::register_exception<ParseError>();
template <class E>
void register_exception() {
  if constexpr (Serializable<E>) {
    detail::register_exception_type(
        typeid(E), {[](const std::exception_ptr& error) {
                      return detail::with_exception<E>(error, detail::bytes_of<E>);
                    },
                    [](Reader& reader, const std::string&, const std::exception_ptr& cause) {
                      return detail::with_cause(detail::decode<E>(reader), cause);
                    }});
  } else if constexpr (detail::MadeOfText<E>) {
    detail::register_exception_type(
        typeid(E), {[](const std::exception_ptr&) { return detail::Bytes(); },
                    [](Reader&, const std::string& text, const std::exception_ptr& cause) {
                      return detail::with_cause(E(text), cause);
                    }});
  } else {
    static_assert(
        detail::MadeOfText<E>,
        "fanout: this exception cannot cross to another process: make it serializable, or "
        "able to be made from the text of its what(), or use "
        "register_exception<E>(parts, make)");
  }
}

// The same for any other type: `parts` takes one to pieces, a std::tuple of serializable values,
// and `make` puts these together again. Both are lambdas without captures.
//
//   fanout::register_exception<HttpError>(
//       [](const HttpError& error) { return std::tuple(error.status(), error.url()); },
//       [](int status, std::string url) { return HttpError(status, url); });
template <class E, class Parts, class Make>
void register_exception(Parts, Make) {
  static_assert(std::is_empty_v<Parts> && std::is_empty_v<Make>,
                "register_exception<E>(parts, make): both must be lambdas without captures");
  using Tuple = std::invoke_result_t<Parts, const E&>;
  if constexpr (detail::crosses<Tuple>) {
    detail::register_exception_type(
        typeid(E),
        {[](const std::exception_ptr& error) {
           return detail::with_exception<E>(
               error, [](const E& exception) { return detail::bytes_of(Parts()(exception)); });
         },
         [](Reader& reader, const std::string&, const std::exception_ptr& cause) {
           return detail::with_cause<E>(std::apply(Make(), detail::decode<Tuple>(reader)), cause);
         }});
  }
}

}  // namespace fanout
