// SPDX-License-Identifier: MIT
// run_llm: requests in, results out, in the order in which they finish.
#include "run.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "../exit_status.hpp"
#include "../signals.hpp"
#include "../text.hpp"
#include "request_lines.hpp"
#include "watch.hpp"

namespace fanout::cli::llm {
namespace {

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

// What needs no new attempt. Of an id that was asked more than once, one answer is enough.
IdSet read_answered(ResultFile& results, const LlmOptions& options, const Event& stop) {
  IdSet answered;
  results.read(stop, [&](const Record& record) {
    if (record.ok || !options.retry_failed) answered.insert(record.id);
  });
  return answered;
}

// For the bar; 0 where only reading them once could tell.
std::size_t count_lines(const LlmOptions& options, const Event& stop) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.input, ignored)) return 0;
  std::FILE* file = std::fopen(options.input.c_str(), "re");
  if (file == nullptr) return 0;
  LineReader lines(fileno(file), stop, 0);
  std::size_t count = 0;
  while (lines.next()) ++count;
  std::fclose(file);
  return count;
}

ProgressOptions progress_options(const LlmOptions& options, std::size_t total) {
  ProgressOptions progress{.total = total, .description = "asking"};
  if (!options.model.show_progress) progress.style = ProgressStyle::hidden;
  // Results on the terminal and a bar on it would garble each other.
  if (options.output == "-" && isatty(STDOUT_FILENO) == 1) progress.style = ProgressStyle::lines;
  return progress;
}

int dry_run(const LlmOptions& options, Stop& stop) {
  const IdSet none;
  RequestLines requests(options.input, stop.drain, options.model.model, none, say);
  std::uint64_t count = 0;
  std::uint64_t tokens = 0;
  while (const auto request = requests.next()) {
    if (count++ == 0) fmt::print("the first request, {}:\n{}\n", request->id, request->body);
    tokens += request->tokens;
  }
  fmt::print("{} would be made, of about {} tokens; {} bad\n", counted(count, "call", "calls"),
             with_commas(tokens), counted(requests.counts().bad, "line is", "lines are"));
  return requests.counts().bad == 0 ? exit_success : exit_failure;
}

}  // namespace

int run_llm(const LlmOptions& options) {
  Stop stop;
  StopOnSignals signals(stop);
  turn_write_signals_into_errors();
  if (options.dry_run) return dry_run(options, stop);

  http::CurlSession curl;
  DispatcherOptions dispatching = dispatcher_options(options.model);
  ResultFile results(options.output, options.existing);
  const IdSet answered = read_answered(results, options, stop.drain);
  const std::size_t lines = count_lines(options, stop.drain);
  Watch watch(progress_options(options, lines - std::min(lines, answered.size())),
              options.model.verbose);
  dispatching.on_retry = [&watch](const RetryNotice& notice) { watch.retrying(notice); };
  RequestLines requests(options.input, stop.drain, options.model.model, answered,
                        [&watch](const std::string& line) { watch.say(line); });

  // Runs in the thread that completes the call. A dropped call leaves no record, so that --resume
  // asks it again.
  const auto write = [&](const Future<Answer>& future) {
    const Answer& answer = future.result();
    if (!answer.dropped() && !results.append(to_record(answer))) return stop.ask_to_stop_now();
    watch.answered(answer);
  };
  std::string fatal;
  {
    Dispatcher dispatcher(std::move(dispatching), stop);
    while (auto request = requests.next()) {
      dispatcher.submit(std::move(*request)).add_done_callback(write);
      dispatcher.wait_for_room();
    }
    dispatcher.wait();
    fatal = dispatcher.fatal();
  }

  const Tally tally = watch.finish(options.model.prices);
  const auto& counts = requests.counts();
  if (counts.skipped > 0) say(with_commas(counts.skipped) + " answered before");
  if (counts.bad > 0) say(counted(counts.bad, "bad line", "bad lines") + " in " + options.input);
  if (!fatal.empty()) say("fanout: " + fatal);
  if (!results.error().empty()) say("fanout: " + results.error());
  if (const int interrupted = signals.exit_status()) return interrupted;
  const bool all = tally.failed == 0 && tally.dropped == 0 && counts.bad == 0 && fatal.empty() &&
                   results.error().empty();
  return all ? exit_success : exit_failure;
}

}  // namespace fanout::cli::llm
