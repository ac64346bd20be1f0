// SPDX-License-Identifier: MIT
// uneven: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::vector<QFuture<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(QtConcurrent::run(&pool, uneven::task, run.steps[i]));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    return answer;
  });
}
