// SPDX-License-Identifier: MIT
// How reports and summaries read.
#include "report.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../text.hpp"

namespace fanout::cli {
namespace {

std::string to_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  double size = static_cast<double>(bytes) / 1024;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return fmt::format("{:.1f} {}", size, units[unit]);
}

}  // namespace

std::string to_line(const Report& report) {
  if (report.failed()) return printable(fmt::format("{} failed: {}", report.url, report.error));
  return printable(fmt::format("Fetched {} ({} bytes) in {} ms", report.url, report.bytes,
                               report.duration.count()));
}

std::string to_json(const Report& report) {
  nlohmann::ordered_json record{
      {"url", report.url},           {"status", report.status},
      {"bytes", report.bytes},       {"milliseconds", report.duration.count()},
      {"attempts", report.attempts}, {"error", nullptr},
  };
  if (report.failed()) record["error"] = report.error;
  if (!report.file.empty()) record["file"] = report.file;
  // A URL need not be UTF-8, JSON must be.
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Summary::add(const Report& report) {
  if (report.skipped()) {
    ++skipped;
  } else if (report.failed()) {
    ++failed;
  } else {
    ++fetched;
    bytes += report.bytes;
  }
}

std::string to_line(const Summary& summary, std::chrono::milliseconds duration) {
  std::string line = fmt::format("{} fetched, {} failed", summary.fetched, summary.failed);
  if (summary.skipped > 0) line += fmt::format(", {} not started", summary.skipped);
  const double seconds = std::chrono::duration<double>(duration).count();
  return line + fmt::format(", {} in {:.2f} s", to_size(summary.bytes), seconds);
}

}  // namespace fanout::cli
