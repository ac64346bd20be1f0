// SPDX-License-Identifier: MIT
// JSON Schema: what fits, what does not, and how that is said.
#include <string>

#include <gtest/gtest.h>

#include "llm/schema.hpp"

namespace fanout::cli::llm {
namespace {

void fits(const std::string& schema, const std::string& value) {
  const auto wrong = mismatch(Json::parse(schema), Json::parse(value));
  EXPECT_EQ(wrong, std::nullopt) << schema << " with " << value << ": " << wrong.value_or("");
}

void fails(const std::string& schema, const std::string& value, const std::string& why) {
  const auto wrong = mismatch(Json::parse(schema), Json::parse(value));
  EXPECT_EQ(wrong.value_or("it fits"), why) << schema << " with " << value;
}

TEST(Schema, Types) {
  fits(R"({"type": "string"})", R"("a")");
  fits(R"({"type": "integer"})", "3");
  fits(R"({"type": "integer"})", "3.0");
  fits(R"({"type": ["string", "null"]})", "null");
  fits("{}", "[1, {}]");
  fails(R"({"type": "integer"})", "3.5", R"($: number instead of "integer")");
  fits(R"({"type": "integer"})", "1e300");
}

TEST(Schema, TypesThatDoNotFitAreNamed) {
  fails(R"({"type": "string"})", "null", R"($: null instead of "string")");
  fails(R"({"type": ["string", "null"]})", "1", R"($: number instead of ["string","null"])");
}

TEST(Schema, ValuesAllowed) {
  fits(R"({"enum": ["a", 1]})", "1");
  fails(R"({"enum": ["a", 1]})", R"("b")", R"($: "b" is none of the values allowed)");
  fails(R"({"const": "a"})", R"("b")", R"($: not "a")");
}

TEST(Schema, Objects) {
  const std::string schema = to_text(strict_object({{"a", {{"type", "string"}}}}));
  fits(schema, R"({"a": ""})");
  fails(schema, "{}", R"($: "a" is missing)");
  fails(schema, R"({"a": "", "b": 1})", "$.b: no such property is allowed");
  fails(R"({"additionalProperties": {"type": "null"}})", R"({"b": 1})",
        R"($.b: number instead of "null")");
}

TEST(Schema, Arrays) {
  const std::string schema =
      R"({"items": {"items": {"type": "string"}}, "minItems": 1, "maxItems": 2})";
  fits(schema, R"([["a"], []])");
  fails(schema, R"([["a"], ["b", 3]])", R"($[1][1]: number instead of "string")");
  fails(schema, "[]", "$: 0 elements where at least 1 must be");
  fails(schema, "[[], [], []]", "$: 3 elements where at most 2 may be");
}

TEST(Schema, BoundsOfNumbersAndTexts) {
  fits(R"({"minimum": 1, "maximum": 2})", "2");
  fails(R"({"exclusiveMaximum": 2})", "2", "$: 2 is out of bounds");
  fails(R"({"maximum": 2})", "2.5", "$: 2.5 is the number where at most 2 may be");
  fits(R"({"maxLength": 2})", R"("🍲é")");
  fails(R"({"minLength": 1})", R"("")", "$: 0 characters where at least 1 must be");
}

TEST(Schema, AlternativesAndReferences) {
  const std::string tree = R"({"$ref": "#/$defs/tree", "$defs": {"tree": {
      "anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#/$defs/tree"}}]}}})";
  fits(tree, "[null, [null]]");
  fails(tree, "[null, [3]]", "$: fits none of the alternatives");
  fails(R"({"$ref": "#/nowhere"})", "1", "$: the schema's #/nowhere leads nowhere");
  fails(R"({"$ref": "#"})", "1", "$: the schema's # leads nowhere");
}

TEST(Schema, WhatIsNotKnownIsTakenToHold) {
  fits(R"({"pattern": "^b", "format": "date", "type": 7, "minimum": "a"})", R"("a")");
}

}  // namespace
}  // namespace fanout::cli::llm
