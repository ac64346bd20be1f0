// SPDX-License-Identifier: MIT
// expect: cannot be made there before it is read: give it a default constructor
#include <fanout/detail/remote_call.hpp>

class Celsius {
 public:
  explicit Celsius(int degrees) : degrees_(degrees) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(degrees_);
  }

 private:
  int degrees_;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(Celsius), Celsius>;
