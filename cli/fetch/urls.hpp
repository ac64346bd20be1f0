// SPDX-License-Identifier: MIT
// The URLs to fetch, as one lazy range: arguments first, then the lines of files or standard input.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "../event.hpp"
#include "../line_reader.hpp"

namespace fanout::cli {

// A single-pass range that holds one URL at a time, so a million lines cost the memory of one. It
// ends early once `stop` is set. Blank lines and lines that begin with '#' are left out. A failure
// to read ends the range and is kept in error(), so that what was read before is still fetched.
// Immovable.
class Urls {
 public:
  class Iterator;

  // "-" among the arguments, and as the name of a file, is standard input.
  Urls(std::vector<std::string> arguments, std::vector<std::string> files, const Event& stop);
  Urls(const Urls&) = delete;
  Urls& operator=(const Urls&) = delete;
  ~Urls();

  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

  const std::string& error() const { return error_; }  // empty: none

 private:
  struct Source {
    std::string text;  // a URL, or the name of a file
    bool is_file;
  };

  void advance();
  std::optional<std::string> next();
  static std::optional<std::string> next_url(LineReader& lines);
  void open(const std::string& name);
  void close_file();

  std::vector<Source> sources_;
  std::size_t position_ = 0;  // of the source to turn to next
  const Event& stop_;
  std::optional<LineReader> lines_;  // of the open file, if there is one
  int descriptor_ = -1;
  std::string current_;
  bool at_end_ = false;
  std::string error_;
};

class Urls::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = std::string;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  explicit Iterator(Urls& urls) : urls_(&urls) {}

  const std::string& operator*() const { return urls_->current_; }
  Iterator& operator++() {
    urls_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& iterator, std::default_sentinel_t) {
    return iterator.at_end();
  }

 private:
  bool at_end() const { return urls_->at_end_; }

  Urls* urls_ = nullptr;
};

}  // namespace fanout::cli
