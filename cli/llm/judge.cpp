// SPDX-License-Identifier: MIT
// judge: from the connection to the schema, the first thing that is wrong names the failure.
#include "judge.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "../text.hpp"
#include "schema.hpp"

namespace fanout::cli::llm {
namespace {

constexpr std::size_t longest_message = 300;

void fail(Answer& answer, Failure failure, std::string_view message) {
  answer.failure = failure;
  answer.message =
      printable(shortened(as_utf8(message.substr(0, 4 * longest_message)), longest_message));
}

Failure failure_of(http::Trouble trouble) {
  switch (trouble) {
    case http::Trouble::none:
      return Failure::none;
    case http::Trouble::unreachable:
      return Failure::unreachable;
    case http::Trouble::connection:
      return Failure::connection_error;
    case http::Trouble::timeout:
      return Failure::timeout;
    case http::Trouble::interrupted:
      return Failure::dropped;
    case http::Trouble::too_long:
      return Failure::too_large;
    case http::Trouble::other:
      break;
  }
  return Failure::transfer_error;
}

Failure failure_of(long status, const Json& error) {
  const bool no_quota = text_member(error, "code") == "insufficient_quota" ||
                        text_member(error, "type") == "insufficient_quota";
  if (status == 429) return no_quota ? Failure::insufficient_quota : Failure::rate_limited;
  if (status == 401 || status == 403) return Failure::not_authorized;
  const bool may_pass = status == 408 || status == 409;  // so the request is not what is wrong
  if (status >= 400 && status < 500 && !may_pass) return Failure::invalid_request;
  if (status >= 500 && status < 600) return Failure::server_error;
  return Failure::http_error;
}

// The API says {"error": {"message": ...}}; what stands before it may say anything.
void judge_refusal(Answer& answer, const std::string& raw) {
  const Json& error = member(answer.body, "error");
  std::string_view words = text_member(error, "message");
  if (words.empty() && error.is_string()) words = error.get_ref<const std::string&>();
  if (words.empty()) words = raw;
  const bool is_redirect = answer.status >= 300 && answer.status < 400;
  if (words.empty() && is_redirect) words = "a redirect, which is not followed";
  const std::string text =
      fmt::format("HTTP {}{}{}", answer.status, words.empty() ? "" : ": ", words);
  fail(answer, failure_of(answer.status, error), text);
}

Usage usage_of(const Json& body) {
  const Json& usage = member(body, "usage");
  const auto count = [&](const char* name) -> std::uint64_t {
    const Json& number = member(usage, name);
    return number.is_number_unsigned() ? number.get<std::uint64_t>() : 0;
  };
  return {.prompt_tokens = count("prompt_tokens"), .completion_tokens = count("completion_tokens")};
}

void judge_schema(Answer& answer, const Json& schema, const Secret& secret) {
  try {
    answer.value = secret.without_key(parse_json(answer.content));
  } catch (const std::exception& error) {
    return fail(answer, Failure::bad_json, fmt::format("the answer is no JSON: {}", error.what()));
  }
  if (const auto wrong = mismatch(schema, answer.value)) {
    fail(answer, Failure::schema_failure, *wrong);
  }
}

void judge_message(Answer& answer, const Json& choice, const Request& request,
                   const Secret& secret) {
  const Json& message = member(choice, "message");
  answer.content = text_member(message, "content");
  const std::string_view finish = text_member(choice, "finish_reason");
  if (finish == "content_filter") {
    return fail(answer, Failure::content_filter, "the content filter ended the answer");
  }
  if (const auto refusal = text_member(message, "refusal"); !refusal.empty()) {
    return fail(answer, Failure::refusal, fmt::format("the model refused: {}", refusal));
  }
  if (finish == "length") {
    return fail(answer, Failure::truncated, "the answer was cut at the limit of tokens");
  }
  const Json& calls = member(message, "tool_calls");
  const bool calls_tools = calls.is_array() && !calls.empty();
  if (calls_tools && request.schema.is_null()) return;
  if (answer.content.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(answer, Failure::empty_answer, "the answer is empty");
  }
  if (!request.schema.is_null()) judge_schema(answer, request.schema, secret);
}

void judge_success(Answer& answer, const http::Response& response, const std::string& problem,
                   const Request& request, const Secret& secret) {
  if (!answer.body.is_object()) {
    const auto& type = response.content_type;
    const std::string what =
        problem.empty() ? "the response is no JSON object" : "the response is no JSON: " + problem;
    return fail(answer, Failure::bad_response,
                fmt::format("{} (Content-Type: {})", what, type.empty() ? "none" : type));
  }
  answer.usage = usage_of(answer.body);
  if (const Json& error = member(answer.body, "error"); !error.is_null()) {
    // Some gateways say 200 and then report what went wrong behind them.
    return fail(answer, Failure::bad_response,
                fmt::format("an error with status 200: {}", to_text(error)));
  }
  if (!request.is_chat()) return;
  const Json& choices = member(answer.body, "choices");
  if (!choices.is_array() || choices.empty()) {
    return fail(answer, Failure::bad_response, "the response has no choices");
  }
  judge_message(answer, choices.front(), request, secret);
}

}  // namespace

Answer judge(const Request& request, const http::Response& response, std::string body,
             const Secret& secret) {
  Answer answer;
  answer.id = request.id;
  answer.status = response.status;
  answer.request_id = secret.without_key(response.request_id);
  if (!response.error.empty()) {
    fail(answer, failure_of(response.trouble), secret.without_key(response.error));
    return answer;
  }
  std::string problem;
  try {
    answer.body = secret.without_key(parse_json(body));
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (response.ok()) {
    judge_success(answer, response, secret.without_key(problem), request, secret);
  } else {
    judge_refusal(answer, secret.without_key(std::move(body)));
  }
  return answer;
}

}  // namespace fanout::cli::llm
