// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <fanout/detail/remote_call.hpp>

class Base {
 public:
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first_);
  }

 private:
  int first_ = 0;
};

class Derived : public Base {
  int forgotten_ = 0;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(Derived), Derived>;
