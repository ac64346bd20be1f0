// SPDX-License-Identifier: MIT
// A page to look at the queries with: coverage as bars, and a table to filter.
#pragma once

#include <string>
#include <vector>

#include "spec.hpp"
#include "table.hpp"

namespace fanout::cli::queries {

// One HTML file that needs nothing from elsewhere, and fetches nothing.
std::string to_html(const Spec& spec, const std::vector<Tuple>& tuples,
                    const std::vector<Row>& rows);

}  // namespace fanout::cli::queries
