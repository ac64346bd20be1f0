// SPDX-License-Identifier: MIT
// fire: QThreadPool::start, without futures.
#include <QThreadPool>

#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    for (std::size_t i = 0; i < run.size; ++i) pool.start([&run, i] { fire::task(run.ran, i); });
    pool.waitForDone();
  });
}
