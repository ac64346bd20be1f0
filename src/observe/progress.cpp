// SPDX-License-Identifier: MIT
// ProgressBar: when and where to draw. What the line says is progress_line.cpp's business.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fanout/progress.hpp>

#include "progress_line.hpp"

namespace fanout {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double bar_interval = 0.1;   // seconds between drawings: the eye wants no more
constexpr double lines_interval = 10;  // a log wants to be read later
constexpr std::string_view erase_line = "\r\x1b[K";

ProgressStyle choose_style(const ProgressOptions& options) {
  if (options.style != ProgressStyle::automatic) return options.style;
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  const bool can_redraw = ::isatty(options.descriptor) == 1 && !is_dumb;
  return can_redraw ? ProgressStyle::bar : ProgressStyle::lines;
}

// The locale's variables in the order in which POSIX lets them decide.
bool terminal_speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale(value);
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

int columns_of(const ProgressOptions& options) {
  if (options.width > 0) return options.width;
  winsize size{};
  const bool known = ::ioctl(options.descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

// Past stdio, so that a line is one write and cannot be torn apart by other writers. What cannot be
// written is lost: a progress bar must not stop the work it shows.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ::ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

// The mutex is held while drawing: a slow terminal slows the work down, but lines stay whole.
struct ProgressBar::Shared {
  explicit Shared(ProgressOptions given)
      : options(std::move(given)),
        style(choose_style(options)),
        meter(options.total, style == ProgressStyle::bar ? bar_interval : lines_interval) {}

  double now() const { return std::chrono::duration<double>(Clock::now() - start).count(); }

  void draw(bool last) {
    if (style == ProgressStyle::hidden) return;
    auto snapshot = meter.snapshot(options.description, now());
    snapshot.finished = last;
    snapshot.postfix = postfix;
    if (style == ProgressStyle::lines) {
      write_all(options.descriptor, observe::format_plain(snapshot) + '\n');
      return;
    }
    std::string text(erase_line);
    text += observe::format_bar(snapshot, columns_of(options), utf8);
    if (last) text += '\n';
    write_all(options.descriptor, text);
  }

  void draw_if(bool due) {
    if (!due || finished) return;
    // The line for the last step is the one that finish() writes; a bar is simply drawn again.
    if (style == ProgressStyle::lines && meter.is_complete()) return;
    draw(false);
  }

  bool shows_bar() const { return style == ProgressStyle::bar && !finished; }

  std::mutex mutex;
  const ProgressOptions options;
  const ProgressStyle style;
  const bool utf8 = terminal_speaks_utf8();
  const Clock::time_point start = Clock::now();
  observe::ProgressMeter meter;
  std::string postfix;
  bool finished = false;
};

ProgressBar::ProgressBar(ProgressOptions options)
    : shared_(std::make_unique<Shared>(std::move(options))) {
  if (shared_->shows_bar()) shared_->draw(false);
}

ProgressBar::ProgressBar(ProgressBar&&) noexcept = default;

ProgressBar& ProgressBar::operator=(ProgressBar&& other) noexcept {
  ProgressBar old(std::move(*this));
  shared_ = std::move(other.shared_);
  return *this;
}

ProgressBar::~ProgressBar() {
  if (shared_ == nullptr) return;
  try {
    finish();
  } catch (...) {
    // Only memory can run out here, and a missing last line is the least trouble then.
    return;
  }
}

void ProgressBar::advance(std::size_t count, std::size_t failed) {
  const std::lock_guard lock(shared_->mutex);
  shared_->draw_if(shared_->meter.advance(count, failed, shared_->now()));
}

void ProgressBar::set_total(std::size_t total) {
  const std::lock_guard lock(shared_->mutex);
  shared_->meter.set_total(total);
}

void ProgressBar::set_postfix(std::string_view text) {
  const std::lock_guard lock(shared_->mutex);
  shared_->postfix = text;
  shared_->draw_if(shared_->meter.is_due(shared_->now()));
}

void ProgressBar::log(std::string_view line, int descriptor) {
  std::string text(line);
  if (text.empty() || text.back() != '\n') text += '\n';
  const std::lock_guard lock(shared_->mutex);
  // What the program printed through stdio comes first, as it would have without this call.
  if (descriptor == STDOUT_FILENO) std::fflush(stdout);
  // Where the line goes to a file, it cannot disturb the bar, which then need not be drawn again.
  const bool disturbs = shared_->shows_bar() &&
                        (descriptor == shared_->options.descriptor || ::isatty(descriptor) == 1);
  if (disturbs) write_all(shared_->options.descriptor, erase_line);
  write_all(descriptor, text);
  if (disturbs) shared_->draw(false);
}

void ProgressBar::finish() {
  const std::lock_guard lock(shared_->mutex);
  if (std::exchange(shared_->finished, true)) return;
  shared_->draw(true);
}

std::size_t ProgressBar::done() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->meter.done();
}

std::size_t ProgressBar::failed() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->meter.failed();
}

}  // namespace fanout
