// SPDX-License-Identifier: MIT
// map_back: Qt Concurrent: mapped, and a QFutureWatcher that signals each result to the event loop.
#include <QCoreApplication>
#include <QFutureWatcher>
#include <QThreadPool>
#include <QtConcurrent>
#include <unordered_map>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    char name[] = "map_back";
    char* arguments[] = {name, nullptr};
    int count = 1;
    const QCoreApplication application(count, arguments);
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    std::vector<std::uint64_t> sequence;
    std::unordered_map<int, std::uint64_t> inputs;
    sequence.reserve(run.size);
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      sequence.push_back(map_back::input(i));
      inputs[static_cast<int>(i)] = map_back::input(i);
    }
    std::uint64_t answer = 0;
    QFutureWatcher<std::uint64_t> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::resultReadyAt, [&](int id) {
      answer += map_back::value_of(inputs[id], watcher.resultAt(id));
    });
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &application,
                     &QCoreApplication::quit);
    watcher.setFuture(QtConcurrent::mapped(&pool, sequence, map_back::task));
    QCoreApplication::exec();
    return answer;
  });
}
