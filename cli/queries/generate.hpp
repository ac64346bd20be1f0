// SPDX-License-Identifier: MIT
// The two steps: tuples of the dimensions' values, then queries for each tuple.
#pragma once

#include <string>
#include <vector>

#include "../llm/watch.hpp"
#include "asker.hpp"
#include "spec.hpp"
#include "tuple_set.hpp"

namespace fanout::cli::queries {

// Step 1. Fewer than wanted where the model has no more ideas, calls fail, or `stop` is asked to
// drain. The same answers give the same tuples in the same order.
TupleSet generate_tuples(Asker& asker, const Spec& spec, const Stop& stop, llm::Watch& watch);

// Step 2. For each tuple its queries, none where the call failed.
std::vector<std::vector<std::string>> generate_queries(Asker& asker, const Spec& spec,
                                                       const std::vector<Tuple>& tuples,
                                                       llm::Watch& watch);

}  // namespace fanout::cli::queries
