// SPDX-License-Identifier: MIT
// endpoint_from_environment: what must be there, and what a URL must look like.
#include "endpoint.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "../exit_status.hpp"

namespace fanout::cli::llm {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void check(const std::string& url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  if (!has_scheme || url.find_first_of(" \t\r\n?#") != url.npos) {
    throw UsageError(
        fmt::format("the base URL should look like https://host/v1, and not like '{}'", url));
  }
  // The user and password would be printed with the URL.
  if (url.substr(0, url.find('/', url.find("://") + 3)).find('@') != url.npos) {
    throw UsageError("the base URL has a password in it; keys go into OPENAI_API_KEY");
  }
}

}  // namespace

Endpoint endpoint_from_environment(const std::string& base_url) {
  Endpoint endpoint;
  endpoint.key = Secret(variable("OPENAI_API_KEY"));
  endpoint.base_url = base_url.empty() ? variable("OPENAI_BASE_URL") : base_url;
  if (endpoint.base_url.empty()) {
    if (endpoint.key.empty()) {
      throw UsageError(
          "no API key: set OPENAI_API_KEY, or name a server that needs none with --base-url");
    }
    endpoint.base_url = "https://api.openai.com/v1";
  }
  check(endpoint.base_url);
  while (endpoint.base_url.ends_with('/')) endpoint.base_url.pop_back();
  return endpoint;
}

}  // namespace fanout::cli::llm
