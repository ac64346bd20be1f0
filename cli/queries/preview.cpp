// SPDX-License-Identifier: MIT
// to_html: the data goes into the page as JSON, and the page's script draws it as text.
#include "preview.hpp"

#include <string_view>

#include "../json.hpp"
#include "coverage.hpp"
#include "preview_page.hpp"

namespace fanout::cli::queries {
namespace {

Json dimension_data(const Dimension& dimension, const Coverage& coverage) {
  Json values = Json::array();
  for (const auto& [text, count] : coverage.values) values.push_back({text, count});
  return {{"name", dimension.name},
          {"description", dimension.description},
          {"free", dimension.is_free_text()},
          {"values", std::move(values)}};
}

// No "<" may remain, or the data could end the script that it is in.
std::string without_markup(std::string_view json) {
  std::string text;
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string to_html(const Spec& spec, const std::vector<Tuple>& tuples,
                    const std::vector<Row>& rows) {
  Json data{{"name", spec.name},
            {"assistant", spec.assistant},
            {"dimensions", Json::array()},
            {"tuples", tuples},
            {"rows", Json::array()}};
  const auto coverage = coverage_of(spec, tuples);
  for (std::size_t i = 0; i < coverage.size(); ++i) {
    data["dimensions"].push_back(dimension_data(spec.dimensions[i], coverage[i]));
  }
  for (const Row& row : rows) data["rows"].push_back({row.id, row.query, row.tuple});

  std::string page(preview_page);
  constexpr std::string_view place = "@data@";
  page.replace(page.find(place), place.size(), without_markup(to_text(data)));
  return page;
}

}  // namespace fanout::cli::queries
