// SPDX-License-Identifier: MIT
// Exceptions that cannot cross as themselves: they say what they can, and break nothing.
#include <exception>
#include <stdexcept>
#include <string>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

struct Private : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct NoException {
  int code = 0;
};

struct NullText : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

int throw_private() { throw Private("mine alone"); }
int throw_number() { throw 42; }
int throw_pointer() { throw nullptr; }
int throw_struct() { throw NoException{.code = 7}; }
int throw_null_text() { throw NullText(); }
int throw_long_text() { throw std::runtime_error(std::string(1 << 20, 'x')); }

class Exceptions : public Fault {};
FANOUT_FAULTS(Exceptions);

template <class Fn>
RemoteError remote_error_of(ProcessPoolExecutor& executor, Fn fn) {
  return error_of<RemoteError>(executor.submit(fn));
}

// conformance: 58, 94
// behaviour: 60, 61
TEST_P(Exceptions, that_cannot_cross_arrive_as_remote_errors_and_break_nothing) {
  ProcessPoolExecutor executor(with(1));
  const pid_t worker = executor.submit(own_pid).result();
  for (int round = 0; round < rounds(); ++round) {
    const RemoteError own = remote_error_of(executor, throw_private);
    EXPECT_TRUE(holds(own.type_name(), "Private"));
    EXPECT_EQ(own.text(), "mine alone");
    EXPECT_EQ(own.pid(), worker);
    EXPECT_EQ(remote_error_of(executor, throw_number).type_name(), "int");
    EXPECT_TRUE(holds(remote_error_of(executor, throw_pointer).type_name(), "nullptr"));
    EXPECT_TRUE(holds(remote_error_of(executor, throw_struct).type_name(), "NoException"));
    EXPECT_TRUE(holds(remote_error_of(executor, throw_null_text).type_name(), "NullText"));
    check_failed<std::runtime_error>([&] {
      auto future = executor.submit(throw_long_text);
      future.wait();
      return future;
    }());
    EXPECT_EQ(executor.submit(own_pid).result(), worker);  // it has outlived all of them
  }
}

}  // namespace
}  // namespace fanout::test
