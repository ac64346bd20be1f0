// SPDX-License-Identifier: MIT
// Waiting for many futures: wait for a condition, as_completed for each as soon as it is done.
//
// "Futures" is any input range of futures (vector, set, span, initializer list, view) or any map
// whose key is a future; it is read once, at the call. Repeated handles count once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include <fanout/detail/completions.hpp>
#include <fanout/detail/future_range.hpp>
#include <fanout/future.hpp>

namespace fanout {

// What wait() waits for.
enum class ReturnWhen {
  first_completed,  // one is done, cancelled ones included
  first_exception,  // one has failed, or all are done; a cancelled one has not failed
  all_completed,
};

// What wait() returns: the futures, each once, in input order.
template <class F>
struct WaitResult {
  std::vector<F> done;
  std::vector<F> not_done;
};

namespace detail {

WaitFor condition_of(ReturnWhen when);

template <class Range>
WaitResult<FutureOf<Range>> wait_within(Range& futures, Deadline deadline, ReturnWhen when) {
  using F = FutureOf<Range>;
  // The handles are kept here: the range may be a view that makes its elements as it goes.
  WaitResult<F> result;
  std::vector<F> kept;
  for (auto&& element : futures) kept.push_back(future_of(element));
  const std::vector<State*> states = without_duplicates(states_of(kept, false));
  wait_for(states, deadline, condition_of(when));
  for (State* state : states) {
    (state->done() ? result.done : result.not_done).push_back(FutureAccess::share<F>(*state));
  }
  return result;
}

}  // namespace detail

// Blocks until the condition holds. Called in a task, it first runs the awaited tasks of the same
// pool that have not started, in input order; a wait for all (or for one) that would close a circle
// throws DeadlockError. An empty handle throws InvalidStateError.
//
//   auto [done, not_done] = fanout::wait(futures, fanout::ReturnWhen::first_exception);
template <detail::Futures Range>
auto wait(Range&& futures, ReturnWhen when = ReturnWhen::all_completed) {
  return detail::wait_within(futures, detail::Deadline::never(), when);
}

// The same, for no longer than `timeout` (any duration): running out of time is no error.
template <detail::Futures Range, class Rep, class Period>
auto wait(Range&& futures, std::chrono::duration<Rep, Period> timeout,
          ReturnWhen when = ReturnWhen::all_completed) {
  return detail::wait_within(futures, detail::Deadline::after(timeout), when);
}

template <detail::FutureHandle F>
auto wait(std::initializer_list<F> futures, ReturnWhen when = ReturnWhen::all_completed) {
  return detail::wait_within(futures, detail::Deadline::never(), when);
}

template <detail::FutureHandle F, class Rep, class Period>
auto wait(std::initializer_list<F> futures, std::chrono::duration<Rep, Period> timeout,
          ReturnWhen when = ReturnWhen::all_completed) {
  return detail::wait_within(futures, detail::Deadline::after(timeout), when);
}

// The range that as_completed returns: move-only, read once, by one thread. Ending early forgets
// the futures that were not handed out; nothing is cancelled.
template <class F>
class AsCompleted {
 public:
  class Iterator {
   public:
    using value_type = F;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    const F& operator*() const noexcept { return range_->current_; }
    const F* operator->() const noexcept { return &range_->current_; }

    // Blocks until the next future is done; TimeoutError when the time is over.
    Iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }

    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.at_end(); }

   private:
    friend class AsCompleted;
    explicit Iterator(AsCompleted* range) noexcept : range_(range) {}
    bool at_end() const noexcept { return !range_->current_.valid(); }
    AsCompleted* range_;
  };

  // Blocks until the first future is done.
  Iterator begin() {
    if (!current_.valid()) advance();
    return Iterator(this);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

  // How many different futures there are to hand out, those handed out included.
  std::size_t total() const noexcept { return completions_.total(); }

  // More futures to hand out, at any time before the end was reached (or after it: begin anew).
  template <detail::FutureHandle Future>
    requires std::is_convertible_v<const Future&, F>
  void add(const Future& future) {
    add(std::initializer_list<Future>{future});
  }
  template <detail::Futures Range>
    requires std::is_convertible_v<detail::FutureOf<Range>, F>
  void add(Range&& futures) {
    completions_.add(detail::states_of(futures, true), false);
  }
  void add(std::initializer_list<F> futures) {
    completions_.add(detail::states_of(futures, true), false);
  }

  template <detail::Futures Range>
  AsCompleted(Range& futures, bool distinct, detail::Deadline deadline) : completions_(deadline) {
    completions_.add(detail::states_of(futures, true), distinct);
  }

 private:
  // The handle of the last future is given up before the wait for the next begins.
  void advance() {
    current_ = F();
    current_ = detail::FutureAccess::adopt<F>(completions_.next());
  }

  detail::Completions completions_;
  F current_;
};

// Each future as soon as it is done: those that are done already first, in input order, then in
// order of completion; cancelled and failed ones too. Called in a task, it runs awaited tasks of
// the same pool.
//
//   for (auto future : fanout::as_completed(future_to_url)) {
//     const std::string& url = future_to_url[future];
//     ...
//   }
template <detail::Futures Range>
auto as_completed(Range&& futures) {
  return AsCompleted<detail::FutureOf<Range>>(futures, detail::DistinctFutures<Range>,
                                              detail::Deadline::never());
}

// The same with a limit, counted from this call: when it is over, the iteration throws
// TimeoutError("1 (of 3) futures unfinished"); the futures are unchanged.
template <detail::Futures Range, class Rep, class Period>
auto as_completed(Range&& futures, std::chrono::duration<Rep, Period> timeout) {
  const detail::Deadline deadline = detail::Deadline::after(timeout);
  return AsCompleted<detail::FutureOf<Range>>(futures, detail::DistinctFutures<Range>, deadline);
}

template <detail::FutureHandle F>
auto as_completed(std::initializer_list<F> futures) {
  return AsCompleted<F>(futures, false, detail::Deadline::never());
}

template <detail::FutureHandle F, class Rep, class Period>
auto as_completed(std::initializer_list<F> futures, std::chrono::duration<Rep, Period> timeout) {
  const detail::Deadline deadline = detail::Deadline::after(timeout);
  return AsCompleted<F>(futures, false, deadline);
}

}  // namespace fanout
