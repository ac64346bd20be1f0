// SPDX-License-Identifier: MIT
// The options about asking a model, and what becomes of them.
#include "options.hpp"

#include <memory>

#include <CLI/CLI.hpp>

#include "../option_types.hpp"

namespace fanout::cli::llm {
namespace {

void add_price(CLI::App& command, const std::string& name, std::optional<double>& target,
               const std::string& help) {
  const auto store = [&target, name](const double& price) {
    if (!(price >= 0)) throw CLI::ValidationError(name, "not a price");
    target = price;
  };
  command.add_option_function<double>(name, store, help)->type_name("DOLLARS");
}

void add_limits(CLI::App& command, ModelOptions& options) {
  add_number(command, "-j,-w,--workers,--max-in-flight", options.limits.max_in_flight, {1, 1024},
             "requests at the same time");
  add_number(command, "--requests-per-minute,--rpm", options.limits.requests_per_minute,
             {0, 100'000'000}, "of the whole run, retries included; 0: no limit");
  add_number(command, "--tokens-per-minute,--tpm", options.limits.tokens_per_minute,
             {0, 2'000'000'000}, "of the whole run; 0: no limit");
  add_seconds(command, "-m,--timeout,--max-time", options.client.timeout,
              "limit of one attempt, 0 for none [600]");
  add_seconds(command, "--connect-timeout", options.client.connect_timeout,
              "limit for connecting [10]");
  add_number(command, "--retries,--retry", options.retry.retries, {0, 100},
             "further attempts after a failure that may pass");
  add_number(command, "--schema-retries", options.schema_retries, {0, 100},
             "further attempts after an answer of the wrong shape");
  command
      .add_option("--max-bytes,--max-filesize", options.client.max_bytes,
                  "limit of one answer; K, M and G may be used [64M]")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->type_name("SIZE");
}

}  // namespace

void add_model_options(CLI::App& command, ModelOptions& options) {
  command.add_option("--model", options.model, "the model to ask")->type_name("NAME");
  command
      .add_option("--base-url", options.base_url, "the server's URL, up to /v1 [OPENAI_BASE_URL]")
      ->type_name("URL");
  add_limits(command, options);
  command.add_option("--cacert", options.client.cacert, "trust the certificates in this file only")
      ->check(CLI::ExistingFile.description(""))
      ->type_name("FILE");
  add_price(command, "--price-in", options.prices.input, "of a million tokens of the prompts");
  add_price(command, "--price-out", options.prices.output, "of a million tokens of the answers");
  command.add_flag_callback(
      "--no-progress", [&options] { options.show_progress = false; },
      "no progress on standard error");
  command.add_flag("-v,--verbose", options.verbose, "a line for each retry");
}

DispatcherOptions dispatcher_options(const ModelOptions& options) {
  return {.endpoint = endpoint_from_environment(options.base_url),
          .client = options.client,
          .retry = options.retry,
          .schema_retries = options.schema_retries,
          .limits = options.limits};
}

}  // namespace fanout::cli::llm
