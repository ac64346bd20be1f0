// SPDX-License-Identifier: MIT
// read_spec: each key is taken once, checked, and what is left over is unknown.
#include "spec.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "spec_file.hpp"

namespace fanout::cli::queries {
namespace {

// An object of the file, of which members are taken by their kind.
class Section {
 public:
  Section(const SpecFile& file, const Json& json, std::string path)
      : file_(file), json_(json), path_(std::move(path)) {
    if (!json_.is_object()) fail("", "should be a table of keys and values");
  }

  const Json* find(const std::string& key) {
    taken_.insert(key);
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& need(const std::string& key, const char* what) {
    if (const Json* found = find(key)) return *found;
    fail(key, fmt::format("is missing; it should be {}", what));
  }

  std::string text(const std::string& key) { return text_of(key, need(key, "a text")); }
  std::string text_or_nothing(const std::string& key) {
    const Json* found = find(key);
    return found ? text_of(key, *found) : "";
  }

  std::optional<double> number(const std::string& key, double least, double most) {
    const Json* found = find(key);
    if (!found) return std::nullopt;
    const double value = found->is_number() ? found->get<double>() : least - 1;
    if (!(value >= least && value <= most)) {
      fail(key, fmt::format("should be a number from {} to {}", least, most));
    }
    return value;
  }

  std::optional<int> whole_number(const std::string& key, int least, int most) {
    const auto value = number(key, least, most);
    if (!value) return std::nullopt;
    if (*value != static_cast<int>(*value)) fail(key, "should be a whole number");
    return static_cast<int>(*value);
  }

  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> result;
    const Json* found = find(key);
    if (!found) return result;
    if (!found->is_array()) fail(key, "should be a list of texts");
    for (const Json& each : *found) {
      result.push_back(text_of(fmt::format("{}[{}]", key, result.size()), each));
    }
    return result;
  }

  Section section(const std::string& key, const char* what) {
    return {file_, need(key, what), path_of(key)};
  }
  Section element(const std::string& key, const Json& json, std::size_t index) {
    return {file_, json, fmt::format("{}[{}]", path_of(key), index)};
  }

  // Every key must have been asked for by now.
  void end() const {
    for (const auto& [key, value] : json_.items()) {
      if (!taken_.contains(key)) {
        fail(key, fmt::format("is not known here; known are {}", fmt::join(taken_, ", ")));
      }
    }
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    file_.fail(path_of(key), what);
  }

 private:
  std::string path_of(const std::string& key) const {
    return path_.empty() || key.empty() ? path_ + key : path_ + "." + key;
  }
  std::string text_of(const std::string& key, const Json& value) const {
    if (!value.is_string()) fail(key, "should be a text");
    std::string text = value.get<std::string>();
    if (text.find_first_not_of(" \t\r\n") == text.npos) fail(key, "is empty");
    return text;
  }

