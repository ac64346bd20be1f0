// SPDX-License-Identifier: MIT
// From a spec to the requests that are made.
#pragma once

#include <cstddef>
#include <string>

#include "../llm/request.hpp"
#include "spec.hpp"

namespace fanout::cli::queries {

// As an object whose members are in the order of the dimensions.
Json to_json(const Tuple& tuple, const Spec& spec);

// The call of step 1 with this number, counted over all rounds: for per_call tuples. All of them are
// alike but for their seed, if the spec has one.
llm::Request tuples_request(const Spec& spec, std::size_t number);

// The call of step 2 for the tuple with this index: for per_tuple queries, each in a style of its
// own, so that the styles take turns over the whole run.
llm::Request queries_request(const Spec& spec, const Tuple& tuple, std::size_t index);

// The texts of the two, for people.
std::string tuples_prompt(const Spec& spec);
std::string queries_prompt(const Spec& spec, const Tuple& tuple, std::size_t index);

}  // namespace fanout::cli::queries
