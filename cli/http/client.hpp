// SPDX-License-Identifier: MIT
// An HTTP client for one thread: one libcurl easy handle, kept, so that connections are reused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../event.hpp"
#include "response.hpp"

namespace fanout::cli::http {

struct ClientOptions {
  std::chrono::milliseconds timeout{30'000};          // for one whole attempt; 0: none
  std::chrono::milliseconds connect_timeout{10'000};  // for its connection
  bool follow_redirects = true;                       // else one is the answer
  int max_redirects = 10;
  std::uint64_t max_bytes = 64ull << 20;  // of a body; a longer one is an error
  std::vector<std::string> headers = {};  // "Name: value", as curl takes them
  std::string cacert = {};                // a file of certificates; empty: those of the system
  bool use_proxy = true;                  // the proxy that the environment names
  bool sink_failures = false;             // the bodies of answers that are not 2xx, too
};

// Gets the pieces of a body as they arrive. What it throws ends the transfer and becomes its error.
using BodySink = std::function<void(std::string_view)>;

// Certificates are verified, HTTP/2 is spoken where TLS negotiates it, only http and https are
// followed. Not to be shared between threads: each worker keeps its own. Immovable, for curl holds
// its address.
//
//   http::Client client(options, stop.now);
//   http::Response response = client.get(url, [&](std::string_view piece) { ... });
class Client {
 public:
  // `stop`, once set, ends a running transfer within a second; it outlives the client.
  Client(const ClientOptions& options, const Event& stop);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Never throws what the network or the sink did: that is the response's error. Only the body of
  // an answer with status 2xx reaches the sink, unless sink_failures is set.
  Response get(const std::string& url, const BodySink& on_body);

  // The same, sending `body`; its Content-Type is among the headers of the options.
  Response post(const std::string& url, const std::string& body, const BodySink& on_body);

 private:
  class Handle;
  std::unique_ptr<Handle> handle_;
};

// libcurl's process-wide set-up; one lives in main while there are clients.
class CurlSession {
 public:
  CurlSession();
  CurlSession(const CurlSession&) = delete;
  CurlSession& operator=(const CurlSession&) = delete;
  ~CurlSession();
};

}  // namespace fanout::cli::http
