// SPDX-License-Identifier: MIT
// blocking: std::async, a thread for each task; a semaphore admits as many as there would be
// workers.
#include <future>
#include <semaphore>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    std::counting_semaphore<> places(run.workers);
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      places.acquire();
      futures.push_back(std::async(std::launch::async, [&places] {
        const std::uint64_t slept = blocking::task();
        places.release();
        return slept;
      }));
    }
    std::uint64_t slept = 0;
    for (auto& future : futures) slept += future.get();
    return slept;
  });
}
