// SPDX-License-Identifier: MIT
// The small parts of the client: ids, records, keys, counts.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "exit_status.hpp"
#include "llm/id_set.hpp"
#include "llm/record.hpp"
#include "llm/secret.hpp"
#include "llm/tally.hpp"
#include "support/vocabulary.hpp"
#include "text.hpp"

namespace fanout::cli::llm {
namespace {

using test::holds;
using test::thrown;

TEST(IdSet, TellsAHundredThousandIdsApart) {
  IdSet set;
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(set.insert("request-" + std::to_string(i)));
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(set.contains("request-" + std::to_string(i)));
    EXPECT_FALSE(set.contains("other-" + std::to_string(i)));
  }
  EXPECT_FALSE(set.insert("request-5"));
  EXPECT_EQ(set.size(), 100'000u);
}

TEST(Record, WhatIsWrittenCanBeReadAgain) {
  Answer answer;
  answer.id = "a \"quoted\" id";
  answer.status = 200;
  answer.body = {{"choices", Json::array()}};
  const Record record = record_from(to_record(answer));
  EXPECT_EQ(record.id, answer.id);
  EXPECT_TRUE(record.ok);
  EXPECT_EQ(record.body, answer.body);

  answer.failure = Failure::truncated;
  EXPECT_FALSE(record_from(to_record(answer)).ok);
  answer.status = 0;
  EXPECT_FALSE(record_from(to_record(answer)).ok);
}

TEST(Record, ARequestKeepsTheOrderOfItsBody) {
  const Request request =
      request_from(R"({"custom_id": "a", "body": {"z": 1, "a": 1.0, "m": [true]}})", "m1");
  EXPECT_EQ(request.body, R"({"z":1,"a":1.0,"m":[true],"model":"m1"})");
  EXPECT_EQ(request.path, "/chat/completions");
}

TEST(Secret, IsTakenOutOfTextAndJson) {
  const Secret secret(" sk-abc\n");
  EXPECT_EQ(secret.authorization(), "Authorization: Bearer sk-abc");
  EXPECT_EQ(secret.without_key(std::string("sk-abc, sk-abc!")), "[API key], [API key]!");
  EXPECT_EQ(to_text(secret.without_key(Json::parse(R"({"a": ["\u0073k-abc"]})"))),
            R"({"a":["[API key]"]})");
  EXPECT_EQ(Secret().without_key(std::string("text")), "text");
  EXPECT_TRUE(Secret(" \n").empty());
}

TEST(Secret, OneThatNoHeaderCarriesIsRefusedUnseen) {
  const std::string text = thrown<UsageError>([] { Secret("sk\r\nX: y"); });
  EXPECT_TRUE(holds(text, "is not shown here"));
}

TEST(Tally, AddsUpByKind) {
  Tally tally;
  Answer answer;
  answer.usage = {.prompt_tokens = 1'000'000, .completion_tokens = 500'000};
  answer.attempts = 4;
  answer.schema_retries = 1;
  tally.add(answer);
  Answer failed;
  failed.id = "b";
  failed.attempts = 1;
  failed.failure = Failure::refusal;
  failed.message = "no";
  tally.add(failed);
  Answer dropped;
  dropped.failure = Failure::dropped;
  tally.add(dropped);

  const auto lines = to_lines(tally, {.input = 2, .output = 4}, std::chrono::milliseconds(1500));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "1 answered, 1 failed, 1 not answered, 2 retries, 1 schema retry, in 1.50 s");
  EXPECT_EQ(lines[1], "tokens: 1,000,000 in, 500,000 out; cost: $4.0000");
  EXPECT_EQ(lines[2], "  1 x refusal, first b: no");
}

TEST(Text, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(as_utf8("aé🍲"), "aé🍲");
  EXPECT_EQ(as_utf8("a\xff\xc3"), "a??");
  EXPECT_EQ(as_utf8("\xc0\x80"), "??") << "longer than need be";
  EXPECT_EQ(as_utf8("\xed\xa0\x80"), "???") << "half of a pair of surrogates";
  EXPECT_EQ(as_utf8("\xf4\x90\x80\x80"), "????") << "beyond the last";
}

TEST(Text, IsCutBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
  EXPECT_EQ(shortened("aéé", 2), "a...");
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace fanout::cli::llm
