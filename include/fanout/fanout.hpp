// SPDX-License-Identifier: MIT
// All of fanout that needs nothing but the standard library.
#pragma once

#include <fanout/errors.hpp>
#include <fanout/executor.hpp>
#include <fanout/future.hpp>
#include <fanout/map.hpp>
#include <fanout/observer.hpp>
#include <fanout/process_pool_executor.hpp>
#include <fanout/progress.hpp>
#include <fanout/promise.hpp>
#include <fanout/register_exception.hpp>
#include <fanout/serialize.hpp>
#include <fanout/thread_pool_executor.hpp>
#include <fanout/wait.hpp>
