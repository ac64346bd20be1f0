// SPDX-License-Identifier: MIT
// `fanout llm` once its options are known.
#pragma once

#include "options.hpp"

namespace fanout::cli::llm {

// From reading the requests to the exit status.
int run_llm(const LlmOptions& options);

}  // namespace fanout::cli::llm
