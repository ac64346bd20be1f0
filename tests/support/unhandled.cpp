// SPDX-License-Identifier: MIT
// Sets and restores the error hook.
#include "support/unhandled.hpp"

#include <cstdio>

#include <fanout/errors.hpp>

#include "support/vocabulary.hpp"

namespace fanout::test {

UnhandledRecorder::UnhandledRecorder() {
  on_unhandled_exception([this](std::exception_ptr error, std::string_view where) {
    const std::lock_guard lock(mutex_);
    reports_.push_back({std::move(error), std::string(where)});
  });
}

UnhandledRecorder::~UnhandledRecorder() { watch_for_bad_workers(); }

void watch_for_bad_workers() {
  on_unhandled_exception([](const std::exception_ptr& error, std::string_view where) {
    std::fprintf(stderr, "unhandled in %s: %s\n", std::string(where).c_str(),
                 text_of(error).c_str());
    if (where == "a worker process") {
      ADD_FAILURE() << text_of(error);
    }
  });
}

std::size_t UnhandledRecorder::count() const {
  const std::lock_guard lock(mutex_);
  return reports_.size();
}

std::vector<UnhandledRecorder::Report> UnhandledRecorder::reports() const {
  const std::lock_guard lock(mutex_);
  return reports_;
}

std::vector<std::string> UnhandledRecorder::texts() const {
  std::vector<std::string> texts;
  for (const auto& report : reports()) {
    texts.push_back(text_of(report.error));
  }
  return texts;
}

}  // namespace fanout::test
