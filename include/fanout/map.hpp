// SPDX-License-Identifier: MIT
// MapResults: the range of results that executor.map returns.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <fanout/detail/function.hpp>
#include <fanout/detail/map_core.hpp>
#include <fanout/detail/task.hpp>
#include <fanout/executor.hpp>

namespace fanout {

// The results of executor.map, in input order unless MapOptions::ordered is false. A move-only
// input range, read by one thread. Destroying it after reading has begun cancels what has not
// started; one that was never read cancels nothing, so `executor.map(f, xs);` runs everything. It
// may outlive its executor.
//
//   auto results = executor.map(parse, files);
//   for (auto it = results.begin(); it != results.end(); ++it) {
//     try { use(*it); } catch (const std::exception& error) { complain(error); }
//   }
template <class R>
class MapResults {
 public:
  // What reading an element yields: the value, the reference, or std::monostate for nothing.
  using Element = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  class Iterator {
   public:
    using value_type = std::remove_cvref_t<Element>;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    // Blocks until the element is done and moves it out: once. Throws what its call threw, and the
    // iteration can go on with ++; TimeoutError when the time of the map is over, and it has ended.
    Element operator*() const {
      detail::State& state = results_->core_.current();
      state.wait_for_value(detail::Deadline::never());
      state.claim_value();
      if constexpr (std::is_void_v<R>) {
        return {};
      } else if constexpr (std::is_reference_v<R>) {
        return static_cast<detail::ResultState<R>&>(state).value();
      } else {
        return std::move(static_cast<detail::ResultState<R>&>(state).value());
      }
    }

    // With a buffersize this reads and submits one more input.
    Iterator& operator++() {
      results_->core_.advance();
      return *this;
    }
    void operator++(int) { ++*this; }

    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.at_end(); }

   private:
    friend class MapResults;
    explicit Iterator(MapResults* results) noexcept : results_(results) {}
    bool at_end() const noexcept { return results_->core_.at_end(); }
    MapResults* results_;
  };

  Iterator begin() noexcept { return Iterator(this); }
  std::default_sentinel_t end() const noexcept { return {}; }

  // Cancels what has not started and ends the iteration.
  void close() noexcept { core_.close(); }

  explicit MapResults(detail::MapCore core) noexcept : core_(std::move(core)) {}

 private:
  detail::MapCore core_;
};

namespace detail {

void check(const MapOptions& options);

// One copy of a function object, shared by all tasks of a map.
template <class Fn>
struct SharedFunction {
  std::shared_ptr<Fn> fn;

  template <class... Args>
    requires std::is_invocable_v<Fn&, Args...>
  decltype(auto) operator()(Args&&... args) const {
    return detail::invoke(*fn, std::forward<Args>(args)...);
  }
};

// Functions and small plain objects are copied into each task, others are shared.
template <class Fn>
auto share_function(Fn&& fn) {
  using Stored = std::decay_t<Fn>;
  if constexpr (std::is_trivially_copyable_v<Stored> && sizeof(Stored) <= 2 * sizeof(void*)) {
    return Stored(std::forward<Fn>(fn));
  } else {
    return SharedFunction<Stored>{std::make_shared<Stored>(std::forward<Fn>(fn))};
  }
}

// What an iterator refers to, or a value of its own where that is only a stand-in for an element
// (as of std::vector<bool>), which must not outlive the range.
template <class Iterator>
decltype(auto) element_of(const Iterator& iterator) {
  using Value = std::iter_value_t<Iterator>;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*iterator)>, Value>) {
    return *iterator;
  } else {
    return Value(*iterator);
  }
}

// Reads the inputs in step, as long as the shortest. Lives on the heap, because its iterators may
// point into the ranges that it owns: those that were temporaries; the others are the caller's.
template <class Submitter, class Fn, class... Ranges>
class RangeFeeder final : public MapFeeder {
 public:
  RangeFeeder(Submitter submitter, Fn fn, Ranges&&... ranges)
      : submitter_(std::move(submitter)),
        fn_(std::move(fn)),
        ranges_(std::forward<Ranges>(ranges)...),
        next_(std::apply([](auto&... range) { return std::make_tuple(std::begin(range)...); },
                         ranges_)) {}

  State* submit_next() override { return submit_next(std::index_sequence_for<Ranges...>{}); }

 private:
  template <std::size_t I>
  bool at_end() {
    return std::get<I>(next_) == std::end(std::get<I>(ranges_));
  }

  template <std::size_t... I>
  State* submit_next(std::index_sequence<I...>) {
    // Iterators are advanced before they are read again, not after: an input such as a stream would
    // otherwise be read one element further than was asked for.
    if (started_) (++std::get<I>(next_), ...);
    started_ = true;
    if ((at_end<I>() || ...)) {
      started_ = false;  // at the end: stay there
      return nullptr;
    }
    auto future = submitter_.submit(fn_, element_of(std::get<I>(next_))...);
    return FutureAccess::release(future);
  }

  Submitter submitter_;
  Fn fn_;
  std::tuple<Ranges...> ranges_;
  decltype(std::apply([](auto&... range) { return std::make_tuple(std::begin(range)...); },
                      std::declval<std::tuple<Ranges...>&>())) next_;
  bool started_ = false;
};

// `Submitter` is a value with submit(fn, args...), which keeps alive whatever runs the tasks.
template <class Submitter, class Fn, class... Ranges>
auto map_with(Submitter submitter, const MapOptions& options, Fn&& fn, Ranges&&... ranges) {
  static_assert(sizeof...(Ranges) > 0, "map(fn, ranges...): give at least one range of inputs");
  check(options);
  const Deadline deadline = options.timeout ? Deadline::after(*options.timeout) : Deadline::never();
  auto shared = share_function(std::forward<Fn>(fn));
  using Feeder = RangeFeeder<Submitter, decltype(shared), Ranges...>;
  using Result =
      typename CallTraits<decltype(shared), decltype(element_of(std::begin(ranges)))...>::Result;
  auto feeder = std::make_unique<Feeder>(std::move(submitter), std::move(shared),
                                         std::forward<Ranges>(ranges)...);
  return MapResults<Result>(
      MapCore(std::move(feeder), deadline, options.buffersize, options.ordered));
}

}  // namespace detail
}  // namespace fanout
