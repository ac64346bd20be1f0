// SPDX-License-Identifier: MIT
// The fan-out: one map over a lazy range of URLs.
#include <algorithm>

#include <fanout/executor.hpp>
#include <fanout/thread_pool_executor.hpp>

#include "fetch_page.hpp"
#include "run.hpp"

namespace fanout::cli {
namespace {

// How many pages may be on their way at once: those that run, those that wait for a worker, and
// those that are done but not yet printed. In order, a slow page holds back all that were fetched
// behind it; so there are many more then, lest the workers run dry. What is held is a report, never
// a body.
std::size_t pages_on_their_way(const FetchOptions& options) {
  const auto workers = static_cast<std::size_t>(options.workers);
  return options.keep_order ? std::max<std::size_t>(64 * workers, 1024) : 4 * workers;
}

// Asked of the worker that met the failure, so that not one page more is started.
void heed(Halt halt, Stop& stop) {
  if (halt == Halt::soon) stop.ask_to_drain();
  if (halt == Halt::now) stop.ask_to_stop_now();
}

}  // namespace

Summary fetch_all(const FetchOptions& options, Urls& urls, Stop& stop, Printer& printer) {
  ThreadPoolExecutor executor({.max_workers = options.workers, .thread_name_prefix = "fetch"});
  const auto fetch = [&options, &stop](const std::string& url) {
    thread_local http::Client client(options.client, stop.now);  // kept by this worker
    Report report = fetch_page(client, url, options, stop);
    if (report.failed()) heed(options.halt, stop);
    return report;
  };
  const MapOptions map_options{.buffersize = pages_on_their_way(options),
                               .ordered = options.keep_order};

  Summary summary;
  for (const Report& report : executor.map(map_options, fetch, urls)) {
    printer.print(report);
    summary.add(report);
    if (!printer.error().empty()) stop.ask_to_stop_now();  // Nobody would hear of the rest.
  }
  return summary;
}

}  // namespace fanout::cli
