// SPDX-License-Identifier: MIT
// JSON from strangers: parsed with a limit on its depth, written whatever its bytes are.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace fanout::cli {

// Members keep their order, so that what is read and written again still looks as it did.
using Json = nlohmann::ordered_json;

// Throws std::runtime_error, which says what is wrong and where, in the words of one line. JSON
// nested deeper than 200 levels is refused: writing it again would exhaust the stack.
Json parse_json(std::string_view text);

// On one line. Bytes that are no UTF-8 are replaced.
std::string to_text(const Json& json);

// The member of that name if `json` is an object that has it, else null.
const Json& member(const Json& json, std::string_view name);

// The member's text if it is a string, else nothing.
std::string_view text_member(const Json& json, std::string_view name);

}  // namespace fanout::cli
