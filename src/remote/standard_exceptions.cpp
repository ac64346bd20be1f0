// SPDX-License-Identifier: MIT
// How the exceptions of the standard library and of fanout cross.
#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <typeinfo>
#include <variant>

#include <fanout/errors.hpp>

#include "../core/per_process.hpp"
#include "exception_codec.hpp"

namespace fanout::detail {

// An E that cannot be made with the text that it had.
template <class E>
class Worded : public E {
 public:
  Worded(const E& error, std::string text)
      : E(error), text_(std::make_shared<const std::string>(std::move(text))) {}
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // copying an exception must not throw
};

namespace {

using TypesByName = std::map<std::string, ExceptionType>;

template <class E>
std::exception_ptr reworded(const E& error, const std::string& text,
                            const std::exception_ptr& cause) {
  if (error.what() == text) return with_cause(error, cause);
  return with_cause(Worded<E>(error, text), cause);
}

// The text is all there is.
template <class... E>
void add_worded(TypesByName& types) {
  (types.emplace(
       exception_name(typeid(E)),
       ExceptionType{[](const std::exception_ptr&) { return Bytes(); },
                     [](Reader&, const std::string& text, const std::exception_ptr& cause) {
                       return with_cause(E(text), cause);
                     }}),
   ...);
}

// They choose their text themselves.
template <class... E>
void add_plain(TypesByName& types) {
  (types.emplace(
       exception_name(typeid(E)),
       ExceptionType{[](const std::exception_ptr&) { return Bytes(); },
                     [](Reader&, const std::string& text, const std::exception_ptr& cause) {
                       return reworded(E(), text, cause);
                     }}),
   ...);
}

// `parts` gives a tuple, make(text, parts...) the exception.
template <class E, class Parts, class Make>
void add(TypesByName& types, Parts, Make) {
  types.emplace(
      exception_name(typeid(E)),
      ExceptionType{[](const std::exception_ptr& error) {
                      return with_exception<E>(
                          error, [](const E& exception) { return bytes_of(Parts()(exception)); });
                    },
                    [](Reader& reader, const std::string& text, const std::exception_ptr& cause) {
                      using Tuple = std::invoke_result_t<Parts, const E&>;
                      return std::apply(
                          [&](auto&&... part) {
                            return reworded<E>(Make()(text, part...), text, cause);
                          },
                          decode<Tuple>(reader));
                    }});
}

// What the constructor was given before it added the message of the code.
std::string without_message(std::string_view text, const std::string& message) {
  const std::string added = ": " + message;
  const std::size_t at = text.rfind(added);
  return std::string(at == std::string_view::npos ? text : text.substr(0, at));
}

constexpr std::string_view filesystem_prefix = "filesystem error: ";

void add_coded(TypesByName& types) {
  add<std::system_error>(
      types, [](const std::system_error& error) { return std::tuple(error.code()); },
      [](const std::string& text, std::error_code code) {
        if (text == code.message()) return std::system_error(code);
        return std::system_error(code, without_message(text, code.message()));
      });
  add<std::ios_base::failure>(
      types, [](const std::ios_base::failure& error) { return std::tuple(error.code()); },
      [](const std::string& text, std::error_code code) {
        return std::ios_base::failure(without_message(text, code.message()), code);
      });
  add<std::filesystem::filesystem_error>(
      types,
      [](const std::filesystem::filesystem_error& error) {
        return std::tuple(error.code(), error.path1(), error.path2());
      },
      [](std::string_view text, std::error_code code, const std::filesystem::path& first,
         const std::filesystem::path& second) {
        if (text.starts_with(filesystem_prefix)) text.remove_prefix(filesystem_prefix.size());
        const std::string rest = without_message(text, code.message());
        if (!second.empty()) return std::filesystem::filesystem_error(rest, first, second, code);
        if (!first.empty()) return std::filesystem::filesystem_error(rest, first, code);
        return std::filesystem::filesystem_error(rest, code);
      });
  add<std::future_error>(
      types, [](const std::future_error& error) { return std::tuple(error.code().value()); },
      [](const std::string&, int code) {
        return std::future_error(static_cast<std::future_errc>(code));
      });
  add<std::regex_error>(
      types, [](const std::regex_error& error) { return std::tuple(error.code()); },
      [](const std::string&, std::regex_constants::error_type code) {
        return std::regex_error(code);
      });
}

void add_of_fanout(TypesByName& types) {
  add_worded<Error, CancelledError, TimeoutError, TaskTimeoutError, InvalidStateError,
             BrokenPromise, ShutdownError, QueueFull, DeadlockError, BrokenExecutor,
             BrokenThreadPool, BrokenProcessPool, SerializationError>(types);
  add<WorkerDied>(
      types,
      [](const WorkerDied& error) {
        return std::tuple(error.pid(), error.exit_code(), error.signal(), error.task(),
                          error.last_lines());
      },
      [](const std::string& text, int pid, int exit_code, int signal, const std::string& task,
         const std::string& last_lines) {
        return WorkerDied(text, pid, exit_code, signal, task, last_lines);
      });
  add<RemoteError>(
      types,
      [](const RemoteError& error) {
        return std::tuple(error.type_name(), error.text(), error.pid(), error.trace());
      },
      [](const std::string&, const std::string& type, const std::string& text, int pid,
         const std::string& trace) { return RemoteError(type, text, pid, trace); });
}

TypesByName all_types() {
  TypesByName types;
  add_worded<std::logic_error, std::domain_error, std::invalid_argument, std::length_error,
             std::out_of_range, std::runtime_error, std::range_error, std::overflow_error,
             std::underflow_error>(types);
  add_plain<std::exception, std::bad_alloc, std::bad_array_new_length, std::bad_cast,
            std::bad_typeid, std::bad_exception, std::bad_function_call, std::bad_weak_ptr,
            std::bad_any_cast, std::bad_optional_access, std::bad_variant_access>(types);
  add_coded(types);
  add_of_fanout(types);
  return types;
}

struct StandardTypes {
  const TypesByName by_name = all_types();
};

constinit PerProcess<StandardTypes> standard_types;

}  // namespace

std::optional<ExceptionType> standard_exception_type(const std::string& name) {
  const TypesByName& types = standard_types.get().by_name;
  const auto found = types.find(name);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

}  // namespace fanout::detail
