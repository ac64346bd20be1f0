// SPDX-License-Identifier: MIT
// SpecFile: both formats, and where their parsers were when they met each value.
#include "spec_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "../exit_status.hpp"

namespace fanout::cli::queries {
namespace {

using Lines = std::map<std::string, std::size_t>;

std::string element_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

std::string member_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

// What the parser of nlohmann tells while it reads; it is asked for the line each time.
class LineRecorder {
 public:
  LineRecorder(Lines& lines, const char* text, const char* const* position)
      : lines_(lines), text_(text), position_(position) {}

  bool operator()(int, Json::parse_event_t event, Json& value) {
    using Event = Json::parse_event_t;
    switch (event) {
      case Event::key:
        open_.back().key = value.get<std::string>();
        break;
      case Event::object_start:
      case Event::array_start:
        note();
        open_.push_back({here(), "", 0, event == Event::array_start});
        if (open_.size() > 50) throw UsageError("nested deeper than 50 levels");
        break;
      case Event::object_end:
      case Event::array_end:
        open_.pop_back();
        next();
        break;
      case Event::value:
        note();
        next();
        break;
    }
    return true;
  }

 private:
  struct Open {
    std::string path;
    std::string key;
    std::size_t index;
    bool is_array;
  };

  std::string here() const {
    if (open_.empty()) return "";
    const Open& inner = open_.back();
    return inner.is_array ? element_path(inner.path, inner.index)
                          : member_path(inner.path, inner.key);
  }
  void note() {
    // The end of a number is seen only behind it, perhaps on the next line.
    const auto line = 1 + std::count(text_, std::max(text_, *position_ - 1), '\n');
    lines_.emplace(here(), static_cast<std::size_t>(line));
  }
  void next() {
    if (!open_.empty()) ++open_.back().index;
  }

  Lines& lines_;
  const char* text_;
  const char* const* position_;
  std::vector<Open> open_;
};

// Reads like a pointer and leaves where it is.
struct Reader {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** position;

  reference operator*() const { return *at; }
  Reader& operator++() {
    *position = ++at;
    return *this;
  }
  Reader operator++(int) { return {std::exchange(at, at + 1), position}; }
  friend bool operator==(const Reader& a, const Reader& b) { return a.at == b.at; }
};

Json parse_spec(const std::string& text, Lines& lines) {
  const char* position = text.data();
  const Reader first{text.data(), &position};
  const Reader last{text.data() + text.size(), &position};
  return Json::parse(first, last, LineRecorder(lines, text.data(), &position), true, true);
}

Json from_toml(const toml::node& node, const std::string& path, Lines& lines) {
  lines.emplace(path, node.source().begin.line);
  if (const auto* table = node.as_table()) {
    // TOML's tables have no order of their own: that of the file it is.
    std::vector<std::pair<std::string, const toml::node*>> members;
    for (const auto& [key, value] : *table) members.emplace_back(key.str(), &value);
    std::ranges::sort(members, {}, [](const auto& each) {
      return std::pair(each.second->source().begin.line, each.second->source().begin.column);
    });
    Json object = Json::object();
    for (const auto& [key, value] : members) {
      object[key] = from_toml(*value, member_path(path, key), lines);
    }
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& element : *array) {
      list.push_back(from_toml(element, element_path(path, list.size()), lines));
    }
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  return nullptr;  // dates and times, for which a spec has no use
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError(path + ": cannot be read");
  return text.str();
}

}  // namespace

SpecFile::SpecFile(const std::string& path) : name_(path) {
  const std::string text = contents_of(path);
  try {
    root_ = path.ends_with(".toml") ? from_toml(toml::parse(text), "", lines_)
                                    : parse_spec(text, lines_);
  } catch (const toml::parse_error& error) {
    throw UsageError(
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const std::string words = error.what();
    const auto detail = words.find(": ");
    throw UsageError(fmt::format("{}:{}: {}", path, 1 + std::count(text.begin(), end, '\n'),
                                 detail == words.npos ? words : words.substr(detail + 2)));
  }
}

void SpecFile::fail(const std::string& path, const std::string& what) const {
  // What is missing has no line; what it is missing from has one.
  std::string known = path;
  while (!lines_.contains(known) && !known.empty()) {
    const auto end = known.find_last_of(".[");
    known.resize(end == known.npos ? 0 : end);
  }
  const auto line = lines_.find(known);
  throw UsageError(fmt::format("{}:{}: {}{}{}", name_, line == lines_.end() ? 1 : line->second,
                               path, path.empty() ? "" : ": ", what));
}

}  // namespace fanout::cli::queries
