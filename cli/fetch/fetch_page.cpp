// SPDX-License-Identifier: MIT
// fetch_page: the loop over attempts.
#include "fetch_page.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "../line_reader.hpp"
#include "../output_file.hpp"
#include "file_name.hpp"

namespace fanout::cli {
namespace {

using Clock = std::chrono::steady_clock;

// One attempt. Each has a file of its own, so that the remains of the one before leave no trace.
http::Response attempt(http::Client& client, Report& report, const std::string& output_dir) {
  if (output_dir.empty()) return client.get(report.url, [](std::string_view) {});

  const auto path = std::filesystem::path(output_dir) / file_name(report.url);
  std::optional<OutputFile> file;
  const auto open_once = [&]() -> OutputFile& { return file ? *file : file.emplace(path); };
  auto response = client.get(report.url, [&](std::string_view piece) { open_once().write(piece); });
  if (!response.ok()) return response;
  try {
    open_once().commit();
    report.file = path.string();
  } catch (const std::exception& error) {
    response.error = error.what();
  }
  return response;
}

std::string failure_text(const http::Response& response, int attempts, bool interrupted) {
  std::string text = http::reason(response);
  if (attempts > 1) text += fmt::format(" ({} attempts)", attempts);
  if (interrupted) text += " (interrupted before the next attempt)";
  return text;
}

void fetch_into(Report& report, http::Client& client, const FetchOptions& options,
                const Stop& stop) {
  if (report.url.size() > LineReader::longest_line) {
    report.error = fmt::format("the URL is longer than {} bytes", LineReader::longest_line);
    report.url.resize(100);
    return;
  }
  for (bool interrupted = false;;) {
    ++report.attempts;
    const http::Response response = attempt(client, report, options.output_dir);
    report.status = response.status;
    report.bytes = response.bytes;
    if (response.ok()) return;
    const auto wait = options.retry.wait_before_retry(
        report.attempts, response, http::random_fraction(), std::chrono::system_clock::now());
    if (wait) interrupted = stop.drain.is_set() || stop.drain.wait_for(*wait);
    if (!wait || interrupted) {
      report.error = failure_text(response, report.attempts, interrupted);
      return;
    }
  }
}

}  // namespace

Report fetch_page(http::Client& client, const std::string& url, const FetchOptions& options,
                  const Stop& stop) {
  Report report;
  report.url = url;
  if (stop.drain.is_set()) return report;
  const auto start = Clock::now();
  try {
    fetch_into(report, client, options, stop);
  } catch (const std::exception& error) {
    report.error = error.what();
  }
  report.duration = std::chrono::round<std::chrono::milliseconds>(Clock::now() - start);
  return report;
}

}  // namespace fanout::cli
