// SPDX-License-Identifier: MIT
// JSON: nlohmann's parser, with our limit and our words.
#include "json.hpp"

#include <stdexcept>

namespace fanout::cli {
namespace {

constexpr int deepest = 200;

// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ..." begins
// with what only matters to programmers.
std::string without_prefix(std::string text) {
  if (const auto end = text.find("] "); text.starts_with("[json.") && end != text.npos) {
    text.erase(0, end + 2);
  }
  return text;
}

}  // namespace

Json parse_json(std::string_view text) {
  const auto check_depth = [](int depth, Json::parse_event_t, Json&) {
    if (depth > deepest) throw std::runtime_error("nested deeper than 200 levels");
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::exception& error) {
    throw std::runtime_error(without_prefix(error.what()));
  }
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json& member(const Json& json, std::string_view name) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(name);
  return found == json.end() ? null : *found;
}

std::string_view text_member(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_string() ? std::string_view(value.get_ref<const std::string&>())
                           : std::string_view();
}

}  // namespace fanout::cli
