// SPDX-License-Identifier: MIT
#include "exception_codec.hpp"

#include <string_view>
#include <vector>

#include <cxxabi.h>
#include <unistd.h>

#include <fanout/errors.hpp>

#include "../core/demangle.hpp"

namespace fanout::detail {
namespace {

// One exception of a chain. `known`: its type can be rebuilt, from `bytes` and `text`.
struct ErrorLink {
  std::string type;
  std::string text;
  bool known = false;
  Bytes bytes;
};

// From the outermost exception to the innermost.
struct Chain {
  int pid = 0;
  std::vector<ErrorLink> links;
};

// Chains are short; what nests deeper is cut off.
constexpr std::size_t longest_chain = 64;

std::string text_of(const char* what) { return what != nullptr ? what : ""; }

// Only inside of a handler.
std::string caught_type() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type != nullptr ? exception_name(*type) : "an exception of another language";
}

// Type and text, and the exception nested in it if there is one.
ErrorLink look_at(const std::exception_ptr& error, std::exception_ptr& nested) {
  ErrorLink link;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    link = {caught_type(), text_of(exception.what()), false, {}};
  } catch (const char* text) {
    link = {caught_type(), text_of(text), false, {}};
  } catch (const std::string& text) {
    link = {caught_type(), text, false, {}};
  } catch (int number) {
    link = {caught_type(), std::to_string(number), false, {}};
  } catch (...) {
    link = {caught_type(), "", false, {}};
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::nested_exception& exception) {
    nested = exception.nested_ptr();
  } catch (...) {
    nested = nullptr;
  }
  return link;
}

void save(ErrorLink& link, const std::exception_ptr& error) {
  const auto type = exception_type_named(link.type);
  if (!type) return;
  try {
    link.bytes = type->save(error);
    link.known = true;
  } catch (...) {
    link.text += " (what else it holds could not be serialized)";
  }
}

std::string trace_of(const Chain& chain) {
  std::string trace;
  for (const ErrorLink& link : chain.links) {
    trace += link.type + (link.text.empty() ? "" : ": ") + link.text + '\n';
  }
  return trace;
}

std::exception_ptr load(const ErrorLink& link, const Chain& chain,
                        const std::exception_ptr& cause) {
  auto type = link.known ? exception_type_named(link.type) : std::nullopt;
  if (type) {
    try {
      Reader reader(link.bytes.data(), link.bytes.size());
      std::exception_ptr error = type->load(reader, link.text, cause);
      reader.finish();
      return error;
    } catch (...) {
      type.reset();  // as if it were not known
    }
  }
  return with_cause(RemoteError(link.type, link.text, chain.pid, trace_of(chain)), cause);
}

bool is_remote_error(const ErrorLink& link) {
  return !link.known || link.type == "fanout::RemoteError";
}

}  // namespace

Bytes encode_exception(const std::exception_ptr& error) {
  Chain chain{getpid(), {}};
  std::exception_ptr nested;
  for (std::exception_ptr at = error; at != nullptr && chain.links.size() < longest_chain;
       at = nested) {
    chain.links.push_back(look_at(at, nested));
    save(chain.links.back(), at);
  }
  Bytes bytes(encoded_size(chain));
  Writer writer(bytes.data(), bytes.size());
  encode(writer, chain);
  return bytes;
}

std::exception_ptr decode_exception(Reader& reader) {
  const auto chain = decode<Chain>(reader);
  reader.finish();
  if (chain.links.empty() || chain.links.size() > longest_chain) throw_malformed("an exception");
  std::exception_ptr error;
  if (!is_remote_error(chain.links.back())) {
    const ErrorLink& outermost = chain.links.front();
    error = std::make_exception_ptr(
        RemoteError(outermost.type, outermost.text, chain.pid, trace_of(chain)));
  }
  for (auto link = chain.links.rbegin(); link != chain.links.rend(); ++link) {
    error = load(*link, chain, error);
  }
  return error;
}

std::string exception_name(const std::type_info& type) {
  std::string name = demangled(type);
  for (const std::string_view wrapper :
       {"std::_Nested_exception<", "std::__nested<", "fanout::detail::Worded<"}) {
    if (!name.starts_with(wrapper) || !name.ends_with('>')) continue;
    name = name.substr(wrapper.size(), name.size() - wrapper.size() - 1);
    if (name.ends_with(' ')) name.pop_back();  // before C++11's >>
  }
  return name;
}

}  // namespace fanout::detail
