// SPDX-License-Identifier: MIT
// A door at which tasks stand, wherever they run: in this process or in another one.
#pragma once

#include <string>
#include <vector>

namespace fanout::test {

// Two named pipes in a folder of their own. A task calls stand_at(door.path()); the test awaits
// that it has entered, and lets it out. Declare a door after the executor: when a test fails
// half-way its destructor lets everyone out, so that the executor's destructor can end.
class Door {
 public:
  Door();
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  const std::string& path() const { return path_; }
  void await(int tasks = 1);  // until so many more tasks have entered
  void open(int tasks = 1);   // lets so many out, also such as come later
  int unawaited() const;      // how many have entered and were not awaited yet

 private:
  std::string path_;
  int entered_;
  int let_out_;
};

// The tasks. stand_at returns `value` once it is let out.
int stand_at(const std::string& door, int value);

// Makes `workers` workers of the executor stand at the door; returns when all of them do.
template <class Executor>
auto occupy(Executor& executor, Door& door, int workers) {
  std::vector<decltype(executor.submit(stand_at, door.path(), 0))> standing;
  for (int i = 0; i < workers; ++i) {
    standing.push_back(executor.submit(stand_at, door.path(), i));
  }
  door.await(workers);
  return standing;
}

}  // namespace fanout::test
