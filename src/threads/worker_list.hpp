// SPDX-License-Identifier: MIT
// The workers of a pool, in order of their start; only grows, and is read without a lock.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>

#include <fanout/detail/seam.hpp>

namespace fanout::detail {

// Segments of 1, 2, 4, ... elements, so that an element never moves while others read it.
template <class Worker>
class WorkerList {
 public:
  ~WorkerList() {
    for (std::size_t i = 0; i < size(); ++i) delete &(*this)[i];
  }

  std::size_t size() const noexcept {
    // acquire: pairs with the release in add(), for the element and its segment.
    return size_.load(std::memory_order_acquire);
  }

  Worker& operator[](std::size_t index) const noexcept {
    const std::size_t segment = segment_of(index);
    return *segments_[segment][index - first_of(segment)];
  }

  // Makes room for one more, so that add() cannot fail. One thread at a time.
  void make_room() {
    const std::size_t segment = segment_of(size());
    if (segments_[segment] == nullptr) {
      segments_[segment] = std::make_unique<Worker*[]>(std::size_t{1} << segment);
    }
  }

  // The same thread, next.
  void add(std::unique_ptr<Worker> worker) noexcept {
    const std::size_t index = size();
    const std::size_t segment = segment_of(index);
    segments_[segment][index - first_of(segment)] = worker.release();
    // release: publishes the element and its segment; pairs with the acquire in size().
    size_.store(index + 1, std::memory_order_release);
  }

 private:
  static std::size_t segment_of(std::size_t index) noexcept {
    return static_cast<std::size_t>(std::bit_width(index + 1)) - 1;
  }
  static std::size_t first_of(std::size_t segment) noexcept {
    return (std::size_t{1} << segment) - 1;
  }

  std::array<std::unique_ptr<Worker*[]>, 32> segments_;
  Atomic<std::size_t> size_{0};
};

}  // namespace fanout::detail
