// SPDX-License-Identifier: MIT
// memory: Qt Concurrent on a pool of its own.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    memory::Gate gate(run.workers);
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::vector<QFuture<std::uint64_t>> blocked;
    for (int i = 0; i < run.workers; ++i) {
      blocked.push_back(QtConcurrent::run(&pool, [&gate] { return gate.block(); }));
    }
    gate.wait_until_blocked();

    meter.start();
    std::vector<QFuture<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(QtConcurrent::run(&pool, memory::task, i));
    }
    meter.stop();

    gate.open();
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    return answer;
  });
}
