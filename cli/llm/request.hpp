// SPDX-License-Identifier: MIT
// A request to a language model, and what came of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "../json.hpp"
#include "failure.hpp"

namespace fanout::cli::llm {

struct Request {
  std::string id;                          // the custom_id of batch files
  std::string path = "/chat/completions";  // below the base URL
  std::string body;                        // JSON
  Json schema;                             // of the answer; null: none was asked for
  std::uint64_t tokens = 0;                // what it may cost, estimated

  bool is_chat() const { return path == "/chat/completions"; }
};

// Fills in what follows from the body: the schema and the estimate of tokens.
Request make_request(std::string id, const Json& body);

struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;

  std::uint64_t total() const { return prompt_tokens + completion_tokens; }
  Usage& operator+=(const Usage& other) {
    prompt_tokens += other.prompt_tokens;
    completion_tokens += other.completion_tokens;
    return *this;
  }
};

struct Answer {
  std::string id;
  Failure failure = Failure::none;
  std::string message;  // what failed, in words; empty if nothing did

  long status = 0;         // of HTTP; 0: no answer came
  std::string request_id;  // the server's name for it
  Json body;               // of the response; null where it is no JSON
  std::string content;     // what the model wrote
  Json value;              // the same as JSON, where a schema was asked for

  Usage usage;  // of all attempts
  int attempts = 0;
  int schema_retries = 0;  // of these attempts, those that followed an answer of the wrong shape
  std::chrono::milliseconds duration{0};  // from the first attempt to the end of the last

  bool ok() const { return failure == Failure::none; }
  bool dropped() const { return failure == Failure::dropped; }
  int retries() const { return attempts > 1 ? attempts - 1 - schema_retries : 0; }
};

}  // namespace fanout::cli::llm
