// SPDX-License-Identifier: MIT
// The `fanout` program: picks the subcommand and runs it.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "command.hpp"
#include "exit_status.hpp"
#include "fetch/command.hpp"
#include "llm/command.hpp"
#include "queries/command.hpp"
#include "serve/command.hpp"

namespace cli = fanout::cli;

int main(int argc, char** argv) {
  CLI::App program(
      "Many blocking calls at once: what the fanout library is for, on the command line.",
      "fanout");
  program.set_version_flag("--version", "fanout " FANOUT_CLI_VERSION);
  program.get_formatter()->column_width(40);
  program.require_subcommand(1);

  cli::Command chosen;
  cli::add_fetch(program, chosen);
  cli::llm::add_llm(program, chosen);
  cli::queries::add_queries(program, chosen);
  cli::add_serve(program, chosen);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" too, those with status 0.
    return program.exit(error) == 0 ? cli::exit_success : cli::exit_usage;
  }
  try {
    return chosen();
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "fanout: %s\n", error.what());
    return cli::exit_usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fanout: %s\n", error.what());
    return cli::exit_failure;
  }
}
