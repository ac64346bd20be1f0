// SPDX-License-Identifier: MIT
// add_fetch: option by option, what is accepted and what it means.
#include "command.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "../option_types.hpp"
#include "../serve/command.hpp"
#include "options.hpp"
#include "run.hpp"

namespace fanout::cli {
namespace {

const std::map<std::string, Halt> halts{
    {"", Halt::never}, {"soon", Halt::soon}, {"now", Halt::now}};

constexpr const char* fetch_footer =
    R"(URLs come from the arguments, then from the files; "-" is standard input, which is
read as it is needed, however long it is. A URL without a scheme is taken for http.
Without any URL a small server of our own is started and its pages are fetched.

A page has been fetched when the answer ends a chain of redirects with status 2xx.
Tried again are 408, 429, 5xx and errors of the connection, after 0.5 s, 1 s, 2 s, ...
8 s less up to a quarter, or after what the server asks for (Retry-After), unless that is
more than two minutes.

Ctrl-C once: no new fetches, running ones finish. Twice: stop at once.

Exit status: 0 all fetched, 1 some failed, 2 wrong usage, 130 ended by Ctrl-C.)";

// "Name: value", and nothing that would smuggle in a second header.
std::string check_header(const std::string& header) {
  if (header.find_first_of("\r\n") != header.npos) return "a header is one line";
  const auto colon = header.find_first_of(":;");
  if (colon == header.npos || colon == 0) return "a header looks like 'Name: value'";
  return {};
}

// Made here and not by the first page, so that a folder that cannot be is wrong usage.
void prepare_output_dir(const std::string& path) {
  if (path.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (std::filesystem::is_directory(path)) return;
  const std::string reason = error ? error.message() : "not a directory";
  throw CLI::ValidationError("--output-dir", path + ": " + reason);
}

void add_transfer_options(CLI::App& command, FetchOptions& options) {
  auto& client = options.client;
  add_number(command, "-j,-w,--workers,--jobs", options.workers, {1, 1024},
             "fetches at the same time");
  add_seconds(command, "-m,--timeout,--max-time", client.timeout,
              "limit of one attempt, 0 for none [30]");
  add_seconds(command, "--connect-timeout", client.connect_timeout, "limit for connecting [10]");
  add_number(command, "--retries,--retry", options.retry.retries, {0, 100},
             "further attempts after a failure");
  add_number(command, "--max-redirects,--max-redirs", client.max_redirects, {0, 1000},
             "redirects to follow");
  command
      .add_option("--max-bytes,--max-filesize", client.max_bytes,
                  "limit of one body; K, M and G may be used [64M]")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->type_name("SIZE");
  command.add_option("-H,--header", client.headers, "send this, too; may be repeated")
      ->check(check_header)
      ->allow_extra_args(false)
      ->type_name("'NAME: VALUE'");
  command.add_option("--cacert", client.cacert, "trust the certificates in this file only")
      ->check(CLI::ExistingFile.description(""))
      ->type_name("FILE");
}

void add_output_options(CLI::App& command, FetchOptions& options, std::string& halt) {
  command
      .add_option("-o,--output-dir", options.output_dir,
                  "save the pages here, named after their URLs")
      ->type_name("DIR");
  command.add_flag("-k,--keep-order", options.keep_order, "print in the order of the URLs");
  command.add_flag("--jsonl", options.jsonl, "print one JSON object for each URL");
  command.add_flag_callback(
      "--no-progress", [&options] { options.show_progress = false; },
      "no progress on standard error");
  command
      .add_flag("--halt{soon}", halt,
                "stop at the first failure; what runs may end, with =now it may not")
      ->check(CLI::IsMember({"soon", "now"}).description(""));
}

}  // namespace

void add_fetch(CLI::App& program, Command& chosen) {
  CLI::App& command = *program.add_subcommand("fetch", "fetch pages with a pool of workers");
  // What the options are stored in lives as long as the program may parse.
  const auto options = std::make_shared<FetchOptions>();
  const auto halt = std::make_shared<std::string>();
  command.footer(fetch_footer);
  command.add_option("URL", options->urls, "what to fetch")->type_name("");
  command.add_option("-i,--input-file", options->input_files, "a file with one URL a line")
      ->check((CLI::ExistingFile | CLI::IsMember({"-"})).description(""))
      ->allow_extra_args(false)
      ->type_name("FILE");
  add_transfer_options(command, *options);
  add_output_options(command, *options, *halt);
  add_demo_options(command, options->demo);

  command.callback([&chosen, options, halt] {
    options->halt = halts.at(*halt);
    prepare_output_dir(options->output_dir);
    chosen = [options] { return run_fetch(*options); };
  });
}

}  // namespace fanout::cli
