// SPDX-License-Identifier: MIT
// A state without a value that tells what became of it, for tests of the machinery around states.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <fanout/detail/state.hpp>

namespace fanout::test {

// What happened to the states that share it; it outlives them.
struct Fate {
  std::atomic<int> invoked{0};
  std::atomic<int> discarded{0};
  std::atomic<int> destroyed{0};
};

// Made by new, it has one handle and goes as the library decides. On a stack or in a container it is
// only something that stands in a queue.
class Probe final : public detail::State {
 public:
  explicit Probe(Fate& fate, std::string name = "a probe", double limit_seconds = 0)
      : State(limit_seconds != 0), fate_(fate), name_(std::move(name)), limit_(limit_seconds) {}
  ~Probe() override { ++fate_.destroyed; }

  std::string name() const override { return name_; }
  double limit_seconds() const noexcept override { return limit_; }

  std::function<void()> body;
  std::unique_ptr<std::stop_source> stop;

 protected:
  void invoke() override {
    ++fate_.invoked;
    if (body) body();
  }
  void discard() noexcept override { ++fate_.discarded; }
  std::stop_source* stop_source() noexcept override { return stop.get(); }

  bool settle() noexcept override { return !has_limit() || !settled_.exchange(true); }

 private:
  Fate& fate_;
  const std::string name_;
  const double limit_;
  std::atomic<bool> settled_{false};
};

// A handle, dropped at the end of the scope.
class Handle {
 public:
  explicit Handle(detail::State* state) : state_(state) {}
  Handle(Handle&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() { drop(); }

  void drop() {
    if (state_ != nullptr) std::exchange(state_, nullptr)->drop_handle();
  }
  detail::State* operator->() const { return state_; }
  detail::State& operator*() const { return *state_; }
  detail::State* get() const { return state_; }

 private:
  detail::State* state_;
};

// Ends the state as a worker would.
inline void run_and_finish(detail::State& state) {
  if (!state.start()) return;
  state.run();
  state.finish();
}

// An executor that knows how many of its states were cancelled.
class CountingOwner final : public detail::Owner {
 public:
  void on_cancel(detail::State&) noexcept override { ++cancelled; }

  std::atomic<int> cancelled{0};
};

}  // namespace fanout::test
