// SPDX-License-Identifier: MIT
// Schemas: one function for each group of keywords.
#include "schema.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace fanout::cli::llm {
namespace {

using Mismatch = std::optional<std::string>;

// A $ref may lead to itself without ever reaching a value.
constexpr int most_references = 100;

class Check {
 public:
  explicit Check(const Json& root) : root_(root) {}

  Mismatch conform(const Json& schema, const Json& value, const std::string& path, int references);

 private:
  Mismatch object(const Json& schema, const Json& value, const std::string& path);
  Mismatch array(const Json& schema, const Json& value, const std::string& path);
  const Json* follow(std::string_view reference) const;

  const Json& root_;
};

bool is_of_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
  }
  return true;
}

Mismatch wrong_type(const Json& types, const Json& value, const std::string& path) {
  const auto fits = [&](const Json& type) {
    return !type.is_string() || is_of_type(value, type.get_ref<const std::string&>());
  };
  const bool fine = types.is_array() ? std::ranges::any_of(types, fits) : fits(types);
  if (fine) return std::nullopt;
  return fmt::format("{}: {} instead of {}", path, value.type_name(), to_text(types));
}

Mismatch wrong_value(const Json& schema, const Json& value, const std::string& path) {
  if (const auto found = schema.find("enum"); found != schema.end() && found->is_array()) {
    if (std::ranges::find(*found, value) == found->end()) {
      return fmt::format("{}: {} is none of the values allowed", path, to_text(value));
    }
  }
  if (const auto found = schema.find("const"); found != schema.end() && *found != value) {
    return fmt::format("{}: not {}", path, to_text(*found));
  }
  return std::nullopt;
}

// Characters, not bytes, as the standard counts.
std::size_t length_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Mismatch out_of_bounds(const Json& schema, std::string_view least, std::string_view most,
                       double size, std::string_view what, const std::string& path) {
  if (const Json& bound = member(schema, least); bound.is_number() && size < bound.get<double>()) {
    return fmt::format("{}: {} {} where at least {} must be", path, size, what, bound.dump());
  }
  if (const Json& bound = member(schema, most); bound.is_number() && size > bound.get<double>()) {
    return fmt::format("{}: {} {} where at most {} may be", path, size, what, bound.dump());
  }
  return std::nullopt;
}

Mismatch wrong_number(const Json& schema, double value, const std::string& path) {
  if (auto wrong = out_of_bounds(schema, "minimum", "maximum", value, "is the number", path)) {
    return wrong;
  }
  const Json& above = member(schema, "exclusiveMinimum");
  const Json& below = member(schema, "exclusiveMaximum");
  if ((above.is_number() && value <= above.get<double>()) ||
      (below.is_number() && value >= below.get<double>())) {
    return fmt::format("{}: {} is out of bounds", path, value);
  }
  return std::nullopt;
}

Mismatch Check::object(const Json& schema, const Json& value, const std::string& path) {
  for (const Json& name : member(schema, "required")) {
    if (name.is_string() && !value.contains(name.get_ref<const std::string&>())) {
      return fmt::format("{}: {} is missing", path, to_text(name));
    }
  }
  const Json& properties = member(schema, "properties");
  const Json& others = member(schema, "additionalProperties");
  for (const auto& [name, element] : value.items()) {
    const std::string inner = fmt::format("{}.{}", path, name);
    if (properties.is_object() && properties.contains(name)) {
      if (auto wrong = conform(properties.at(name), element, inner, 0)) return wrong;
    } else if (others == Json(false)) {
      return fmt::format("{}: no such property is allowed", inner);
    } else if (others.is_object()) {
      if (auto wrong = conform(others, element, inner, 0)) return wrong;
    }
  }
  return std::nullopt;
}

Mismatch Check::array(const Json& schema, const Json& value, const std::string& path) {
  const auto size = static_cast<double>(value.size());
  if (auto wrong = out_of_bounds(schema, "minItems", "maxItems", size, "elements", path)) {
    return wrong;
  }
  const Json& items = member(schema, "items");
  for (std::size_t i = 0; items.is_object() && i < value.size(); ++i) {
    if (auto wrong = conform(items, value[i], fmt::format("{}[{}]", path, i), 0)) return wrong;
  }
  return std::nullopt;
}

const Json* Check::follow(std::string_view reference) const {
  if (!reference.starts_with('#')) return nullptr;
  try {
    const Json::json_pointer pointer{std::string(reference.substr(1))};
    return root_.contains(pointer) ? &root_.at(pointer) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

Mismatch Check::conform(const Json& schema, const Json& value, const std::string& path,
                        int references) {
  if (schema == Json(false)) return path + ": nothing is allowed here";
  if (!schema.is_object()) return std::nullopt;
  if (const auto reference = text_member(schema, "$ref"); !reference.empty()) {
    const Json* target = references < most_references ? follow(reference) : nullptr;
    if (target == nullptr) return fmt::format("{}: the schema's {} leads nowhere", path, reference);
    if (auto wrong = conform(*target, value, path, references + 1)) return wrong;
  }
  if (const Json& types = member(schema, "type"); !types.is_null()) {
    if (auto wrong = wrong_type(types, value, path)) return wrong;
  }
  if (auto wrong = wrong_value(schema, value, path)) return wrong;
  if (const Json& choices = member(schema, "anyOf"); choices.is_array() && !choices.empty()) {
    const auto fits = [&](const Json& choice) {
      return !conform(choice, value, path, references + 1);
    };
    if (!std::ranges::any_of(choices, fits)) return path + ": fits none of the alternatives";
  }
  if (value.is_object()) return object(schema, value, path);
  if (value.is_array()) return array(schema, value, path);
  if (value.is_number()) return wrong_number(schema, value.get<double>(), path);
  if (!value.is_string()) return std::nullopt;
  const auto length = static_cast<double>(length_of(value.get_ref<const std::string&>()));
  return out_of_bounds(schema, "minLength", "maxLength", length, "characters", path);
}

}  // namespace

std::optional<std::string> mismatch(const Json& schema, const Json& value) {
  return Check(schema).conform(schema, value, "$", 0);
}

Json strict_object(const std::vector<std::pair<std::string, Json>>& properties) {
  Json schema{{"type", "object"},
              {"properties", Json::object()},
              {"required", Json::array()},
              {"additionalProperties", false}};
  for (const auto& [name, property] : properties) {
    schema["properties"][name] = property;
    schema["required"].push_back(name);
  }
  return schema;
}

Json response_format(const std::string& name, const Json& schema) {
  return {{"type", "json_schema"},
          {"json_schema", {{"name", name}, {"strict", true}, {"schema", schema}}}};
}

const Json& schema_of(const Json& request_body) {
  return member(member(member(request_body, "response_format"), "json_schema"), "schema");
}

}  // namespace fanout::cli::llm
