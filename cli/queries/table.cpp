// SPDX-License-Identifier: MIT
// Tables: numbering, quoting, writing.
#include "table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "prompts.hpp"

namespace fanout::cli::queries {

std::vector<Row> make_rows(const Spec& spec, const std::vector<std::vector<std::string>>& queries) {
  const auto per_tuple = static_cast<std::size_t>(spec.queries.per_tuple);
  const std::size_t digits =
      std::max<std::size_t>(3, std::to_string(queries.size() * per_tuple).size());
  std::vector<Row> rows;
  for (std::size_t tuple = 0; tuple < queries.size(); ++tuple) {
    for (std::size_t i = 0; i < queries[tuple].size(); ++i) {
      const std::size_t number = tuple * per_tuple + i + 1;
      rows.push_back({fmt::format("SYN{:0{}}", number, digits), queries[tuple][i], tuple});
    }
  }
  return rows;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string to_csv(const Spec& spec, const std::vector<Tuple>& tuples,
                   const std::vector<Row>& rows) {
  std::string text = "id,query,dimension_tuple_json,is_realistic_and_kept,notes_for_filtering\r\n";
  for (const Row& row : rows) {
    const std::string tuple = to_text(to_json(tuples[row.tuple], spec));
    text += fmt::format("{},{},{},1,\r\n", row.id, csv_field(row.query), csv_field(tuple));
  }
  return text;
}

std::string to_jsonl(const Spec& spec, const std::vector<Tuple>& tuples,
                     const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    text += to_text({{"id", row.id},
                     {"query", row.query},
                     {"dimension_tuple", to_json(tuples[row.tuple], spec)},
                     {"is_realistic_and_kept", 1},
                     {"notes_for_filtering", ""}});
    text += '\n';
  }
  return text;
}

}  // namespace fanout::cli::queries
