// SPDX-License-Identifier: MIT
// run_queries: both steps, then everything that is written.
#include "run.hpp"

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "../exit_status.hpp"
#include "../output_file.hpp"
#include "../signals.hpp"
#include "../text.hpp"
#include "../write_all.hpp"
#include "coverage.hpp"
#include "generate.hpp"
#include "preview.hpp"
#include "prompts.hpp"
#include "table.hpp"

namespace fanout::cli::queries {
namespace {

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

// The command line has the last word.
Spec effective_spec(const QueriesOptions& options) {
  Spec spec = read_spec(options.spec);
  if (options.tuples) spec.tuples.count = *options.tuples;
  if (options.per_tuple) spec.queries.per_tuple = *options.per_tuple;
  if (!options.model.model.empty()) spec.model = options.model.model;
  if (options.model.prices.input) spec.prices.input = options.model.prices.input;
  if (options.model.prices.output) spec.prices.output = options.model.prices.output;
  return spec;
}

// Stands for one that the model would make.
Tuple sample_tuple(const Spec& spec) {
  if (!spec.tuples.examples.empty()) return spec.tuples.examples.front();
  Tuple tuple;
  for (const Dimension& dimension : spec.dimensions) {
    tuple.push_back(dimension.is_free_text() ? "any text" : dimension.values.front());
  }
  return tuple;
}

int dry_run(const Spec& spec) {
  const auto count = static_cast<std::uint64_t>(spec.tuples.count);
  const auto per_call = static_cast<std::uint64_t>(spec.tuples.per_call);
  const auto per_tuple = static_cast<std::uint64_t>(spec.queries.per_tuple);
  const std::uint64_t first = (count + per_call - 1) / per_call;
  fmt::print("step 1: {} for {}, more if they repeat themselves\n\n{}\n",
             counted(first, "call", "calls"), counted(count, "tuple", "tuples"),
             tuples_prompt(spec));
  fmt::print("step 2: {} for {}, such as\n\n{}\n", counted(count, "call", "calls"),
             counted(count * per_tuple, "query", "queries"),
             queries_prompt(spec, sample_tuple(spec), 0));
  fmt::print("{} altogether\n", counted(first + count, "call", "calls"));
  return exit_success;
}

struct Generated {
  std::vector<Tuple> tuples;
  std::vector<std::vector<std::string>> queries;
};

Generated generate(Asker& asker, const Spec& spec, const Stop& stop, llm::Watch& watch) {
  Generated made;
  TupleSet tuples = generate_tuples(asker, spec, stop, watch);
  const std::size_t missing = tuples.missing();
  const std::size_t duplicates = tuples.duplicates();
  made.tuples = tuples.take();
  watch.say(fmt::format("step 1: {}; {}, {} not valid",
                        counted(made.tuples.size(), "tuple", "tuples"),
                        counted(duplicates, "duplicate", "duplicates"), tuples.invalid()));
  if (missing > 0 && !stop.drain.is_set()) {
    watch.say(
        fmt::format("step 1: {} fewer than wanted after {} rounds", missing, spec.tuples.rounds));
  }
  if (made.tuples.empty()) return made;
  for (const Coverage& coverage : coverage_of(spec, made.tuples)) {
    watch.say("  " + to_line(coverage));
  }
  if (!stop.drain.is_set()) made.queries = generate_queries(asker, spec, made.tuples, watch);
  return made;
}

void write_file(const std::string& path, const std::string& text) {
  if (path == "-") {
    const int error = cli::write_all(STDOUT_FILENO, text);
    if (error == 0) return;
    throw std::runtime_error("cannot write standard output: " +
                             std::generic_category().message(error));
  }
  OutputFile file(path);
  file.write(text);
  file.commit();
}

// What there is, however the run ended: an id keeps its place, so a later run fills the gaps.
void write_all(const QueriesOptions& options, const Spec& spec, const Generated& made) {
  const auto rows = make_rows(spec, made.queries);
  if (rows.empty()) return;
  write_file(options.output,
             options.jsonl ? to_jsonl(spec, made.tuples, rows) : to_csv(spec, made.tuples, rows));
  say(fmt::format("{} in {}", counted(rows.size(), "query", "queries"),
                  options.output == "-" ? "standard output" : options.output));
  if (options.preview.empty()) return;
  write_file(options.preview, to_html(spec, made.tuples, rows));
  say("to look at: " + options.preview);
}

void check_output(const QueriesOptions& options) {
  if (options.output == "-") {
    if (!options.journal.empty()) return;
    throw UsageError(
        "a table on standard output has no file to keep the answers beside: say --journal");
  }
  std::error_code ignored;
  if (options.existing == llm::Existing::refuse &&
      std::filesystem::is_regular_file(options.output, ignored)) {
    throw UsageError(options.output +
                     ": is there already; --resume continues it, --overwrite begins anew");
  }
}

}  // namespace

int run_queries(const QueriesOptions& options) {
  const Spec spec = effective_spec(options);
  if (options.dry_run) return dry_run(spec);
  check_output(options);

  Stop stop;
  StopOnSignals signals(stop);
  turn_write_signals_into_errors();
  http::CurlSession curl;
  llm::DispatcherOptions dispatching = llm::dispatcher_options(options.model);
  const auto journal_path =
      options.journal.empty() ? options.output + ".journal.jsonl" : options.journal;
  llm::ResultFile journal(journal_path, options.existing);

  ProgressOptions progress{.description = "asking"};
  if (!options.model.show_progress) progress.style = ProgressStyle::hidden;
  llm::Watch watch(progress, options.model.verbose);
  dispatching.on_retry = [&watch](const llm::RetryNotice& notice) { watch.retrying(notice); };
  Asker asker(std::move(dispatching), journal, stop);
  const Generated made = generate(asker, spec, stop, watch);
  asker.wait();

  const llm::Tally tally = watch.finish(spec.prices);
  std::string fatal = asker.fatal();
  if (fatal.empty()) fatal = journal.error();
  try {
    write_all(options, spec, made);
  } catch (const std::exception& error) {
    if (fatal.empty()) fatal = error.what();
  }
  if (!fatal.empty()) say("fanout: " + fatal);
  if (tally.answered > 0 && (!fatal.empty() || tally.failed > 0 || tally.dropped > 0)) {
    say(fmt::format("what was answered is in {}; --resume goes on from there", journal_path));
  }
  if (const int interrupted = signals.exit_status()) return interrupted;
  const bool all = fatal.empty() && tally.failed == 0 && tally.dropped == 0 &&
                   made.tuples.size() == static_cast<std::size_t>(spec.tuples.count);
  return all ? exit_success : exit_failure;
}

}  // namespace fanout::cli::queries
