// SPDX-License-Identifier: MIT
// What a stranger writes first: the two patterns of the project's seed, without a network.

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

std::string fetch_page(const std::string& url) {
  if (url.empty()) throw std::invalid_argument("no address");
  return "<html>" + url + "</html>";
}

int main() {
  const std::vector<std::string> urls{"https://one.example", "https://two.example",
                                      "https://three.example"};
  fanout::ThreadPoolExecutor executor(5);

  // A list of futures: results in the order of submission.
  std::vector<fanout::Future<std::string>> futures;
  for (const auto& url : urls) futures.push_back(executor.submit(fetch_page, url));
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (futures[i].result() != fetch_page(urls[i])) return 1;
  }

  // A map from future to input: results in the order of completion.
  std::unordered_map<fanout::Future<std::string>, std::string> future_to_url;
  for (const auto& url : urls) future_to_url[executor.submit(fetch_page, url)] = url;
  future_to_url[executor.submit(fetch_page, std::string{})] = "";
  int fetched = 0;
  int failed = 0;
  for (auto future : fanout::as_completed(future_to_url)) {
    const std::string& url = future_to_url[future];
    try {
      if (future.result() != fetch_page(url)) return 1;
      ++fetched;
    } catch (const std::invalid_argument& error) {
      std::cout << "'" << url << "' failed: " << error.what() << '\n';
      ++failed;
    }
  }

  // map: results in the order of the input.
  std::size_t next = 0;
  for (const std::string& page : executor.map(fetch_page, urls)) {
    if (page != fetch_page(urls[next++])) return 1;
  }

  std::cout << "all " << fetched << " pages fetched, " << failed << " failed\n";
  return 0;
}
