// SPDX-License-Identifier: MIT
// The demonstration's server: its pages, its HTTP, and the client that fetches from it.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "event.hpp"
#include "http/client.hpp"
#include "serve/demo_server.hpp"
#include "serve/page.hpp"
#include "serve/request.hpp"

namespace fanout::cli {
namespace {

using namespace std::chrono_literals;

TEST(Page, IsItsTarget) {
  const Page page{7, 230ms, 4096, true};
  EXPECT_EQ(page.target(), "/page/7?delay=230&bytes=4096&flaky=1");
  const auto parsed = parse_page(page.target());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->target(), page.target());
}

TEST(Page, AnyOtherTargetIsNone) {
  for (const char* target :
       {"", "/", "/page/", "/page/x?delay=1&bytes=1&flaky=0", "/page/1",
        "/page/1?delay=-1&bytes=1&flaky=0", "/page/1?delay=1&bytes=1&flaky=2",
        "/page/1?delay=1&bytes=1&flaky=0&", "/page/1?delay=60001&bytes=1&flaky=0",
        "/page/1?delay=1&bytes=99999999999&flaky=0", "/page/1?bytes=1&delay=1&flaky=0",
        "/page/99999999999999999999999?delay=1&bytes=1&flaky=0"}) {
    EXPECT_FALSE(parse_page(target)) << target;
  }
}

TEST(DemoPages, DifferAndAreTheSameEachTime) {
  const auto pages = demo_pages({.pages = 100, .flaky = 0});
  ASSERT_EQ(pages.size(), 100u);
  std::set<std::string> targets;
  std::set<std::chrono::milliseconds> delays;
  for (const Page& page : pages) {
    targets.insert(page.target());
    delays.insert(page.delay);
    EXPECT_GE(page.delay, 20ms);
    EXPECT_LE(page.delay, 300ms);
  }
  EXPECT_EQ(targets.size(), 100u);
  EXPECT_GT(delays.size(), 50u);
  EXPECT_EQ(demo_pages({.pages = 100, .flaky = 0})[42].target(), pages[42].target());
}

TEST(DemoPages, AsManyAreFlakyAsAskedFor) {
  for (const std::size_t flaky : {0u, 1u, 3u, 31u, 32u}) {
    const auto pages = demo_pages({.pages = 32, .flaky = flaky});
    EXPECT_EQ(std::ranges::count_if(pages, &Page::flaky), static_cast<std::ptrdiff_t>(flaky));
  }
}

TEST(Request, IsRead) {
  const auto request = parse_request("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->target, "/a?b");
  EXPECT_TRUE(request->keep_alive);
  EXPECT_FALSE(request->has_body);
}

TEST(Request, SaysWhetherTheConnectionStays) {
  EXPECT_FALSE(parse_request("GET / HTTP/1.1\r\nCONNECTION: Close\r\n\r\n")->keep_alive);
  EXPECT_FALSE(parse_request("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->keep_alive);
}

TEST(Request, MayBringABody) {
  EXPECT_TRUE(parse_request("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n")->has_body);
  EXPECT_FALSE(parse_request("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")->has_body);
  EXPECT_TRUE(parse_request("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")->has_body);
}

TEST(Request, NonsenseIsNone) {
  for (const char* head : {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n"}) {
    EXPECT_FALSE(parse_request(head)) << head;
  }
}

// A client and a server in this process. The library keeps nothing after its last handle.
class Served : public ::testing::Test {
 protected:
  http::Client client(http::ClientOptions options = {}) {
    options.use_proxy = false;
    return {options, stop_};
  }
  std::string url(const Page& page) const { return server_.origin() + page.target(); }

  http::CurlSession curl_;
  Event stop_;
  DemoServer server_{0};
};

TEST_F(Served, APageIsAsLongAsItsUrlSays) {
  http::Client client = this->client();
  for (const std::size_t bytes : {0u, 1u, 17u, 100'000u}) {
    std::string body;
    const auto response = client.get(url({.bytes = bytes}), [&](auto piece) { body += piece; });
    EXPECT_TRUE(response.ok()) << response.error;
    EXPECT_EQ(response.bytes, bytes);
    EXPECT_EQ(body.size(), bytes);
  }
}

TEST_F(Served, AFlakyPageFailsEveryOtherTime) {
  http::Client client = this->client();
  const std::string flaky = url({.bytes = 10, .flaky = true});
  std::vector<long> statuses;
  std::string body;
  for (int i = 0; i < 4; ++i) {
    statuses.push_back(client.get(flaky, [&](auto piece) { body += piece; }).status);
  }
  EXPECT_EQ(statuses, (std::vector<long>{503, 200, 503, 200}));
  EXPECT_EQ(body.size(), 20u) << "only pages reach the sink, not what comes with a failure";
}

TEST_F(Served, AnUnknownPageIsNotFound) {
  const auto response = client().get(server_.origin() + "/nothing", [](auto) {});
  EXPECT_EQ(response.status, 404);
  EXPECT_FALSE(response.ok());
  EXPECT_EQ(response.error, "");
}

TEST_F(Served, WhatTheSinkThrowsIsTheError) {
  http::Client client = this->client();
  const auto response =
      client.get(url({.bytes = 10}), [](auto) { throw std::runtime_error("the disk is full"); });
  EXPECT_EQ(response.error, "the disk is full");
  EXPECT_FALSE(response.passing());
  EXPECT_TRUE(client.get(url({.bytes = 10}), [](auto) {}).ok()) << "and the client goes on";
}

TEST_F(Served, AnErrorOfOneTransferIsNotSeenInTheNext) {
  http::Client client = this->client({.max_bytes = 100});
  EXPECT_EQ(client.get(url({.bytes = 101}), [](auto) {}).error,
            "the body is longer than 100 bytes");
  const auto response = client.get(url({.bytes = 100}), [](auto) {});
  EXPECT_TRUE(response.ok()) << response.error;
}

TEST_F(Served, AStopEndsARunningTransfer) {
  stop_.set();
  const auto response = client().get(url({.delay = 60s, .bytes = 10}), [](auto) {});
  EXPECT_EQ(response.error, "interrupted");
  EXPECT_FALSE(response.passing());
}

TEST_F(Served, ATimeoutIsAPassingError) {
  const auto response = client({.timeout = 50ms}).get(url({.delay = 60s}), [](auto) {});
  EXPECT_NE(response.error, "");
  EXPECT_TRUE(response.passing());
}

TEST_F(Served, AZeroByteInAUrlIsRefused) {
  const auto response = client().get(server_.origin() + std::string("/\0", 2), [](auto) {});
  EXPECT_EQ(response.error, "the URL contains a zero byte");
}

}  // namespace
}  // namespace fanout::cli
