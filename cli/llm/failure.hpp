// SPDX-License-Identifier: MIT
// The ways in which a call to a language model fails, each with its name.
#pragma once

#include <string_view>

namespace fanout::cli::llm {

enum class Failure {
  none,
  // No answer.
  unreachable,  // no connection came about
  connection_error,
  timeout,
  too_large,       // the answer is longer than --max-bytes
  transfer_error,  // anything else of the transfer, such as a bad certificate
  // An answer that refuses.
  invalid_request,     // 400, 404, 422 and other 4xx
  not_authorized,      // 401, 403
  rate_limited,        // 429
  insufficient_quota,  // 429 because the money has run out
  server_error,        // 5xx
  http_error,          // any other status, 408 and 409 too
  // An answer with status 200 that is of no use.
  bad_response,    // it is not what the API answers: not JSON, no choices
  truncated,       // finish_reason length
  content_filter,  // finish_reason content_filter
  refusal,         // the model declined, in the field made for it
  empty_answer,
  bad_json,        // a schema was asked for, and the text is not even JSON
  schema_failure,  // it is JSON, and not what the schema says
  // Not asked to the end.
  dropped,  // the run stopped before there was an outcome; never written, so a resume asks again
};

// As it is written to results and summaries: "rate_limited".
std::string_view name_of(Failure failure);

// Asking the same again is likely to bring something else: the model rolls dice.
inline bool worth_asking_again(Failure failure) {
  return failure == Failure::bad_json || failure == Failure::schema_failure;
}

}  // namespace fanout::cli::llm
