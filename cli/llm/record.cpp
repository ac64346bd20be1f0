// SPDX-License-Identifier: MIT
// Records: reading what others wrote is where all the checks are.
#include "record.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "../text.hpp"

namespace fanout::cli::llm {
namespace {

// Below the base URL, which ends in the "/v1" with which batch files begin theirs.
std::string path_of(const Json& line) {
  const Json& url = member(line, "url");
  if (url.is_null()) return "/chat/completions";
  if (!url.is_string()) throw std::runtime_error("\"url\" is no text");
  std::string path = url.get<std::string>();
  if (path.starts_with("/v1/")) path.erase(0, 3);
  const auto fits = [](char c) { return c > ' ' && c < 0x7f; };
  if (!path.starts_with('/') || path.find("..") != path.npos || !std::ranges::all_of(path, fits)) {
    throw std::runtime_error(
        fmt::format("\"url\" should be like /v1/chat/completions, not {}", to_text(url)));
  }
  return path;
}

void check_body(const Json& body) {
  if (!body.is_object()) throw std::runtime_error("there is no \"body\" that is an object");
  if (member(body, "stream") == Json(true)) {
    throw std::runtime_error("\"stream\": true is for people who watch; leave it out");
  }
}

}  // namespace

Request request_from(std::string_view line, const std::string& model) {
  Json json = parse_json(line);
  if (!json.is_object()) throw std::runtime_error("not an object");
  const std::string id(text_member(json, "custom_id"));
  if (id.empty()) throw std::runtime_error("there is no \"custom_id\" that is a text");
  const Json& method = member(json, "method");
  if (!method.is_null() && method != Json("POST")) {
    throw std::runtime_error(R"("method" can only be "POST")");
  }
  const std::string path = path_of(json);
  check_body(member(json, "body"));
  Json& body = json["body"];
  if (!model.empty() && !body.contains("model")) body["model"] = model;
  Request request = make_request(id, body);
  request.path = path;
  return request;
}

std::string to_record(const Answer& answer) {
  Json record{{"id", fmt::format("fanout_req_{:016x}", hash_of(answer.id))},
              {"custom_id", answer.id},
              {"response", nullptr},
              {"error", nullptr}};
  if (answer.status != 0) {
    record["response"] = {
        {"status_code", answer.status}, {"request_id", answer.request_id}, {"body", answer.body}};
  }
  if (!answer.ok()) {
    record["error"] = {{"code", name_of(answer.failure)},
                       {"message", answer.message},
                       {"attempts", answer.attempts}};
  }
  return to_text(record);
}

Record record_from(std::string_view line) {
  const Json json = parse_json(line);
  const std::string_view id = text_member(json, "custom_id");
  if (id.empty() || !json.contains("response") || !json.contains("error")) {
    throw std::runtime_error("not a result with custom_id, response and error");
  }
  const Json& response = member(json, "response");
  return {.id = std::string(id),
          .ok = member(json, "error").is_null() && !response.is_null(),
          .body = member(response, "body")};
}

}  // namespace fanout::cli::llm
