// SPDX-License-Identifier: MIT
// roundtrip: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += QtConcurrent::run(&pool, roundtrip::task, i).result();
    }
    return answer;
  });
}
