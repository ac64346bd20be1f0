// SPDX-License-Identifier: MIT
// The types of exceptions that programs registered.
#include <map>
#include <memory>

#include "../core/mutex.hpp"
#include "exception_codec.hpp"

namespace fanout::detail {
namespace {

struct Registry {
  Mutex mutex;
  std::map<std::string, ExceptionType> types FANOUT_GUARDED_BY(mutex);
};

// Never destroyed: pools may outlive static objects.
Registry& registry() {
  static Registry& instance = *new Registry;
  return instance;
}

}  // namespace

void register_exception_type(const std::type_info& type, ExceptionType functions) {
  Registry& known = registry();
  const Lock lock(known.mutex);
  known.types.insert_or_assign(exception_name(type), functions);
}

std::optional<ExceptionType> exception_type_named(const std::string& name) {
  Registry& known = registry();
  {
    const Lock lock(known.mutex);
    const auto found = known.types.find(name);
    if (found != known.types.end()) return found->second;
  }
  return standard_exception_type(name);
}

}  // namespace fanout::detail
