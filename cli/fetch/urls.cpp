// SPDX-License-Identifier: MIT
// Urls: from one source to the next.
#include "urls.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace fanout::cli {

Urls::Urls(std::vector<std::string> arguments, std::vector<std::string> files, const Event& stop)
    : stop_(stop) {
  for (std::string& argument : arguments) {
    const bool is_file = argument == "-";
    sources_.push_back({std::move(argument), is_file});
  }
  for (std::string& file : files) sources_.push_back({std::move(file), true});
}

Urls::~Urls() { close_file(); }

Urls::Iterator Urls::begin() {
  advance();
  return Iterator(*this);
}

void Urls::advance() {
  try {
    auto url = next();
    at_end_ = !url;
    if (url) current_ = std::move(*url);
  } catch (const std::system_error& failure) {
    error_ =
        fmt::format("cannot read {}: {}", sources_[position_ - 1].text, failure.code().message());
    at_end_ = true;
  }
}

std::optional<std::string> Urls::next() {
  while (!stop_.is_set()) {
    if (lines_) {
      if (auto line = next_url(*lines_)) return line;
      close_file();
    }
    if (position_ == sources_.size()) return std::nullopt;
    Source& source = sources_[position_++];
    if (!source.is_file) return std::move(source.text);
    open(source.text);
  }
  return std::nullopt;
}

std::optional<std::string> Urls::next_url(LineReader& lines) {
  while (auto line = lines.next()) {
    constexpr const char* blanks = " \t\r\v\f";
    line->erase(line->find_last_not_of(blanks) + 1);
    line->erase(0, line->find_first_not_of(blanks));
    if (!line->empty() && line->front() != '#') return line;
  }
  return std::nullopt;
}

void Urls::open(const std::string& name) {
  descriptor_ = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category());
  lines_.emplace(descriptor_, stop_);
}

void Urls::close_file() {
  lines_.reset();
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
  descriptor_ = -1;
}

}  // namespace fanout::cli
