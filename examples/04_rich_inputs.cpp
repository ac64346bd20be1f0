// SPDX-License-Identifier: MIT
// Pattern 2 with more to remember: the map may lead from a future to anything.
//
// Here each request has a name for people and a URL for the program. Only the URL goes into the
// task; the rest waits in the map until its future is done.
#include <chrono>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

struct RequestInfo {
  std::string name;
  std::string url;
};

std::string fetch_page(const std::string& url) {
  std::this_thread::sleep_for(10ms);
  if (url.ends_with("/404")) throw std::runtime_error("404 Not Found");
  return "a page";
}

int main() {
  const std::vector<RequestInfo> requests{{.name = "Docs", .url = "https://example.com/docs"},
                                          {.name = "Missing", .url = "https://example.com/404"}};
  fanout::ThreadPoolExecutor executor(5);

  // Futures are ordered too, so std::map does as well as std::unordered_map.
  std::map<fanout::Future<std::string>, RequestInfo> future_to_request;
  for (const auto& request : requests) {
    future_to_request[executor.submit(fetch_page, request.url)] = request;
  }

  for (auto future : fanout::as_completed(future_to_request)) {
    const RequestInfo& request = future_to_request[future];
    try {
      const std::string& page = future.result();  // before the line is begun: it may throw
      std::cout << request.name << " (" << request.url << ") returned " << page.size()
                << " bytes\n";
    } catch (const std::exception& error) {
      std::cout << request.name << " failed: " << error.what() << '\n';
    }
  }
}

// Prints, in any order:
//   Docs (https://example.com/docs) returned 6 bytes
//   Missing failed: 404 Not Found
