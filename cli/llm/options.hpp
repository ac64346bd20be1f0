// SPDX-License-Identifier: MIT
// What `fanout llm` was asked to do, and the part of it that other commands share.
#pragma once

#include <string>

#include "../command.hpp"
#include "dispatcher.hpp"
#include "result_file.hpp"
#include "tally.hpp"

namespace fanout::cli::llm {

// How a model is asked, whatever for.
struct ModelOptions {
  std::string base_url;  // empty: the environment's
  std::string model;     // empty: what the request says
  http::ClientOptions client{.timeout = std::chrono::minutes(10)};
  http::RetryPolicy retry{.api_manners = true};
  int schema_retries = 2;
  Limits limits;
  Prices prices;
  bool show_progress = true;
  bool verbose = false;
};

void add_model_options(CLI::App& command, ModelOptions& options);

// Reads the environment for the endpoint; throws UsageError where it is not enough.
DispatcherOptions dispatcher_options(const ModelOptions& options);

struct LlmOptions {
  std::string input;   // "-": standard input
  std::string output;  // "-": standard output
  Existing existing = Existing::refuse;
  bool retry_failed = false;
  bool dry_run = false;
  ModelOptions model;
};

}  // namespace fanout::cli::llm
