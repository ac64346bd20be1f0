// SPDX-License-Identifier: MIT
// The iteration behind map without the types of function, input and result.
#pragma once

#include <cstdint>
#include <memory>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

// Where the tasks of a map come from.
class MapFeeder {
 public:
  virtual ~MapFeeder() = default;

  // Reads the next input and submits its task; the state with its handle, null at the end of the
  // input.
  virtual State* submit_next() = 0;
};

class MapWindow;

// Move-only, for one thread. What was submitted and not yet read is in the window.
class MapCore {
 public:
  // Submits as many as may be submitted at once: all, or `buffersize` of them.
  MapCore(std::unique_ptr<MapFeeder> feeder, Deadline deadline, std::int64_t buffersize,
          bool ordered);
  MapCore(MapCore&&) noexcept;
  MapCore& operator=(MapCore&&) noexcept;
  ~MapCore();

  bool at_end() const noexcept;

  // Blocks until the current element is done. Throws TimeoutError, or what ended the input early;
  // then the iteration is at its end.
  State& current();

  // Gives the current element up and lets one more in.
  void advance();

  // Cancels what has not started and ends the iteration.
  void close() noexcept;

 private:
  std::unique_ptr<MapWindow> window_;
};

}  // namespace fanout::detail
