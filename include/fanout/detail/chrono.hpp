// SPDX-License-Identifier: MIT
// std::chrono::duration and its literals. libstdc++ keeps them in a header of their own; the whole
// of <chrono> (calendar, time zones, streams) would double the cost of including fanout.
#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
