// SPDX-License-Identifier: MIT
// list: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::vector<QFuture<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(QtConcurrent::run(&pool, list::task, i));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer = list::add(answer, future.result());
    return answer;
  });
}
