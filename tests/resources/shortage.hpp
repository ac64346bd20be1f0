// SPDX-License-Identifier: MIT
// A system that refuses memory or threads, at a point that the test chooses.
#pragma once

namespace fanout::test {

enum class Resource { memory, threads };

// Whose requests are counted and refused.
enum class Whose { everybodys, this_threads };

// While it lives, the request with this number (1: the next) is refused; and all later ones if it
// lasts. Memory means operator new and pages for slabs: what is refused throws std::bad_alloc. A
// thread that is refused throws std::system_error. One at a time.
class Shortage {
 public:
  Shortage(Resource resource, long number, bool lasts, Whose whose = Whose::everybodys);
  ~Shortage();
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;

  // How many requests were refused so far.
  long refused() const;

 private:
  const Resource resource_;
};

// Blocks that this program has got from operator new and not given back.
long blocks_in_use();

}  // namespace fanout::test
