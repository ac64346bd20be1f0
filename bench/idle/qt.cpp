// SPDX-License-Identifier: MIT
// idle: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return idle::measure(argc, argv, [](const bench::Run& run, idle::Rest& rest) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::vector<QFuture<std::uint64_t>> futures;
    futures.reserve(idle::burst);
    for (std::size_t i = 0; i < idle::burst; ++i) {
      futures.push_back(QtConcurrent::run(&pool, idle::task, i));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    rest();
    return answer;
  });
}
