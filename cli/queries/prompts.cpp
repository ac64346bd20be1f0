// SPDX-License-Identifier: MIT
// Prompts: what the places in the templates are filled with, and the schemas of the answers.
#include "prompts.hpp"

#include <map>

#include <fmt/format.h>

#include "../llm/schema.hpp"
#include "../text.hpp"

namespace fanout::cli::queries {
namespace {

std::string describe(const Dimension& dimension) {
  std::string text = fmt::format("- {}: {}", dimension.name, dimension.description);
  if (!dimension.is_free_text()) {
    text += fmt::format(" One of: {}.", fmt::join(dimension.values, "; "));
  } else if (!dimension.examples.empty()) {
    text += fmt::format(" In your own words, such as: {}.", fmt::join(dimension.examples, "; "));
  }
  return text;
}

std::string describe_dimensions(const Spec& spec) {
  std::string text;
  for (const Dimension& dimension : spec.dimensions) text += describe(dimension) + '\n';
  return text;
}

template <class Range>
std::string bullets(const Range& lines) {
  std::string text;
  for (const std::string& line : lines) text += "- " + line + '\n';
  return text;
}

std::string describe_styles(const Spec& spec, std::size_t index) {
  const auto& styles = spec.queries.styles;
  const auto count = static_cast<std::size_t>(spec.queries.per_tuple);
  std::string text;
  for (std::size_t i = 0; i < count && !styles.empty(); ++i) {
    text += fmt::format("{}. {}\n", i + 1, styles[(index * count + i) % styles.size()]);
  }
  return text;
}

Json list_of(Json items, int count) {
  return {{"type", "array"}, {"items", std::move(items)}, {"minItems", count}, {"maxItems", count}};
}

Json tuples_schema(const Spec& spec) {
  std::vector<std::pair<std::string, Json>> properties;
  for (const Dimension& dimension : spec.dimensions) {
    Json property{{"type", "string"}};
    if (!dimension.is_free_text()) property["enum"] = dimension.values;
    properties.emplace_back(dimension.name, std::move(property));
  }
  return llm::strict_object(
      {{"tuples", list_of(llm::strict_object(properties), spec.tuples.per_call)}});
}

Json queries_schema(const Spec& spec) {
  return llm::strict_object({{"queries", list_of({{"type", "string"}}, spec.queries.per_tuple)}});
}

// The id ends in a hash of the body: an answer that was kept is taken for this question only.
llm::Request make_request(const Spec& spec, const char* name, std::size_t number,
                          const std::string& prompt, const Json& schema) {
  Json body = Json::object();
  if (!spec.model.empty()) body["model"] = spec.model;
  body["messages"] = Json::array();
  if (!spec.system.empty()) {
    body["messages"].push_back({{"role", "system"}, {"content", spec.system}});
  }
  body["messages"].push_back({{"role", "user"}, {"content", prompt}});
  if (spec.temperature) body["temperature"] = *spec.temperature;
  if (spec.seed) body["seed"] = *spec.seed + static_cast<std::int64_t>(number);
  if (spec.max_tokens) body["max_completion_tokens"] = *spec.max_tokens;
  body["response_format"] = llm::response_format(name, schema);
  const std::uint64_t hash = hash_of(to_text(body));
  return llm::make_request(fmt::format("{}-{:05}-{:016x}", name, number + 1, hash), body);
}

}  // namespace

Json to_json(const Tuple& tuple, const Spec& spec) {
  Json object = Json::object();
  for (std::size_t i = 0; i < tuple.size(); ++i) object[spec.dimensions[i].name] = tuple[i];
  return object;
}

std::string tuples_prompt(const Spec& spec) {
  std::vector<std::string> examples;
  examples.reserve(spec.tuples.examples.size());
  for (const Tuple& tuple : spec.tuples.examples) examples.push_back(to_text(to_json(tuple, spec)));
  return spec.tuples.prompt.filled({{"assistant", spec.assistant},
                                    {"count", std::to_string(spec.tuples.per_call)},
                                    {"dimensions", describe_dimensions(spec)},
                                    {"examples", bullets(examples)}});
}

std::string queries_prompt(const Spec& spec, const Tuple& tuple, std::size_t index) {
  return spec.queries.prompt.filled({{"assistant", spec.assistant},
                                     {"count", std::to_string(spec.queries.per_tuple)},
                                     {"examples", bullets(spec.queries.examples)},
                                     {"styles", describe_styles(spec, index)},
                                     {"tuple", to_text(to_json(tuple, spec))}});
}

llm::Request tuples_request(const Spec& spec, std::size_t number) {
  return make_request(spec, "tuples", number, tuples_prompt(spec), tuples_schema(spec));
}

llm::Request queries_request(const Spec& spec, const Tuple& tuple, std::size_t index) {
  return make_request(spec, "queries", index, queries_prompt(spec, tuple, index),
                      queries_schema(spec));
}

}  // namespace fanout::cli::queries
