// SPDX-License-Identifier: MIT
// run_fetch: input, signals, the demonstration's server, the summary and the exit status.
#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "../exit_status.hpp"
#include "../serve/demo_server.hpp"
#include "../serve/page.hpp"
#include "../signals.hpp"

namespace fanout::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How many URLs there will be, for the bar; 0 where only reading them once could tell.
std::size_t count_urls(const FetchOptions& options, const Stop& stop) {
  for (const std::string& url : options.urls) {
    if (url == "-") return 0;
  }
  for (const std::string& file : options.input_files) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) return 0;
  }
  std::size_t count = 0;
  Urls urls(options.urls, options.input_files, stop.drain);
  for ([[maybe_unused]] const std::string& url : urls) ++count;
  return count;
}

// The best that this many workers could do: no page is fetched faster than the server sends it.
milliseconds ideal_duration(const std::vector<Page>& pages, int workers) {
  milliseconds sum{0}, longest{0};
  for (const Page& page : pages) {
    sum += page.delay;
    longest = std::max(longest, page.delay);
  }
  return std::max(sum / workers, longest);
}

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

}  // namespace

int run_fetch(FetchOptions options) {
  Stop stop;
  StopOnSignals signals(stop);
  turn_write_signals_into_errors();
  http::CurlSession curl;

  std::optional<DemoServer> server;
  std::vector<Page> pages;
  if (options.is_demonstration()) {
    pages = demo_pages(options.demo);
    server.emplace(0);
    for (const Page& page : pages) options.urls.push_back(server->origin() + page.target());
    options.client.use_proxy = false;
    say(fmt::format("No URL given: fetching {} pages from a server of our own at {}", pages.size(),
                    server->origin()));
  }

  Urls urls(options.urls, options.input_files, stop.drain);
  Printer printer(
      options.jsonl ? LineFormat::jsonl : LineFormat::text,
      {.total = count_urls(options, stop),
       .description = "fetching",
       .style = options.show_progress ? ProgressStyle::automatic : ProgressStyle::hidden});
  const auto start = Clock::now();
  const Summary summary = fetch_all(options, urls, stop, printer);
  const auto duration = std::chrono::round<milliseconds>(Clock::now() - start);
  printer.finish();

  say(to_line(summary, duration));
  if (server) {
    const auto ideal = ideal_duration(pages, options.workers);
    say(fmt::format("The delays alone take {} workers {:.2f} s: {:.2f} times the ideal",
                    options.workers, std::chrono::duration<double>(ideal).count(),
                    std::chrono::duration<double>(duration) / ideal));
  }
  if (!urls.error().empty()) say("fanout: " + urls.error());
  if (!printer.error().empty()) say("fanout: cannot write to standard output: " + printer.error());

  if (const int interrupted = signals.exit_status()) return interrupted;
  const bool all_fetched = summary.failed == 0 && summary.skipped == 0 && urls.error().empty() &&
                           printer.error().empty();
  return all_fetched ? exit_success : exit_failure;
}

}  // namespace fanout::cli
