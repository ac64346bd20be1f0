// SPDX-License-Identifier: MIT
// add_llm: option by option, what is accepted and what it means.
#include "command.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "options.hpp"
#include "run.hpp"

namespace fanout::cli::llm {
namespace {

constexpr const char* llm_footer =
    R"(REQUESTS has one JSON object a line, as OpenAI's batch files: {"custom_id": "a",
"body": {"model": "...", "messages": [...]}}. "-" is standard input. RESULTS gets a line
for each as it finishes, in no order: {"custom_id", "response", "error"}. Any server that
speaks the protocol will do: OPENAI_BASE_URL says where it is, OPENAI_API_KEY opens it.

Tried again are connection errors, timeouts, 408, 409, 429 and 5xx, after 0.5 s, 1 s, ...
8 s less up to a quarter, or after what the server asks for, unless that is more than two
minutes. A 429 makes the whole run pause, and go on with half as many at a time.

Ctrl-C once: no new requests, running ones finish. Twice: stop at once. --resume goes on
after either, and after a kill.

Exit status: 0 all answered, 1 some failed, 2 wrong usage, 130 ended by Ctrl-C.)";

// What is wrong with it; a pipe or a device is as good as a file.
std::string complain_of_no_file(const std::string& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (path == "-") return {};
  if (!std::filesystem::exists(status)) return "there is no file " + path;
  return std::filesystem::is_directory(status) ? path + " is a folder" : "";
}

}  // namespace

void add_existing_options(CLI::App& command, Existing& existing) {
  auto* resume = command.add_flag_callback(
      "--resume", [&existing] { existing = Existing::resume; },
      "go on: what is answered already is not asked again");
  command
      .add_flag_callback(
          "--overwrite", [&existing] { existing = Existing::overwrite; },
          "begin anew: what an earlier run got is dropped")
      ->excludes(resume);
}

void add_llm(CLI::App& program, Command& chosen) {
  CLI::App& command = *program.add_subcommand("llm", "ask a language model many requests");
  const auto options = std::make_shared<LlmOptions>();
  command.footer(llm_footer);
  command.add_option("REQUESTS", options->input, "what to ask")
      ->required()
      ->check(CLI::Validator(complain_of_no_file, ""))
      ->type_name("");
  command
      .add_option("-o,--output", options->output, "where the results go; \"-\": standard output")
      ->type_name("RESULTS");
  add_existing_options(command, options->existing);
  command.add_flag_callback(
      "--retry-failed",
      [options] {
        options->retry_failed = true;
        options->existing = Existing::resume;
      },
      "as --resume, and what failed is asked again");
  command.add_flag("--dry-run", options->dry_run, "ask nothing; say what would be asked");
  add_model_options(command, options->model);
  command.callback([&chosen, options] {
    if (options->output.empty() && !options->dry_run) {
      throw CLI::RequiredError("--output");
    }
    chosen = [options] { return run_llm(*options); };
  });
}

}  // namespace fanout::cli::llm
