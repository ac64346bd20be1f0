// SPDX-License-Identifier: MIT
// RequestLines: what is taken, what is left out and why.
#include "request_lines.hpp"

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "../text.hpp"
#include "record.hpp"

namespace fanout::cli::llm {
namespace {

constexpr std::size_t longest_line = 64 << 20;

int open_for_reading(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw std::runtime_error(
        fmt::format("cannot open {}: {}", path, std::generic_category().message(errno)));
  }
  return descriptor;
}

}  // namespace

RequestLines::RequestLines(const std::string& path, const Event& stop, std::string model,
                           const IdSet& answered, std::function<void(const std::string&)> complain)
    : name_(path == "-" ? "standard input" : path),
      model_(std::move(model)),
      answered_(answered),
      complain_(std::move(complain)),
      descriptor_(open_for_reading(path)),
      lines_(descriptor_, stop, longest_line) {}

RequestLines::~RequestLines() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

std::optional<Request> RequestLines::next() {
  while (const auto line = next_line()) {
    ++counts_.lines;
    if (line->find_first_not_of(" \t\r") == line->npos) continue;
    try {
      if (auto request = take(*line)) return request;
    } catch (const std::exception& error) {
      ++counts_.bad;
      complain_(printable(
          fmt::format("{}:{}: {}", name_, counts_.lines, shortened(as_utf8(error.what()), 300))));
    }
  }
  return std::nullopt;
}

// A failure to read ends the requests; those read before are still asked.
std::optional<std::string> RequestLines::next_line() {
  try {
    return lines_.next();
  } catch (const std::system_error& error) {
    ++counts_.bad;
    complain_(fmt::format("cannot read {}: {}", name_, error.code().message()));
    return std::nullopt;
  }
}

std::optional<Request> RequestLines::take(const std::string& line) {
  if (line.size() > longest_line) throw std::runtime_error("the line is longer than 64 MiB");
  Request request = request_from(line, model_);
  if (!seen_.insert(request.id)) {
    throw std::runtime_error(
        fmt::format("the custom_id \"{}\" came before", shortened(request.id, 100)));
  }
  if (!answered_.contains(request.id)) return request;
  ++counts_.skipped;
  return std::nullopt;
}

}  // namespace fanout::cli::llm
