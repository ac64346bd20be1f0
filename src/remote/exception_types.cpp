// SPDX-License-Identifier: MIT
// The types of exceptions that programs registered.
#include <atomic>
#include <memory>

#include "exception_codec.hpp"

namespace fanout::detail {
namespace {

// Never destroyed, since pools may outlive static objects; and never changed, so that it is read
// without a lock, which a forked child might find held for ever.
struct Registered {
  std::string name;
  ExceptionType functions;
  Registered* older;
};

constinit std::atomic<Registered*> newest{nullptr};

const Registered* find(const std::string& name) noexcept {
  // acquire: this entry, and all before it, whose pushes it continues.
  const Registered* entry = newest.load(std::memory_order_acquire);
  while (entry != nullptr && entry->name != name) entry = entry->older;
  return entry;
}

}  // namespace

void register_exception_type(const std::type_info& type, ExceptionType functions) {
  std::string name = exception_name(type);
  const Registered* const known = find(name);
  if (known != nullptr && known->functions == functions) return;
  // relaxed: the exchange below compares it
  auto made = std::make_unique<Registered>(
      Registered{std::move(name), functions, newest.load(std::memory_order_relaxed)});
  // release: publishes the entry to find().
  while (!newest.compare_exchange_weak(made->older, made.get(), std::memory_order_release,
                                       std::memory_order_relaxed)) {
  }
  (void)made.release();
}

std::optional<ExceptionType> exception_type_named(const std::string& name) {
  if (const Registered* const known = find(name)) return known->functions;
  return standard_exception_type(name);
}

}  // namespace fanout::detail