  const SpecFile& file_;
  const Json& json_;
  std::string path_;
  std::set<std::string> taken_;
};

Dimension read_dimension(Section section) {
  Dimension dimension;
  dimension.name = section.text("name");
  dimension.description = section.text("description");
  dimension.values = section.texts("values");
  dimension.examples = section.texts("examples");
  if (section.find("values") && dimension.values.size() < 2) {
    section.fail("values", "should be two or more; leave the key out for free text");
  }
  const std::set<std::string> unique(dimension.values.begin(), dimension.values.end());
  if (unique.size() != dimension.values.size()) section.fail("values", "has a value twice");
  if (!dimension.values.empty() && !dimension.examples.empty()) {
    section.fail("examples", "are for dimensions of free text, without values");
  }
  section.end();
  return dimension;
}

std::vector<Dimension> read_dimensions(Section& root) {
  const Json& list = root.need("dimensions", "a list of tables");
  if (!list.is_array() || list.empty()) root.fail("dimensions", "should be a list of tables");
  std::vector<Dimension> dimensions;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    dimensions.push_back(read_dimension(root.element("dimensions", list[i], i)));
    if (!names.insert(dimensions.back().name).second) {
      root.fail(fmt::format("dimensions[{}].name", i), "is the name of an earlier one");
    }
  }
  return dimensions;
}

Template read_prompt(Section& section, const std::set<std::string>& known) {
  Template prompt(section.text("prompt"));
  try {
    for (const std::string& place : prompt.places()) {
      if (!known.contains(place)) {
        section.fail("prompt", fmt::format("there is nothing to put for {{{{{}}}}}; known are {}",
                                           place, fmt::join(known, ", ")));
      }
    }
  } catch (const std::invalid_argument& error) {
    section.fail("prompt", error.what());
  }
  return prompt;
}

// Tables with a text for each dimension.
std::vector<Tuple> read_examples(Section& section, const std::vector<Dimension>& dimensions) {
  std::vector<Tuple> examples;
  const Json* list = section.find("examples");
  if (!list) return examples;
  if (!list->is_array()) section.fail("examples", "should be a list of tables");
  for (std::size_t i = 0; i < list->size(); ++i) {
    Section table = section.element("examples", (*list)[i], i);
    Tuple tuple;
    for (const Dimension& dimension : dimensions) {
      tuple.push_back(table.text(dimension.name));
      if (!dimension.is_free_text() &&
          std::ranges::find(dimension.values, tuple.back()) == dimension.values.end()) {
        table.fail(dimension.name, "is none of the values of its dimension");
      }
    }
    table.end();
    examples.push_back(std::move(tuple));
  }
  return examples;
}

Spec::Tuples read_tuples(Section section, const std::vector<Dimension>& dimensions) {
  Spec::Tuples tuples;
  section.need("count", "the number of tuples wanted");
  tuples.count = section.whole_number("count", 1, 1'000'000).value_or(tuples.count);
  tuples.per_call = section.whole_number("per_call", 1, 1000).value_or(tuples.per_call);
  tuples.rounds = section.whole_number("rounds", 1, 100).value_or(tuples.rounds);
  tuples.prompt = read_prompt(section, {"assistant", "count", "dimensions", "examples"});
  tuples.examples = read_examples(section, dimensions);
  section.end();
  return tuples;
}

Spec::Queries read_queries(Section section) {
  Spec::Queries queries;
  queries.per_tuple = section.whole_number("per_tuple", 1, 1000).value_or(queries.per_tuple);
  queries.prompt = read_prompt(section, {"assistant", "count", "examples", "styles", "tuple"});
  queries.styles = section.texts("styles");
  queries.examples = section.texts("examples");
  section.end();
  return queries;
}

llm::Prices read_prices(Section& root) {
  llm::Prices prices;
  if (!root.find("prices")) return prices;
  Section section = root.section("prices", "a table");
  prices.input = section.number("input", 0, 1e6);
  prices.output = section.number("output", 0, 1e6);
  section.end();
  return prices;
}

}  // namespace

Spec read_spec(const std::string& path) {
  const SpecFile file(path);
  Section root(file, file.root(), "");
  Spec spec;
  spec.name = root.text("name");
  spec.assistant = root.text("assistant");
  spec.system = root.text_or_nothing("system");
  spec.model = root.text_or_nothing("model");
  spec.temperature = root.number("temperature", 0, 2);
  if (const auto seed = root.whole_number("seed", 0, 1'000'000'000)) spec.seed = *seed;
  spec.max_tokens = root.whole_number("max_tokens", 1, 1'000'000);
  spec.prices = read_prices(root);
  spec.dimensions = read_dimensions(root);
  spec.tuples = read_tuples(root.section("tuples", "a table"), spec.dimensions);
  spec.queries = read_queries(root.section("queries", "a table"));
  root.end();
  return spec;
}

}  // namespace fanout::cli::queries
