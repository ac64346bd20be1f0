// SPDX-License-Identifier: MIT
// std::function and a call of anything callable, without the searchers, maps and binders of
// <functional>: libstdc++ keeps the first in a header of its own, and std::apply does the second.
#pragma once

#include <tuple>
#include <utility>

#if __has_include(<bits/std_function.h>)
#include <bits/refwrap.h>
#include <bits/std_function.h>
#else
#include <functional>
#endif

namespace fanout::detail {

// std::invoke, which only <functional> has.
template <class Fn, class... Args>
decltype(auto) invoke(Fn&& fn, Args&&... args) {
  return std::apply(std::forward<Fn>(fn), std::forward_as_tuple(std::forward<Args>(args)...));
}

}  // namespace fanout::detail
