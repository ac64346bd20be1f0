// SPDX-License-Identifier: MIT
#include "image.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <cxxabi.h>
#include <link.h>
#include <unistd.h>

namespace model {
namespace {

struct Segments {
  std::uintptr_t base = 0;
  std::uintptr_t writable = 0;
  std::uintptr_t writable_end = 0;
  std::uintptr_t protected_end = 0;
  void* locals = nullptr;
  std::size_t locals_size = 0;
};

// The first object is the program itself.
int read_segments(dl_phdr_info* info, std::size_t, void* out) {
  Segments& found = *static_cast<Segments*>(out);
  found.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (header.p_type == PT_LOAD && (header.p_flags & PF_W) != 0) {
      found.writable = begin;
      found.writable_end = end;
    } else if (header.p_type == PT_GNU_RELRO) {
      found.protected_end = end;
    } else if (header.p_type == PT_TLS) {
      found.locals = info->dlpi_tls_data;
      found.locals_size = header.p_memsz;
    }
  }
  return 1;
}

// The exceptions that a thread is handling belong to it, too.
constexpr std::size_t exceptions_size = sizeof(void*) + sizeof(unsigned);

}  // namespace

void Image::take() {
  Segments found;
  dl_iterate_phdr(&read_segments, &found);
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  base_ = found.base;
  statics_ = found.protected_end == 0
                 ? found.writable
                 : std::max(found.writable, (found.protected_end + page - 1) & ~(page - 1));
  statics_ &= ~std::uintptr_t{7};
  statics_size_ = found.writable_end - statics_;
  statics_saved_ = static_cast<unsigned char*>(std::malloc(statics_size_));
  std::memcpy(statics_saved_, reinterpret_cast<void*>(statics_), statics_size_);
  locals_ = static_cast<unsigned char*>(found.locals);
  locals_size_ = found.locals_size + exceptions_size;
}

void Image::restore() const {
  std::memcpy(reinterpret_cast<void*>(statics_), statics_saved_, statics_size_);
}

void Image::save_locals(unsigned char* to) const {
  const std::size_t own = locals_size_ - exceptions_size;
  std::memcpy(to, locals_, own);
  std::memcpy(to + own, abi::__cxa_get_globals(), exceptions_size);
}

void Image::load_locals(const unsigned char* from) const {
  const std::size_t own = locals_size_ - exceptions_size;
  std::memcpy(locals_, from, own);
  std::memcpy(static_cast<void*>(abi::__cxa_get_globals()), from + own, exceptions_size);
}

}  // namespace model
