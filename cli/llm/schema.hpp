// SPDX-License-Identifier: MIT
// JSON Schema, as far as structured output uses it: building strict schemas, and checking answers.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../json.hpp"

namespace fanout::cli::llm {

// What is wrong with `value`, with the path to it: "$.tuples[3].skill: not one of the values
// allowed". Nothing where it conforms.
//
// Checked are type, enum, const, properties, required, additionalProperties, items, minItems,
// maxItems, minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, anyOf, and
// $ref into the schema itself. Other keywords are taken to hold.
std::optional<std::string> mismatch(const Json& schema, const Json& value);

// An object as strict mode wants it: every property is required and no other is allowed.
Json strict_object(const std::vector<std::pair<std::string, Json>>& properties);

// The response_format that makes a server enforce `schema`.
Json response_format(const std::string& name, const Json& schema);

// The schema inside a request's response_format; null where none is asked for.
const Json& schema_of(const Json& request_body);

}  // namespace fanout::cli::llm
