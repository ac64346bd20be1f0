// SPDX-License-Identifier: MIT
// Options: what is accepted, and how a refusal reads.
#include "option_types.hpp"

#include <CLI/CLI.hpp>

namespace fanout::cli {

using std::chrono::milliseconds;

void add_seconds(CLI::App& command, const std::string& name, milliseconds& target,
                 const std::string& help) {
  const auto store = [&target, name](const double& seconds) {
    // Not CLI::Range, which lets "nan" pass.
    if (!(seconds >= 0 && seconds <= 86'400)) {
      throw CLI::ValidationError(name, "not between 0 and 86400 seconds");
    }
    target = std::chrono::round<milliseconds>(std::chrono::duration<double>(seconds));
    // Too small to count is still a limit.
    if (seconds > 0 && target.count() == 0) target = milliseconds(1);
  };
  command.add_option_function<double>(name, store, help)->type_name("SECONDS");
}

void add_number(CLI::App& command, const std::string& name, int& target, Bounds bounds,
                const std::string& help) {
  command.add_option(name, target, help)
      ->check(CLI::Range(bounds.least, bounds.most).description(""))
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace fanout::cli
