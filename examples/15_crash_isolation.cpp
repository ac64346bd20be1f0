// SPDX-License-Identifier: MIT
// Code that may crash, in processes of its own.
//
// A file from elsewhere, a library of long ago: now and then it takes the process with it. In a
// worker process that costs one task. The future says how the process ended and what it last wrote;
// another worker takes its place, and all other tasks go on.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

struct Image {
  std::string name;
  int width = 0;
};

// Stands for a decoder that trusts its input too much.
Image decode(const std::string& file) {
  if (file == "evil.png") {
    std::fprintf(stderr, "decoder: %s: 4294967295 palette entries\n", file.c_str());
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
  }
  if (file == "odd.png") std::exit(3);
  if (file == "text.png") throw std::runtime_error("not an image");
  return {.name = file, .width = 640};
}

int main(int argc, char** argv) {
  fanout::init(argc, argv);  // in a worker process main() comes no further
  fanout::ProcessPoolExecutor executor(2);

  std::unordered_map<fanout::Future<Image>, std::string> future_to_file;
  for (const char* file : {"cat.png", "evil.png", "dog.png", "odd.png", "text.png", "owl.png"}) {
    future_to_file[executor.submit({.name = file}, decode, file)] = file;
  }
  for (auto future : fanout::as_completed(future_to_file)) {
    const std::string& file = future_to_file[future];
    try {
      const Image& image = future.result();
      std::cout << file << " is " << image.width << " wide\n";
    } catch (const fanout::WorkerDied& died) {
      std::cout << file << " ended its process: signal " << died.signal() << ", exit code "
                << died.exit_code() << '\n'
                << died.last_lines();
    } catch (const std::exception& error) {
      std::cout << file << " failed: " << error.what() << '\n';
    }
  }
}

// Prints, in any order:
//   cat.png is 640 wide
//   dog.png is 640 wide
//   owl.png is 640 wide
//   evil.png ended its process: signal 11, exit code -1
//   decoder: evil.png: 4294967295 palette entries
//   odd.png ended its process: signal 0, exit code 3
//   text.png failed: not an image
