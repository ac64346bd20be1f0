// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "command.hpp"
#include "exit_status.hpp"
#include "fetch/command.hpp"
#include "llm/command.hpp"
#include "queries/command.hpp"
#include "serve/command.hpp"

namespace fanout::cli {

int run_program(int argc, char** argv) {
  CLI::App program(
      "Many blocking calls at once: what the fanout library is for, on the command line.",
      "fanout");
  program.set_version_flag("--version", "fanout " FANOUT_CLI_VERSION);
  program.get_formatter()->column_width(40);
  program.require_subcommand(1);

  Command chosen;
  add_fetch(program, chosen);
  llm::add_llm(program, chosen);
  queries::add_queries(program, chosen);
  add_serve(program, chosen);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" too, those with status 0.
    return program.exit(error) == 0 ? exit_success : exit_usage;
  }
  try {
    return chosen();
  } catch (const UsageError& error) {
    std::fprintf(stderr, "fanout: %s\n", error.what());
    return exit_usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fanout: %s\n", error.what());
    return exit_failure;
  }
}

}  // namespace fanout::cli
