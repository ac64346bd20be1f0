// SPDX-License-Identifier: MIT
// RemoteError: what is known of an exception that another process threw.
#include <fanout/errors.hpp>

namespace fanout {

// Shared, so that copying it cannot throw: an exception is copied where it is caught by value.
struct RemoteError::Details {
  std::string type_name;
  std::string text;
  int pid;
  std::string trace;
};

RemoteError::RemoteError(const std::string& type_name, const std::string& text, int pid,
                         const std::string& trace)
    : Error(type_name + (text.empty() ? "" : ": ") + text + " (in process " + std::to_string(pid) +
            ")"),
      details_(std::make_shared<const Details>(Details{type_name, text, pid, trace})) {}

RemoteError::RemoteError(const RemoteError&) noexcept = default;
RemoteError& RemoteError::operator=(const RemoteError&) noexcept = default;
RemoteError::~RemoteError() = default;

const std::string& RemoteError::type_name() const noexcept { return details_->type_name; }
const std::string& RemoteError::text() const noexcept { return details_->text; }
int RemoteError::pid() const noexcept { return details_->pid; }
const std::string& RemoteError::trace() const noexcept { return details_->trace; }

}  // namespace fanout
