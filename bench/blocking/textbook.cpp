// SPDX-License-Identifier: MIT
// blocking: the textbook pool.
#include <future>
#include <vector>

#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    textbook::Pool pool(run.workers);
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) futures.push_back(pool.submit(blocking::task));
    std::uint64_t slept = 0;
    for (auto& future : futures) slept += future.get();
    return slept;
  });
}
