// SPDX-License-Identifier: MIT
// The window of submitted and unread results behind executor.map.
#include <deque>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fanout/detail/map_core.hpp>
#include <fanout/errors.hpp>
#include <fanout/map.hpp>

#include "completion_queue.hpp"

namespace fanout::detail {

class MapWindow {
 public:
  MapWindow(std::unique_ptr<MapFeeder> feeder, Deadline deadline, std::int64_t buffersize,
            bool ordered)
      : feeder_(std::move(feeder)), deadline_(deadline) {
    if (!ordered) completions_.emplace(deadline);
    try {
      for (std::int64_t n = 0; (buffersize == 0 || n < buffersize) && feed(); ++n) {
      }
    } catch (...) {
      drop_all();
      throw;
    }
  }

  ~MapWindow() {
    if (began_) {
      close();
    } else {
      drop_all();
    }
  }

  bool at_end() const noexcept {
    return current_ == nullptr && nothing_submitted() && input_error_ == nullptr;
  }

  State& current() {
    began_ = true;
    if (current_ != nullptr) return *current_;
    if (at_end()) throw InvalidStateError("the results of this map are at their end");
    if (nothing_submitted()) std::rethrow_exception(std::exchange(input_error_, nullptr));
    if (completions_.has_value()) {
      current_ = completions_->next();
    } else if (in_order_.front()->wait_until(deadline_)) {
      current_ = in_order_.front();
      in_order_.pop_front();
    }
    if (current_ == nullptr) {
      close();
      throw TimeoutError("map: the results were not all there in time");
    }
    return *current_;
  }

  void advance() {
    began_ = true;
    if (current_ != nullptr) {
      std::exchange(current_, nullptr)->drop_handle();
    } else {
      skip();
    }
    try {
      feed();
    } catch (...) {
      // What was submitted is still read; then this error, in the place of the input that is
      // missing.
      input_error_ = std::current_exception();
      feeder_.reset();
    }
  }

  void close() noexcept {
    feeder_.reset();
    input_error_ = nullptr;
    for (State* state : in_order_) state->cancel();
    if (completions_.has_value()) completions_->cancel_rest();
    drop_all();
  }

 private:
  bool nothing_submitted() const noexcept {
    return in_order_.empty() && (!completions_.has_value() || completions_->empty());
  }

  // Submits one more; false at the end of the input, which is then let go.
  bool feed() {
    State* const state = feeder_ == nullptr ? nullptr : feeder_->submit_next();
    if (state == nullptr) {
      feeder_.reset();
      return false;
    }
    try {
      if (completions_.has_value()) {
        std::vector<State*> taken{state};
        state->add_handle();  // dropped by add() if it throws
        completions_->add(std::move(taken), true);
        state->drop_handle();
      } else {
        in_order_.push_back(state);
      }
    } catch (...) {
      state->drop_handle();
      throw;
    }
    return true;
  }

  // The reader passes over an element without reading it.
  void skip() {
    if (nothing_submitted()) {
      input_error_ = nullptr;
    } else if (completions_.has_value()) {
      current();
      std::exchange(current_, nullptr)->drop_handle();
    } else {
      in_order_.front()->drop_handle();
      in_order_.pop_front();
    }
  }

  void drop_all() noexcept {
    if (current_ != nullptr) std::exchange(current_, nullptr)->drop_handle();
    for (State* state : in_order_) state->drop_handle();
    in_order_.clear();
    completions_.reset();
  }

  std::unique_ptr<MapFeeder> feeder_;
  const Deadline deadline_;
  bool began_ = false;
  std::exception_ptr input_error_;
  State* current_ = nullptr;                    // waited for and not given up; a handle
  std::deque<State*> in_order_;                 // submitted and not waited for; handles
  std::optional<CompletionQueue> completions_;  // stands for in_order_ when order does not matter
};

MapCore::MapCore(std::unique_ptr<MapFeeder> feeder, Deadline deadline, std::int64_t buffersize,
                 bool ordered)
    : window_(std::make_unique<MapWindow>(std::move(feeder), deadline, buffersize, ordered)) {}

MapCore::MapCore(MapCore&&) noexcept = default;
MapCore& MapCore::operator=(MapCore&&) noexcept = default;
MapCore::~MapCore() = default;

bool MapCore::at_end() const noexcept { return window_->at_end(); }

State& MapCore::current() { return window_->current(); }

void MapCore::advance() { window_->advance(); }

void MapCore::close() noexcept { window_->close(); }

void check(const MapOptions& options) {
  if (options.chunksize < 1) {
    throw std::invalid_argument("map: chunksize must be at least 1, not " +
                                std::to_string(options.chunksize));
  }
  if (options.buffersize < 0) {
    throw std::invalid_argument("map: buffersize must be at least 1 (or 0: no limit), not " +
                                std::to_string(options.buffersize));
  }
}

}  // namespace fanout::detail
