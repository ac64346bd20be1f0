// SPDX-License-Identifier: MIT
// Exceptions as bytes, and bytes as exceptions.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <typeinfo>

#include <fanout/register_exception.hpp>

namespace fanout::detail {

// The exception and those nested in it, with this process and a trace. What is not known how to
// write, or fails to be written, goes as type name and text.
Bytes encode_exception(const std::exception_ptr& error);

// The exception again: as itself if its type is known, otherwise as RemoteError. Innermost in it is
// a RemoteError that says where it came from. Throws SerializationError if the bytes are malformed.
std::exception_ptr decode_exception(Reader& reader);

// The type of that demangled name, registered or standard.
std::optional<ExceptionType> exception_type_named(const std::string& name);

// Of the standard library and of fanout.
std::optional<ExceptionType> standard_exception_type(const std::string& name);

// The demangled name, without what std::throw_with_nested and decode_exception put around it.
std::string exception_name(const std::type_info& type);

}  // namespace fanout::detail
