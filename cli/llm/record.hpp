// SPDX-License-Identifier: MIT
// The lines of batch files: a request, and what came of it.
#pragma once

#include <string>
#include <string_view>

#include "../json.hpp"
#include "request.hpp"

namespace fanout::cli::llm {

// {"custom_id": ..., "body": {...}}; "method" and "url" may be there, as OpenAI's batches want them.
// `model` is for bodies that name none. Throws std::runtime_error, which says what is wrong.
Request request_from(std::string_view line, const std::string& model);

// {"id", "custom_id", "response": {"status_code", "request_id", "body"}, "error": null}, in one
// line without its end. A failure has an error {"code", "message", "attempts"}; its response is what
// the server answered, null where it did not.
std::string to_record(const Answer& answer);

struct Record {
  std::string id;
  bool ok;
  Json body;  // of the response; null if there was none
};

// Throws std::runtime_error if the line is no record.
Record record_from(std::string_view line);

}  // namespace fanout::cli::llm
