// SPDX-License-Identifier: MIT
// Tally: adding up, and how the summary reads.
#include "tally.hpp"

#include <fmt/format.h>

#include "../text.hpp"

namespace fanout::cli::llm {

void Tally::add(const Answer& answer) {
  usage += answer.usage;
  retries += static_cast<std::uint64_t>(answer.retries());
  schema_retries += static_cast<std::uint64_t>(answer.schema_retries);
  if (answer.dropped()) {
    ++dropped;
  } else if (answer.ok()) {
    ++answered;
  } else {
    ++failed;
    Kind& kind = failures[answer.failure];
    if (kind.count++ == 0) kind.example = shortened(answer.id, 60) + ": " + answer.message;
  }
}

namespace {

std::string tokens_line(const Usage& usage, const Prices& prices) {
  std::string line = fmt::format("tokens: {} in, {} out", with_commas(usage.prompt_tokens),
                                 with_commas(usage.completion_tokens));
  if (prices.input || prices.output) {
    const double cost = (static_cast<double>(usage.prompt_tokens) * prices.input.value_or(0) +
                         static_cast<double>(usage.completion_tokens) * prices.output.value_or(0)) /
                        1e6;
    line += fmt::format("; cost: ${:.4f}", cost);
  }
  return line;
}

}  // namespace

std::vector<std::string> to_lines(const Tally& tally, const Prices& prices,
                                  std::chrono::milliseconds duration) {
  std::string first =
      fmt::format("{} answered, {} failed", with_commas(tally.answered), with_commas(tally.failed));
  if (tally.dropped > 0) first += fmt::format(", {} not answered", with_commas(tally.dropped));
  first += ", " + counted(tally.retries, "retry", "retries");
  if (tally.schema_retries > 0) {
    first += ", " + counted(tally.schema_retries, "schema retry", "schema retries");
  }
  first += fmt::format(", in {:.2f} s", std::chrono::duration<double>(duration).count());
  std::vector<std::string> lines{std::move(first), tokens_line(tally.usage, prices)};
  for (const auto& [failure, kind] : tally.failures) {
    lines.push_back(printable(fmt::format("  {} x {}, first {}", with_commas(kind.count),
                                          name_of(failure), kind.example)));
  }
  return lines;
}

}  // namespace fanout::cli::llm
