// SPDX-License-Identifier: MIT
// Every program of the seed document ("ThreadPoolExecutor Basics") in C++, with a local fetch_page.
#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

// Stands for a request over the network: some pages exist, the others fail.
std::string fetch_page(const std::string& url) {
  static const std::map<std::string, std::string> pages{
      {"https://example.com", "<h1>Example</h1>"},
      {"https://example.com/docs", "<h1>Documentation</h1>"},
      {"https://httpbin.org/get", "{}"},
  };
  const auto page = pages.find(url);
  if (page == pages.end()) {
    throw std::runtime_error("404 Not Found");
  }
  return page->second;
}

const std::vector<std::string> urls{"https://example.com", "https://httpbin.org/get"};
const std::vector<std::string> expected_pages{"<h1>Example</h1>", "{}"};

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// "Core Workflow"
TEST(Seed, core_workflow) {
  std::vector<std::string> results;
  {
    fanout::ThreadPoolExecutor executor(4);
    std::vector<fanout::Future<std::string>> futures;
    for (const auto& url : urls) futures.push_back(executor.submit(fetch_page, url));
    for (auto& future : futures) results.push_back(future.result());
  }
  EXPECT_EQ(results, expected_pages);
}

// "Pattern 1: List of Futures (Uniform Tasks)"
TEST(Seed, pattern_1_a_list_of_futures_gives_results_in_submission_order) {
  std::vector<std::string> pages;
  {
    fanout::ThreadPoolExecutor executor(5);
    std::vector<fanout::Future<std::string>> futures;
    for (const auto& url : urls) {
      futures.push_back(executor.submit(fetch_page, url));
    }
    for (auto& future : futures) {
      pages.push_back(future.result());
    }
  }
  EXPECT_EQ(pages, expected_pages);
}

// "Pattern 2: Future-to-Input Map (Tracking Origins or Progress)"
TEST(Seed, pattern_2_a_map_from_future_to_input_tells_which_input_gave_which_result) {
  std::ostringstream out;
  const std::vector<std::string> with_a_bad_one{"https://example.com", "https://nowhere.example",
                                                "https://httpbin.org/get"};
  {
    fanout::ThreadPoolExecutor executor(5);
    // Map each submitted future back to the URL that produced it.
    std::unordered_map<fanout::Future<std::string>, std::string> future_to_url;
    for (const auto& url : with_a_bad_one) {
      future_to_url[executor.submit(fetch_page, url)] = url;
    }
    for (auto future : fanout::as_completed(future_to_url)) {
      const std::string& url = future_to_url[future];
      try {
        const std::string& page = future.result();
        out << "Fetched " << url << " (" << page.size() << " bytes)\n";
      } catch (const std::exception& error) {
        out << url << " failed: " << error.what() << '\n';
      }
    }
  }
  EXPECT_EQ(sorted_lines(out.str()),
            (std::vector<std::string>{"Fetched https://example.com (16 bytes)",
                                      "Fetched https://httpbin.org/get (2 bytes)",
                                      "https://nowhere.example failed: 404 Not Found"}));
}

// "executor.submit ... or executor.map"
TEST(Seed, map_gives_results_in_input_order) {
  std::vector<std::string> pages;
  fanout::ThreadPoolExecutor executor(4);
  for (const std::string& page : executor.map(fetch_page, urls)) {
    pages.push_back(page);
  }
  EXPECT_EQ(pages, expected_pages);
}

// "if the worker raised, the exception reappears when you request the result"
TEST(Seed, an_exception_of_the_worker_reappears_when_the_result_is_requested) {
  fanout::ThreadPoolExecutor executor(1);
  auto future = executor.submit(fetch_page, "https://nowhere.example");
  EXPECT_EQ(thrown<std::runtime_error>([&] { (void)future.result(); }), "404 Not Found");
}

struct RequestInfo {
  std::string name;
  std::string url;
};

// "Extra Example for Pattern 2: Tracking Rich Input Objects"
TEST(Seed, pattern_2_with_rich_input_objects) {
  const std::vector<RequestInfo> requests_to_fetch{
      {.name = "Docs", .url = "https://example.com/docs"},
      {.name = "Status", .url = "https://httpbin.org/status/200"},
  };
  std::ostringstream out;
  {
    fanout::ThreadPoolExecutor executor(5);
    std::unordered_map<fanout::Future<std::string>, RequestInfo> future_to_request;
    for (const auto& request : requests_to_fetch) {
      auto future = executor.submit(fetch_page, request.url);  // Launch work for this request.
      future_to_request[future] = request;  // Remember the entire RequestInfo object.
    }
    for (auto future : fanout::as_completed(future_to_request)) {
      const RequestInfo& request = future_to_request[future];
      try {
        const std::string& page = future.result();
        out << request.name << " (" << request.url << ") returned " << page.size() << " bytes\n";
      } catch (const std::exception& error) {
        out << request.name << " failed: " << error.what() << '\n';
      }
    }
  }
  EXPECT_EQ(sorted_lines(out.str()),
            (std::vector<std::string>{"Docs (https://example.com/docs) returned 22 bytes",
                                      "Status failed: 404 Not Found"}));
}

// "Always exit the executor context": leaving the scope waits for what was submitted.
TEST(Seed, leaving_the_scope_of_the_executor_finishes_its_work) {
  fanout::Future<std::string> future;
  {
    fanout::ThreadPoolExecutor executor(5);
    future = executor.submit(fetch_page, urls[0]);
  }
  EXPECT_TRUE(future.done());
  EXPECT_EQ(future.result(), expected_pages[0]);
}

}  // namespace
}  // namespace fanout::test
