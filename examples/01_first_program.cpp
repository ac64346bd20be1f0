// SPDX-License-Identifier: MIT
// A first program: several blocking calls at once, and their answers in order.
//
// fetch_page stands for anything that spends its time waiting: a request, a query, a slow disk.
// Four workers wait side by side, so the program takes as long as the slowest page and not as long
// as all of them together.
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

std::string fetch_page(const std::string& url) {
  std::this_thread::sleep_for(100ms);
  return "<html>This is " + url + "</html>";
}

int main() {
  const std::vector<std::string> urls{"https://example.com", "https://example.com/get"};

  fanout::ThreadPoolExecutor executor(4);

  // submit returns at once with a future: a handle to the answer that fetch_page will give.
  std::vector<fanout::Future<std::string>> futures;
  for (const auto& url : urls) futures.push_back(executor.submit(fetch_page, url));

  // result waits for that answer. It returns a reference: the page lives in the future.
  for (const auto& future : futures) {
    const std::string& page = future.result();
    std::cout << page.size() << " bytes: " << page << '\n';
  }
}  // the executor's destructor waits for its tasks, as Python's `with` block does

// Prints:
//   40 bytes: <html>This is https://example.com</html>
//   44 bytes: <html>This is https://example.com/get</html>
