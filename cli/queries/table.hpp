// SPDX-License-Identifier: MIT
// The queries as a table: what every row has, and the two forms in which it is written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "spec.hpp"

namespace fanout::cli::queries {

struct Row {
  std::string id;  // SYN001, SYN002, ...
  std::string query;
  std::size_t tuple;  // its index
};

// In the order of the tuples. An id says the place of a query among all that are wanted, so the
// queries of a tuple that failed leave a gap, and have their ids when they come later.
std::vector<Row> make_rows(const Spec& spec, const std::vector<std::vector<std::string>>& queries);

// RFC 4180, with a header: id, query, dimension_tuple_json, is_realistic_and_kept (1),
// notes_for_filtering (empty; both are for whoever reviews the queries).
std::string to_csv(const Spec& spec, const std::vector<Tuple>& tuples,
                   const std::vector<Row>& rows);

// The same, one object a line; the tuple is an object in it.
std::string to_jsonl(const Spec& spec, const std::vector<Tuple>& tuples,
                     const std::vector<Row>& rows);

// In quotes where it must be.
std::string csv_field(std::string_view text);

}  // namespace fanout::cli::queries
