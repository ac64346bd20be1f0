// SPDX-License-Identifier: MIT
// Reading URLs: lines, files, their order, and giving up when asked to.
#include <cstdlib>
#include <filesystem>
#include <ranges>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "event.hpp"
#include "fetch/urls.hpp"
#include "line_reader.hpp"

namespace fanout::cli {
namespace {

using Lines = std::vector<std::string>;

static_assert(std::ranges::input_range<Urls>);

// A file without a name that holds `text`, at its beginning.
class TextFile {
 public:
  explicit TextFile(std::string_view text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "fanout-XXXXXX").string();
    descriptor_ = ::mkstemp(pattern.data());
    path_ = pattern;
    EXPECT_EQ(::write(descriptor_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int ends[2];
};

Lines lines_of(std::string_view text) {
  const TextFile file(text);
  const Event stop;
  LineReader reader(file.descriptor(), stop);
  Lines lines;
  while (auto line = reader.next()) lines.push_back(*line);
  return lines;
}

Lines urls_of(Urls& urls) {
  Lines found;
  for (const std::string& url : urls) found.push_back(url);
  return found;
}

TEST(LineReader, ReadsLineByLine) {
  EXPECT_EQ(lines_of("a\nbc\n\nd\n"), (Lines{"a", "bc", "", "d"}));
}

TEST(LineReader, TheLastLineNeedsNoEnd) { EXPECT_EQ(lines_of("a\nb"), (Lines{"a", "b"})); }

TEST(LineReader, NothingIsNoLine) { EXPECT_EQ(lines_of(""), Lines{}); }

TEST(LineReader, LinesMayCrossItsBuffer) {
  std::string text;
  Lines expected;
  for (int i = 0; i < 3000; ++i) {
    expected.emplace_back(static_cast<std::size_t>(i % 97), 'x');
    text += expected.back() + '\n';
  }
  EXPECT_EQ(lines_of(text), expected);
}

TEST(LineReader, OfAnEndlessLineOnlyTheBeginningIsKept) {
  const auto limit = LineReader::longest_line;
  std::string text(10 * limit, 'x');
  text += "\nnext\n";
  const Lines lines = lines_of(text);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], std::string(limit + 1, 'x'));
  EXPECT_EQ(lines[1], "next");
}

TEST(LineReader, ADirectoryIsAnError) {
  const int folder = ::open("/", O_RDONLY);
  const Event stop;
  LineReader reader(folder, stop);
  EXPECT_THROW(reader.next(), std::system_error);
  ::close(folder);
}

TEST(LineReader, ASetStopEndsIt) {
  const TextFile file("a\nb\n");
  Event stop;
  LineReader reader(file.descriptor(), stop);
  EXPECT_EQ(reader.next(), "a");
  stop.set();
  EXPECT_EQ(reader.next(), std::nullopt);
}

// Whether the stop comes before the reader waits or while it does, it must not wait for input that
// never comes; if it did, the watchdog would end this test.
TEST(LineReader, AStopWakesItFromAPipeThatStaysSilent) {
  const Pipe pipe;
  Event stop;
  LineReader reader(pipe.ends[0], stop);
  std::thread stopper([&] { stop.set(); });
  EXPECT_EQ(reader.next(), std::nullopt);
  stopper.join();
}

TEST(Urls, BlankLinesAndCommentsAreLeftOut) {
  const TextFile file("# pages\nhttp://a/\n\n  \t\n  http://b/#c  \r\n#http://d/\nhttp://e/\r");
  const Event stop;
  Urls urls({}, {file.path()}, stop);
  EXPECT_EQ(urls_of(urls), (Lines{"http://a/", "http://b/#c", "http://e/"}));
}

TEST(Urls, ArgumentsComeFirstThenFilesInTheirOrder) {
  const TextFile first("c\nd\n");
  const TextFile empty("");
  const TextFile second("e");
  const Event stop;
  Urls urls({"a", "b"}, {first.path(), empty.path(), second.path()}, stop);
  EXPECT_EQ(urls_of(urls), (Lines{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(urls.error(), "");
}

TEST(Urls, AFileThatCannotBeReadEndsThemWithAnError) {
  const TextFile file("never reached");
  const Event stop;
  Urls urls({"a"}, {"/no/such/file", file.path()}, stop);
  EXPECT_EQ(urls_of(urls), Lines{"a"});
  EXPECT_EQ(urls.error(), "cannot read /no/such/file: No such file or directory");
}

TEST(Urls, ADirectoryEndsThemWithAnError) {
  const Event stop;
  Urls urls({}, {"/"}, stop);
  EXPECT_EQ(urls_of(urls), Lines{});
  EXPECT_EQ(urls.error(), "cannot read /: Is a directory");
}

TEST(Urls, ASetStopEndsThem) {
  Event stop;
  Urls urls({"a", "b", "c"}, {}, stop);
  Lines found;
  for (const std::string& url : urls) {
    found.push_back(url);
    if (url == "b") stop.set();
  }
  EXPECT_EQ(found, (Lines{"a", "b"}));
}

}  // namespace
}  // namespace fanout::cli
