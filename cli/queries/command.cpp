// SPDX-License-Identifier: MIT
// add_queries: option by option, what is accepted and what it means.
#include "command.hpp"

#include <memory>

#include <CLI/CLI.hpp>

#include "../llm/command.hpp"
#include "run.hpp"

namespace fanout::cli::queries {
namespace {

constexpr const char* queries_footer =
    R"(SPEC is JSON or TOML: the dimensions in which uses of an assistant differ, the prompts, and
how much of it; examples/queries/recipes.json is one, docs/llm.md explains it. Step 1 asks
for tuples, one value of each dimension; step 2 asks for queries for each tuple.

Every answer is kept in a journal beside the output, so --resume asks nothing twice,
whatever ended the run. The ids follow the order of the tuples: the same answers give the
same file.

Exit status: 0 all there, 1 some are missing, 2 wrong usage or spec, 130 ended by Ctrl-C.)";

}  // namespace

void add_queries(CLI::App& program, Command& chosen) {
  CLI::App& command =
      *program.add_subcommand("queries", "make user queries to test an assistant with");
  const auto options = std::make_shared<QueriesOptions>();
  command.footer(queries_footer);
  command.add_option("SPEC", options->spec, "what to make")->required()->type_name("");
  command
      .add_option("-o,--output", options->output, "where the table goes; \"-\": standard output")
      ->type_name("FILE");
  command.add_flag("--jsonl", options->jsonl, "the table as JSON lines instead of CSV");
  command.add_option("--preview", options->preview, "also a page to look at the queries with")
      ->type_name("FILE");
  command.add_option("--journal", options->journal, "where answers are kept [FILE.journal.jsonl]")
      ->type_name("FILE");
  llm::add_existing_options(command, options->existing);
  command.add_option("--tuples", options->tuples, "how many, instead of what the spec says")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N");
  command
      .add_option("--per-tuple", options->per_tuple,
                  "queries for each tuple, instead of what the spec says")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("N");
  command.add_flag("--dry-run", options->dry_run, "ask nothing; print the prompts and the calls");
  llm::add_model_options(command, options->model);
  command.callback([&chosen, options] {
    if (options->output.empty() && !options->dry_run) throw CLI::RequiredError("--output");
    chosen = [options] { return run_queries(*options); };
  });
}

}  // namespace fanout::cli::queries
