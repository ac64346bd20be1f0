// SPDX-License-Identifier: MIT
#include "trace.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include <execinfo.h>
#include <unistd.h>

#include "execution.hpp"

namespace model {
namespace {

// Where the program's own code is, for one address of code: "function at file:line" for each inlined
// frame, the innermost first.
class Symbols {
 public:
  // All at once: starting addr2line takes a while.
  void look_up(const std::vector<void*>& addresses) {
    char program[4096];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return;
    program[length] = '\0';
    std::string command = "addr2line -aCfipe '" + std::string(program) + "'";
    for (void* const address : addresses) {
      char text[32];
      std::snprintf(text, sizeof text, " %#lx",
                    reinterpret_cast<std::uintptr_t>(address) - run_time.image.base() - 1);
      command += text;
    }
    FILE* const pipe = popen((command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return;
    char line[8192];
    std::size_t next = 0;
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
      std::string text(line);
      text.pop_back();
      if (text.starts_with("0x")) {
        current_ = addresses[std::min(next++, addresses.size() - 1)];
        text.erase(0, text.find(": ") + 2);
      } else if (text.starts_with(" (inlined by) ")) {
        text.erase(0, 14);
      }
      lines_[current_].push_back(shortened(text));
    }
    pclose(pipe);
  }

  // The innermost place in the project's own files; empty if there is none.
  std::string place_of(void* address) const {
    const auto found = lines_.find(address);
    if (found == lines_.end()) return "";
    for (const std::string& line : found->second) {
      if (line.find("/src/") != line.npos || line.find("fanout/") != line.npos ||
          line.find("/cases/") != line.npos) {
        return line;
      }
    }
    return "";
  }

 private:
  // "fanout::detail::State::cancel() at /long/way/src/core/state.cpp:12" without what is long.
  static std::string shortened(std::string text) {
    const std::size_t at = text.rfind(" at ");
    if (at == text.npos) return text;
    std::string function = text.substr(0, at);
    std::string file = text.substr(at + 4);
    const auto name_end = function.find("operator()");
    const auto parenthesis = function.find('(', name_end == function.npos ? 0 : name_end + 10);
    if (parenthesis != function.npos) function.resize(parenthesis);
    for (const char* word : {"fanout::detail::", "fanout::"}) {
      for (auto found = function.find(word); found != function.npos; found = function.find(word)) {
        function.erase(found, std::char_traits<char>::length(word));
      }
    }
    for (const char* root : {"/src/", "/include/", "/tests/"}) {
      if (const auto found = file.rfind(root); found != file.npos) {
        file.erase(0, found);
        break;
      }
    }
    return function + " at " + file;
  }

  void* current_ = nullptr;
  std::map<void*, std::vector<std::string>> lines_;
};

const char* order_name(int order) {
  constexpr const char* names[] = {"relaxed", "consume", "acquire",
                                   "release", "acq_rel", "seq_cst"};
  return order < 0 || order > 5 ? "" : names[order];
}

}  // namespace

void Trace::start() {
  events_.clear();
  accesses_.clear();
  on_ = true;
}

void Trace::record(const char* what, std::uintptr_t address, int order, std::uint64_t value) {
  Event event{run_time.threads.index(), what, address, order, value, {}};
  backtrace(event.frames.data(), static_cast<int>(event.frames.size()));
  events_.push_back(event);
}

void Trace::record_access(std::uintptr_t address, const AccessRecord& access) {
  PlainAccess plain{address & ~std::uintptr_t{7}, access, {}};
  backtrace(plain.frames.data(), static_cast<int>(plain.frames.size()));
  accesses_.push_back(plain);
}

void Trace::find_access(std::uintptr_t address, const AccessRecord& access) {
  for (std::size_t i = accesses_.size(); i-- > 0;) {
    const PlainAccess& plain = accesses_[i];
    if (plain.granule == (address & ~std::uintptr_t{7}) && plain.access.thread == access.thread &&
        plain.access.step == access.step && plain.access.access == access.access) {
      events_.push_back({access.thread, "the earlier access", address, -1, 0, plain.frames});
      return;
    }
  }
}

void Trace::print() const {
  constexpr std::size_t most = 400;
  const std::size_t first = events_.size() > most ? events_.size() - most : 0;
  if (first > 0) std::printf("  ... %zu steps\n", first);
  std::vector<void*> addresses;
  for (std::size_t i = first; i < events_.size(); ++i) {
    for (void* const frame : events_[i].frames) {
      if (frame != nullptr) addresses.push_back(frame);
    }
  }
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  Symbols symbols;
  symbols.look_up(addresses);
  for (std::size_t i = first; i < events_.size(); ++i) {
    const Event& event = events_[i];
    std::string places;
    int shown = 0;
    for (void* const frame : event.frames) {
      const std::string place = symbols.place_of(frame);
      if (place.empty() || places.ends_with(place)) continue;
      places += (shown == 0 ? "" : "\n                 from ") + place;
      if (++shown == 3) break;
    }
    std::printf("  %4zu  thread %u  %s %s %#lx: %#lx\n                 %s\n", i, event.thread,
                event.what, order_name(event.order), event.address, event.value, places.c_str());
  }
}

}  // namespace model
