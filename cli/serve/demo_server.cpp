// SPDX-License-Identifier: MIT
// DemoServer: connections, and what each request is answered.
#include "demo_server.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <sys/socket.h>

namespace fanout::cli {
namespace {

using std::chrono::milliseconds;

constexpr int max_connections = 512;
constexpr std::size_t max_head = 16 * 1024;
constexpr milliseconds idle_limit{30'000};

std::string page_body(const Page& page) {
  const std::string line = "This is page " + std::to_string(page.number) + ".\n";
  std::string body;
  body.reserve(page.bytes + line.size());
  while (body.size() < page.bytes) body += line;
  body.resize(page.bytes);
  return body;
}

}  // namespace

DemoServer::DemoServer(int port)
    : listener_(Socket::listen_on_loopback(port)),
      connections_({.max_workers = max_connections, .thread_name_prefix = "serve"}),
      acceptor_([this] { accept_connections(); }) {}

DemoServer::~DemoServer() {
  stop_.set();
  acceptor_.join();
}

std::string DemoServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(listener_.port());
}

void DemoServer::accept_connections() {
  while (!stop_.is_set()) {
    if (!listener_.wait_readable(stop_, idle_limit)) continue;
    Socket socket = listener_.accept();
    if (socket.valid()) {
      // Nobody waits for a connection to end. Should one fail, the library says so on stderr.
      static_cast<void>(connections_.submit(&DemoServer::serve, this, std::move(socket)));
    } else {
      // Too many open files, or the peer has gone already: without a pause the former would spin.
      stop_.wait_for(milliseconds(10));
    }
  }
}

void DemoServer::serve(const Socket& socket) {
  std::string received;
  char buffer[4096];
  while (true) {
    const auto end = received.find("\r\n\r\n");
    if (end == received.npos) {
      if (received.size() > max_head || !socket.wait_readable(stop_, idle_limit)) return;
      const ssize_t count = recv(socket.descriptor(), buffer, sizeof buffer, 0);
      if (count <= 0) return;
      received.append(buffer, static_cast<std::size_t>(count));
      continue;
    }
    const auto request = parse_request(std::string_view(received).substr(0, end + 4));
    received.erase(0, end + 4);
    // Whatever it is, it is not from our demonstration; closing is answer enough.
    if (!request || request->has_body) return;
    if (!socket.send_all(answer(*request), stop_, idle_limit) || !request->keep_alive) return;
  }
}

std::string DemoServer::answer(const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return make_response(request, "405 Method Not Allowed", "Allow: GET, HEAD\r\n", "");
  }
  if (const auto page = parse_page(request.target)) return answer_page(request, *page);
  return make_response(request, "404 Not Found", "", "There is no such page.\n");
}

std::string DemoServer::answer_page(const Request& request, const Page& page) {
  if (page.flaky && fails_now(request.target)) {
    return make_response(request, "503 Service Unavailable", "", "Try again.\n");
  }
  stop_.wait_for(page.delay);
  return make_response(request, "200 OK", "", page_body(page));
}

bool DemoServer::fails_now(const std::string& target) {
  const std::lock_guard lock(mutex_);
  // Forgotten again by the request that succeeds, so the set stays as small as the number of
  // failures.
  if (failed_once_.erase(target) > 0) return false;
  failed_once_.insert(target);
  return true;
}

}  // namespace fanout::cli
