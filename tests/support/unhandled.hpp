// SPDX-License-Identifier: MIT
// Records what reaches fanout::on_unhandled_exception, for as long as it lives.
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace fanout::test {

class UnhandledRecorder {
 public:
  UnhandledRecorder();
  ~UnhandledRecorder();  // restores watch_for_bad_workers()
  UnhandledRecorder(const UnhandledRecorder&) = delete;
  UnhandledRecorder& operator=(const UnhandledRecorder&) = delete;

  struct Report {
    std::exception_ptr error;
    std::string where;
  };

  std::size_t count() const;
  std::vector<Report> reports() const;
  std::vector<std::string> texts() const;  // what each of them says

 private:
  mutable std::mutex mutex_;
  std::vector<Report> reports_;
};

// Fails the test in which a worker process ends badly without failing a task: a sanitizer's report
// at its end is seen so.
void watch_for_bad_workers();

}  // namespace fanout::test
