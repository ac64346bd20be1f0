// SPDX-License-Identifier: MIT
// What `fanout fetch` was asked to do.
#pragma once

#include <string>
#include <vector>

#include "../http/client.hpp"
#include "../http/retry.hpp"
#include "../serve/page.hpp"

namespace fanout::cli {

// After the first failure: go on, let what runs finish, or drop that too.
enum class Halt { never, soon, now };

struct FetchOptions {
  std::vector<std::string> urls;         // "-": those on standard input
  std::vector<std::string> input_files;  // one URL a line
  int workers = 16;
  http::ClientOptions client;
  http::RetryPolicy retry;
  std::string output_dir;  // empty: bodies are counted and dropped
  bool keep_order = false;
  bool jsonl = false;
  bool show_progress = true;
  Halt halt = Halt::never;

  DemoOptions demo;  // for where there is neither a URL nor a file

  bool is_demonstration() const { return urls.empty() && input_files.empty(); }
};

}  // namespace fanout::cli
