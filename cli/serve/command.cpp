// SPDX-License-Identifier: MIT
// add_serve: the server until Ctrl-C.
#include "command.hpp"

#include <chrono>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "../event.hpp"
#include "../exit_status.hpp"
#include "../signals.hpp"
#include "demo_server.hpp"

namespace fanout::cli {
namespace {

constexpr const char* serve_footer =
    R"(The URLs of the pages are printed to standard output, which is then closed, so that

  fanout serve --pages 2000 | fanout fetch --workers 64 -

fetches them all. A URL says how its page is sent: after how many milliseconds, how many
bytes, and whether every other request fails with 503. Ctrl-C ends the server.)";

struct ServeOptions {
  int port = 0;
  DemoOptions demo;
};

// The reader sees the end of the list; what is printed later by mistake goes nowhere.
void close_standard_output() {
  std::fflush(stdout);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) {
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
  }
}

int run_serve(const ServeOptions& options) {
  Stop stop;
  StopOnSignals signals(stop);
  turn_write_signals_into_errors();
  DemoServer server(options.port);
  fmt::print(stderr, "Serving {} pages at {} until Ctrl-C\n", options.demo.pages, server.origin());
  for (const Page& page : demo_pages(options.demo)) {
    fmt::print("{}{}\n", server.origin(), page.target());
  }
  close_standard_output();
  while (!stop.drain.wait_for(std::chrono::hours(1))) {
  }
  return exit_success;
}

}  // namespace

void add_demo_options(CLI::App& command, DemoOptions& options) {
  constexpr auto* group = "Demonstration";
  command.add_option("--pages", options.pages, "how many pages the server has")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group(group);
  command.add_option("--flaky", options.flaky, "how many of them fail at first")
      ->check(CLI::Range(0, 1'000'000).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group(group);
}

void add_serve(CLI::App& program, Command& chosen) {
  CLI::App& command = *program.add_subcommand("serve", "serve pages to try `fanout fetch` on");
  const auto options = std::make_shared<ServeOptions>();
  command.footer(serve_footer);
  command.add_option("--port", options->port, "on 127.0.0.1; 0: a free one")
      ->check(CLI::Range(0, 65535).description(""))
      ->type_name("N")
      ->capture_default_str();
  add_demo_options(command, options->demo);
  command.callback([&chosen, options] { chosen = [options] { return run_serve(*options); }; });
}

}  // namespace fanout::cli
