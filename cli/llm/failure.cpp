// SPDX-License-Identifier: MIT
// The names of the failures.
#include "failure.hpp"

namespace fanout::cli::llm {

std::string_view name_of(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::unreachable:
      return "unreachable";
    case Failure::connection_error:
      return "connection_error";
    case Failure::timeout:
      return "timeout";
    case Failure::too_large:
      return "too_large";
    case Failure::transfer_error:
      return "transfer_error";
    case Failure::invalid_request:
      return "invalid_request";
    case Failure::not_authorized:
      return "not_authorized";
    case Failure::rate_limited:
      return "rate_limited";
    case Failure::insufficient_quota:
      return "insufficient_quota";
    case Failure::server_error:
      return "server_error";
    case Failure::http_error:
      return "http_error";
    case Failure::bad_response:
      return "bad_response";
    case Failure::truncated:
      return "truncated";
    case Failure::content_filter:
      return "content_filter";
    case Failure::refusal:
      return "refusal";
    case Failure::empty_answer:
      return "empty_answer";
    case Failure::bad_json:
      return "bad_json";
    case Failure::schema_failure:
      return "schema_failure";
    case Failure::dropped:
      return "dropped";
  }
  return "unknown";
}

}  // namespace fanout::cli::llm
