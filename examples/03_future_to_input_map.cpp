// SPDX-License-Identifier: MIT
// Pattern 2, a map from future to input: when it matters which input an answer belongs to, or when
// each answer is wanted as soon as it is there.
//
// A future is a handle with identity: it can be a key, and the copy that as_completed hands out is
// equal to the one that submit returned.
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

std::string fetch_page(const std::string& url) {
  std::this_thread::sleep_for(url.size() * 1ms);
  if (url.ends_with("/500")) throw std::runtime_error("500 Server Error");
  return std::string(url.size() * 10, '.');
}

int main() {
  const std::vector<std::string> urls{"https://example.com/docs", "https://example.com/status/500",
                                      "https://example.com"};
  fanout::ThreadPoolExecutor executor(5);

  std::unordered_map<fanout::Future<std::string>, std::string> future_to_url;
  for (const auto& url : urls) future_to_url[executor.submit(fetch_page, url)] = url;

  for (auto future : fanout::as_completed(future_to_url)) {
    const std::string& url = future_to_url[future];
    try {
      const std::string& page = future.result();
      std::cout << "Fetched " << url << " (" << page.size() << " bytes)\n";
    } catch (const std::exception& error) {
      std::cout << url << " failed: " << error.what() << '\n';
    }
  }
}

// Prints, in any order:
//   Fetched https://example.com (190 bytes)
//   Fetched https://example.com/docs (240 bytes)
//   https://example.com/status/500 failed: 500 Server Error
