// SPDX-License-Identifier: MIT
// The static and thread-local variables of the program under test, which each execution finds as
// they were when the program started.
#pragma once

#include <cstddef>
#include <cstdint>

namespace model {

class Image {
 public:
  // Before the first execution.
  void take();

  // Static variables as they were.
  void restore() const;

  bool holds(std::uintptr_t address) const { return address - statics_ < statics_size_; }
  std::uintptr_t statics() const { return statics_; }
  std::size_t statics_size() const { return statics_size_; }

  // Where the program was loaded; addresses of code minus this are those in the file.
  std::uintptr_t base() const { return base_; }

  // All threads of the model are one thread of the system, so its thread-local variables are moved
  // out and in when another one goes on.
  std::size_t locals_size() const { return locals_size_; }
  void save_locals(unsigned char* to) const;
  void load_locals(const unsigned char* from) const;

 private:
  std::uintptr_t base_ = 0;
  std::uintptr_t statics_ = 0;
  std::size_t statics_size_ = 0;
  unsigned char* statics_saved_ = nullptr;
  unsigned char* locals_ = nullptr;
  std::size_t locals_size_ = 0;
};

}  // namespace model
