// SPDX-License-Identifier: MIT
// map: Qt Concurrent on a pool of its own; it hands out blocks of elements.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map::measure(argc, argv, [](const map::Input& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    const auto results =
        QtConcurrent::blockingMapped<std::vector<std::uint64_t>>(&pool, run.values, map::task);
    std::uint64_t answer = 0;
    for (const std::uint64_t result : results) answer = map::add(answer, result);
    return answer;
  });
}
