// SPDX-License-Identifier: MIT
// The lines about pages: for people, and for programs.
#include "fetch/report.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fanout::cli {
namespace {

using namespace std::chrono_literals;

Report fetched() {
  Report report;
  report.url = "http://a/";
  report.status = 200;
  report.bytes = 1234;
  report.duration = 56ms;
  report.attempts = 2;
  return report;
}

Report failed(const std::string& error) {
  Report report;
  report.url = "http://b/";
  report.attempts = 1;
  report.error = error;
  return report;
}

TEST(Report, IsFetchedFailedOrSkipped) {
  EXPECT_TRUE(fetched().fetched());
  EXPECT_TRUE(failed("x").failed());
  EXPECT_FALSE(failed("x").fetched());
  EXPECT_TRUE(Report().skipped());
  EXPECT_FALSE(Report().failed() || Report().fetched());
}

TEST(Report, ReadsAsALine) {
  EXPECT_EQ(to_line(fetched()), "Fetched http://a/ (1234 bytes) in 56 ms");
  EXPECT_EQ(to_line(failed("HTTP 404")), "http://b/ failed: HTTP 404");
}

TEST(Report, CannotSteerTheTerminal) {
  EXPECT_EQ(to_line(failed("\x1b[2J\r\n\x7f")), "http://b/ failed: ?[2J???");
}

TEST(Report, ReadsAsJson) {
  EXPECT_EQ(to_json(fetched()),
            R"({"url":"http://a/","status":200,"bytes":1234,"milliseconds":56,"attempts":2,)"
            R"("error":null})");
  Report saved = fetched();
  saved.file = "pages/a";
  EXPECT_EQ(nlohmann::json::parse(to_json(saved))["file"], "pages/a");
}

TEST(Report, JsonIsOneLineOfUtf8WhateverTheServerSent) {
  Report report = failed("line\nbreak \"quoted\" \xff\xfe");
  report.url = "http://\xc3\x28/";
  const std::string json = to_json(report);
  EXPECT_EQ(json.find('\n'), json.npos);
  const auto record = nlohmann::json::parse(json);
  EXPECT_EQ(record["error"], "line\nbreak \"quoted\" \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Summary, CountsWhatItIsGiven) {
  Summary summary;
  summary.add(fetched());
  summary.add(fetched());
  summary.add(failed("x"));
  EXPECT_EQ(to_line(summary, 1500ms), "2 fetched, 1 failed, 2.4 KiB in 1.50 s");
  summary.add(Report());
  EXPECT_EQ(to_line(summary, 10ms), "2 fetched, 1 failed, 1 not started, 2.4 KiB in 0.01 s");
}

TEST(Summary, SizesHaveUnits) {
  Summary summary;
  EXPECT_EQ(to_line(summary, 0ms), "0 fetched, 0 failed, 0 bytes in 0.00 s");
  summary.bytes = 1023;
  EXPECT_NE(to_line(summary, 0ms).find("1023 bytes"), std::string::npos);
  summary.bytes = 5ull << 30;
  EXPECT_NE(to_line(summary, 0ms).find("5.0 GiB"), std::string::npos);
}

}  // namespace
}  // namespace fanout::cli
