// SPDX-License-Identifier: MIT
// Watch: what is told when.
#include "watch.hpp"

#include <fmt/format.h>

#include "../text.hpp"

namespace fanout::cli::llm {
namespace {

constexpr std::chrono::seconds between_words{5};

std::string describe(const RetryNotice& notice) {
  const double seconds = std::chrono::duration<double>(notice.wait).count();
  return printable(fmt::format("{}: {} ({}), again in {:.2f} s", shortened(notice.id, 60),
                               name_of(notice.failure), notice.message, seconds));
}

}  // namespace

void Watch::expect(std::size_t calls) {
  const std::scoped_lock lock(mutex_);
  bar_.set_total(expected_ += calls);
}

void Watch::answered(const Answer& answer) {
  {
    const std::scoped_lock lock(mutex_);
    tally_.add(answer);
  }
  if (!answer.dropped()) bar_.advance(1, answer.ok() ? 0 : 1);
}

void Watch::retrying(const RetryNotice& notice) {
  std::uint64_t count = 0;
  {
    const std::scoped_lock lock(mutex_);
    count = ++retries_;
    bar_.set_postfix(counted(count, "retry", "retries"));
    const auto now = Clock::now();
    if (!verbose_ && now < next_word_) return;
    next_word_ = now + between_words;
  }
  const std::string line = describe(notice);
  if (verbose_) return say(line);
  say(fmt::format("{} so far, the last for {}", counted(count, "retry", "retries"), line));
}

Tally Watch::finish(const Prices& prices) {
  bar_.finish();
  const auto duration = std::chrono::round<std::chrono::milliseconds>(Clock::now() - start_);
  const std::scoped_lock lock(mutex_);
  for (const std::string& line : to_lines(tally_, prices, duration))
    fmt::print(stderr, "{}\n", line);
  return tally_;
}

}  // namespace fanout::cli::llm
