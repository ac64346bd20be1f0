// SPDX-License-Identifier: MIT
// The demonstration's own web server: pages with delays, some of which fail at first.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <fanout/thread_pool_executor.hpp>

#include "../event.hpp"
#include "page.hpp"
#include "request.hpp"
#include "socket.hpp"

namespace fanout::cli {

// Listens on 127.0.0.1 only and speaks HTTP/1.1 with connections kept alive. Each connection is a
// task of a pool, so it takes as many at once as the pool has workers, and more wait for their
// turn. Serves until it is destroyed. Immovable.
//
//   DemoServer server(0);
//   fetch(server.origin() + Page{.delay = 200ms, .bytes = 1000}.target());
class DemoServer {
 public:
  explicit DemoServer(int port);  // 0: a free one
  DemoServer(const DemoServer&) = delete;
  DemoServer& operator=(const DemoServer&) = delete;
  ~DemoServer();

  std::string origin() const;  // "http://127.0.0.1:34567"

 private:
  void accept_connections();
  void serve(const Socket& socket);
  std::string answer(const Request& request);
  std::string answer_page(const Request& request, const Page& page);
  bool fails_now(const std::string& target);

  Event stop_;
  Socket listener_;
  std::mutex mutex_;
  std::set<std::string> failed_once_;  // targets of flaky pages; guarded by mutex_
  ThreadPoolExecutor connections_;
  std::thread acceptor_;
};

}  // namespace fanout::cli
