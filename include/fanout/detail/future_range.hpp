// SPDX-License-Identifier: MIT
// What counts as "futures": any range of futures, or any map whose key is a future.
#pragma once

#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include <fanout/future.hpp>

namespace fanout::detail {

template <class F>
concept FutureHandle = std::is_base_of_v<AnyFuture, std::remove_cvref_t<F>>;

template <FutureHandle F>
const F& future_of(const F& future) noexcept {
  return future;  // NOLINT(bugprone-return-const-ref-from-parameter): used within its expression
}

template <FutureHandle F, class Input>
const F& future_of(const std::pair<F, Input>& entry) noexcept {
  return entry.first;
}

template <FutureHandle F, class Input>
const F& future_of(const std::pair<const F, Input>& entry) noexcept {
  return entry.first;
}

template <class Range>
using RangeElement = decltype(*std::begin(std::declval<Range&>()));

template <class Range>
concept Futures = requires(Range& range) {
  std::end(range);
  future_of(*std::begin(range));
} && !FutureHandle<Range>;

template <class Range>
using FutureOf = std::remove_cvref_t<decltype(future_of(std::declval<RangeElement<Range>>()))>;

// A container in which no future is twice: a set of futures, or a map whose key is one. (Inserting
// into one that may hold equal keys says nothing but where.)
template <class Range>
concept DistinctFutures = Futures<Range> && requires(std::remove_cvref_t<Range>& container) {
  requires FutureHandle<typename std::remove_cvref_t<Range>::key_type>;
  container.insert(*container.begin()).second;
};

// The states of the futures; empty handles throw InvalidStateError. With a handle each, if asked.
template <Futures Range>
std::vector<State*> states_of(Range& range, bool with_handles) {
  std::vector<State*> states;
  if constexpr (requires { states.reserve(std::size(range)); }) states.reserve(std::size(range));
  try {
    for (auto&& element : range) {
      State* state = FutureAccess::state_of(future_of(element));
      if (state == nullptr) throw_no_state();
      states.push_back(state);
      if (with_handles) state->add_handle();
    }
  } catch (...) {
    if (with_handles) {
      for (State* state : states) state->drop_handle();
    }
    throw;
  }
  return states;
}

}  // namespace fanout::detail
