// SPDX-License-Identifier: MIT
// producers: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    return producers::from_four_threads(run, [&](std::size_t first, std::size_t last) {
      std::vector<QFuture<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(QtConcurrent::run(&pool, producers::task, i));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.result();
      return sum;
    });
  });
}
