// SPDX-License-Identifier: MIT
// make_request: what a body says about itself.
#include "request.hpp"

#include <utility>

#include "schema.hpp"

namespace fanout::cli::llm {
namespace {

// Four bytes a token is right within a third for English prose; the answer is what it may be at
// most, or short. The schedule puts the estimate right as soon as the server says what it was.
std::uint64_t estimate(const Json& body, std::size_t bytes) {
  constexpr std::uint64_t short_answer = 256;
  for (const char* name : {"max_completion_tokens", "max_tokens"}) {
    const Json& most = member(body, name);
    if (most.is_number_unsigned()) return bytes / 4 + most.get<std::uint64_t>();
  }
  return bytes / 4 + short_answer;
}

}  // namespace

Request make_request(std::string id, const Json& body) {
  Request request;
  request.id = std::move(id);
  request.body = to_text(body);
  request.schema = schema_of(body);
  request.tokens = estimate(body, request.body.size());
  return request;
}

}  // namespace fanout::cli::llm
