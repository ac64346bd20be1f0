// SPDX-License-Identifier: MIT
// What the system refuses: descriptors.
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "faults/fault.hpp"

namespace fanout::test {
namespace {

class Descriptors : public Fault {};
FANOUT_FAULTS(Descriptors);

// No more descriptors than are open now, and so many.
class FewDescriptors {
 public:
  explicit FewDescriptors(int more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    // Fill the holes, so that the limit is where the next number is.
    for (;;) {
      const int number = open("/dev/null", O_RDONLY | O_CLOEXEC);
      fillers_.push_back(number);
      if (number >= highest_open()) break;
    }
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(fillers_.back() + 1 + more);
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~FewDescriptors() {
    setrlimit(RLIMIT_NOFILE, &before_);
    for (const int number : fillers_) close(number);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  static int highest_open() {
    int highest = 0;
    for (int number = 0; number < 1024; ++number) {
      if (fcntl(number, F_GETFD) >= 0) highest = number;
    }
    return highest;
  }

  rlimit before_{};
  std::vector<int> fillers_;
};

// conformance: 108
TEST_P(Descriptors, that_are_too_few_make_the_first_submit_throw_and_lose_nothing) {
  for (int round = 0; round < rounds(10); ++round) {  // each tries every number there is
    int more = 0;
    // One more at a time, until it suffices: each call that needs a descriptor fails once.
    for (; more < 40; ++more) {
      ProcessPoolExecutor executor(with(1));
      {
        const FewDescriptors few(more);
        const std::error_code refusal = refusal_of(executor);
        if (!refusal) break;
        EXPECT_EQ(refusal, std::errc::too_many_files_open) << "with " << more << " descriptors";
      }
      EXPECT_EQ(executor.submit(square, 4).result(), 16);  // usable again
    }
    EXPECT_GE(more, 5);
    EXPECT_LT(more, 40);
  }
}

TEST_P(Descriptors, that_are_all_in_use_leave_a_running_pool_to_the_workers_it_has) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(4));
    EXPECT_EQ(executor.submit(square, 3).result(), 9);
    {
      const FewDescriptors none(0);
      std::vector<Future<int>> futures;
      for (int i = 0; i < 100; ++i) futures.push_back(executor.submit(square, i));
      for (int i = 0; i < 100; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i * i);
      EXPECT_EQ(executor.stats().workers, 1);
    }
  }
}

}  // namespace
}  // namespace fanout::test
