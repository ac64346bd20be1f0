// SPDX-License-Identifier: MIT
// fib: Qt Concurrent, every branch a future; a waiting thread of the pool runs what it waits for.
#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>

#include "workload.hpp"

namespace {

std::uint64_t fibonacci(QThreadPool* pool, std::uint64_t n) {
  if (n < 2) return n;
  const auto left = QtConcurrent::run(pool, fibonacci, pool, n - 1);
  const auto right = QtConcurrent::run(pool, fibonacci, pool, n - 2);
  return left.result() + right.result();
}

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    return fibonacci(&pool, run.size);
  });
}
