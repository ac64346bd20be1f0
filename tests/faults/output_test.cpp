// SPDX-License-Identifier: MIT
// Tasks that read stdin, write a lot, or close the standard descriptors.
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

int read_stdin() {
  char buffer[16];
  return static_cast<int>(read(STDIN_FILENO, buffer, sizeof buffer));
}

std::size_t write_a_megabyte(int descriptor) {
  std::string line(1024, 'x');
  line.back() = '\n';
  std::size_t written = 0;
  while (written < megabyte) {
    const ssize_t size = write(descriptor, line.data(), line.size());
    if (size <= 0) break;
    written += static_cast<std::size_t>(size);
  }
  return written;
}

int close_all() {
  for (int number = 0; number < 3; ++number) close(number);
  return 3;
}

int count_descriptors() {
  int count = 0;
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) >= 0) ++count;
  }
  return count;
}

// This process writes to a file meanwhile, and workers that start meanwhile inherit it.
class Redirected {
 public:
  explicit Redirected(int number) : number_(number), before_(fcntl(number, F_DUPFD_CLOEXEC, 10)) {
    std::fflush(nullptr);
    dup2(fileno(file_), number);
  }
  ~Redirected() {
    dup2(before_, number_);
    close(before_);
    std::fclose(file_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

  std::size_t size() const { return static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)); }

 private:
  int number_;
  int before_;
  FILE* file_ = std::tmpfile();
};

class Output : public Fault {};
FANOUT_FAULTS(Output);

// behaviour: 69
TEST_P(Output, of_tasks_arrives_whole_and_their_input_is_empty) {
  for (int round = 0; round < rounds(5); ++round) {
    const Redirected out(STDOUT_FILENO);
    const Redirected err(STDERR_FILENO);
    {
      ProcessPoolExecutor executor(with(2));
      for (int i = 0; i < 5; ++i) {
        const auto to_out = executor.submit(write_a_megabyte, STDOUT_FILENO);
        const auto to_err = executor.submit(write_a_megabyte, STDERR_FILENO);
        EXPECT_EQ(executor.submit(read_stdin).result(), 0);
        EXPECT_EQ(to_out.result(), megabyte);
        EXPECT_EQ(to_err.result(), megabyte);
      }
    }
    EXPECT_EQ(out.size(), 5 * megabyte);
    EXPECT_EQ(err.size(), 5 * megabyte);
  }
}

// behaviour: 69
TEST_P(Output, may_be_closed_by_a_task) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    EXPECT_EQ(executor.submit(close_all).result(), 3);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(executor.submit(square, i).result(), i * i);
    const std::string big(megabyte, 'y');
    EXPECT_EQ(executor.submit(+[](std::string text) { return text; }, big).result(), big);
  }
}

TEST_P(Output, of_this_process_is_all_that_workers_inherit) {
  for (int round = 0; round < rounds(); ++round) {
    const int careless = open("/dev/null", O_RDONLY);  // no O_CLOEXEC, as many programs do
    ProcessPoolExecutor executor(with(2));
    const int count = executor.submit(count_descriptors).result();
    // stdin, stdout, stderr, the socket, the shared memory, the bell, the host
    EXPECT_LE(count, 7);
    close(careless);
  }
}

}  // namespace
}  // namespace fanout::test
