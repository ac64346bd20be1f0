// SPDX-License-Identifier: MIT
// Where pages are saved: the names, and the way a file comes into being.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

#include <stdlib.h>

#include <gtest/gtest.h>

#include "fetch/file_name.hpp"
#include "output_file.hpp"

namespace fanout::cli {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone at its end.
class OutputFiles : public ::testing::Test {
 protected:
  OutputFiles() {
    std::string pattern = (fs::temp_directory_path() / "fanout-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OutputFiles() override { fs::remove_all(folder_); }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      found.insert(entry.path().filename().string());
    }
    return found;
  }

  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
};

bool is_plain(const std::string& name) {
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == name.npos;
}

TEST(FileName, IsWhatAReaderRecognises) {
  const std::string name = file_name("https://example.com/docs/intro.html?v=2#top");
  EXPECT_TRUE(name.starts_with("example.com_docs_intro-")) << name;
  EXPECT_TRUE(name.ends_with(".html")) << name;
  EXPECT_EQ(name.size(), std::string("example.com_docs_intro-.html").size() + 16) << name;
}

TEST(FileName, AHostHasNoExtension) {
  EXPECT_TRUE(file_name("http://example.com").starts_with("example.com-"));
  EXPECT_TRUE(file_name("http://example.com/").starts_with("example.com-"));
}

TEST(FileName, DependsOnTheUrlAlone) {
  EXPECT_EQ(file_name("http://a/b"), file_name("http://a/b"));
}

TEST(FileName, DifferentUrlsHaveDifferentNames) {
  const std::set<std::string> names{
      file_name("http://a/b"),     file_name("http://a/b/"),  file_name("http://a/b?1"),
      file_name("http://a/b?2"),   file_name("http://a_b"),   file_name("https://a/b"),
      file_name("http://a/b#x"),   file_name("http://a//b"),  file_name("http://a/%62"),
      file_name("http://u@a/b"),   file_name("http://A/b"),   file_name(""),
      file_name("http://a/b.txt"), file_name("http://a/?/b"),
  };
  EXPECT_EQ(names.size(), 14u);
}

TEST(FileName, NeverLeavesItsFolderAndIsNeverHidden) {
  for (const std::string url :
       {"http://h/../../etc/passwd", "http://h/..", "../x", "/", ".", "..", "", "http://..",
        "http://h/\n\x1b[2J", "http://h/a\\b", "http://h/.hidden", "file:///etc/passwd",
        "http://h/a.b/..", "http://h/\xff\xfe"}) {
    const std::string name = file_name(url);
    EXPECT_TRUE(is_plain(name)) << url << " -> " << name;
    EXPECT_FALSE(name.starts_with('.')) << url << " -> " << name;
  }
}

TEST(FileName, KeepsPasswordsToItself) {
  const std::string name = file_name("https://user:secret@example.com/a@b");
  EXPECT_EQ(name.find("secret"), name.npos) << name;
  EXPECT_TRUE(name.starts_with("example.com_a_b-")) << name;
}

TEST(FileName, IsShort) {
  const std::string path(10'000, 'x');
  EXPECT_LE(file_name("http://h/" + path).size(), 160u);
  EXPECT_LE(file_name("http://h/a." + path).size(), 160u);
  EXPECT_NE(file_name("http://h/" + path), file_name("http://h/" + path + "x"));
}

TEST_F(OutputFiles, ACommittedFileHasItsNameAndContent) {
  OutputFile file(folder_ / "page");
  file.write("Hello, ");
  file.write("world");
  file.write("");
  file.commit();
  EXPECT_EQ(names(), std::set<std::string>{"page"});
  EXPECT_EQ(content(folder_ / "page"), "Hello, world");
}

TEST_F(OutputFiles, BeforeTheCommitNothingHasTheName) {
  OutputFile file(folder_ / "page");
  file.write("half");
  EXPECT_FALSE(names().contains("page"));
}

TEST_F(OutputFiles, AnAbandonedFileLeavesNothing) {
  {
    OutputFile(folder_ / "page").write("half");
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(OutputFiles, AnAbandonedFileLeavesTheOldOneAlone) {
  std::ofstream(folder_ / "page") << "old";
  {
    OutputFile(folder_ / "page").write("half");
  }
  EXPECT_EQ(content(folder_ / "page"), "old");
}

TEST_F(OutputFiles, TwoWritersOfOneNameDoNotMix) {
  OutputFile first(folder_ / "page");
  OutputFile second(folder_ / "page");
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(names(), std::set<std::string>{"page"});
  EXPECT_EQ(content(folder_ / "page"), "first");
}

TEST_F(OutputFiles, AFailureNamesTheFileAndTheReason) {
  try {
    OutputFile(folder_ / "missing" / "page");
    FAIL() << "there is no such folder";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find((folder_ / "missing" / "page").string()), text.npos) << text;
    EXPECT_NE(text.find("No such file or directory"), text.npos) << text;
  }
}

TEST_F(OutputFiles, AFileThatCannotTakeItsPlaceLeavesNothing) {
  fs::create_directory(folder_ / "page");
  {
    OutputFile file(folder_ / "page");
    file.write("text");
    EXPECT_THROW(file.commit(), std::runtime_error);
  }
  EXPECT_EQ(names(), std::set<std::string>{"page"});
  EXPECT_TRUE(fs::is_directory(folder_ / "page"));
}

}  // namespace
}  // namespace fanout::cli
