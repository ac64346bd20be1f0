// SPDX-License-Identifier: MIT
#include "modules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include <link.h>

namespace fanout::detail {
namespace {

// FNV-1a over words: fingerprints are compared, nobody attacks them.
class Fingerprint {
 public:
  void add(const std::byte* bytes, std::size_t size) noexcept {
    for (; size >= sizeof(std::uint64_t); bytes += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes, sizeof(word));
      mix(word);
      size -= sizeof(word);
    }
    for (; size > 0; --size) mix(std::to_integer<std::uint64_t>(*bytes++));
  }

  // Never 0, which stands for the null pointer.
  std::uint64_t value() const noexcept { return value_ == 0 ? 1 : value_; }

 private:
  void mix(std::uint64_t word) noexcept {
    value_ = (value_ ^ word) * 0x100000001b3;
    value_ ^= value_ >> 32;  // multiplying alone moves nothing downwards
  }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

const std::byte* segment(const dl_phdr_info& info, const ElfW(Phdr) & header) {
  return reinterpret_cast<const std::byte*>(info.dlpi_addr + header.p_vaddr);
}

// The note that the linker leaves: a hash of the whole file.
bool add_build_id(Fingerprint& fingerprint, const dl_phdr_info& info, const ElfW(Phdr) & header) {
  const std::byte* at = segment(info, header);
  const std::byte* end = at + header.p_memsz;
  const std::size_t alignment = header.p_align == 8 ? 8 : 4;
  const auto padded = [alignment](std::size_t size) {
    return (size + alignment - 1) / alignment * alignment;
  };
  while (static_cast<std::size_t>(end - at) >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof(note));
    const std::size_t name = padded(note.n_namesz);
    const std::size_t size = sizeof(note) + name + padded(note.n_descsz);
    if (size > static_cast<std::size_t>(end - at)) return false;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(at + sizeof(note), "GNU", 4) == 0) {
      fingerprint.add(at + sizeof(note) + name, note.n_descsz);
      return true;
    }
    at += size;
  }
  return false;
}

bool is_constant(const ElfW(Phdr) & header) {
  return header.p_type == PT_LOAD && (header.p_flags & PF_W) == 0 && (header.p_flags & PF_R) != 0;
}

std::uint64_t fingerprint_of(const dl_phdr_info& info) {
  Fingerprint fingerprint;
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type == PT_NOTE && add_build_id(fingerprint, info, info.dlpi_phdr[i])) {
      return fingerprint.value();
    }
  }
  // Without a build id: all code and constants, with their places. The loader changes neither, and
  // where they are equal an address means the same code.
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    const auto& header = info.dlpi_phdr[i];
    if (!is_constant(header)) continue;
    fingerprint.add(reinterpret_cast<const std::byte*>(&header.p_vaddr), sizeof(header.p_vaddr));
    fingerprint.add(segment(info, header), header.p_filesz);
  }
  return fingerprint.value();
}

Module module_of(const dl_phdr_info& info) {
  Module module{info.dlpi_name, info.dlpi_addr, fingerprint_of(info), {}};
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    const auto& header = info.dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = info.dlpi_addr + header.p_vaddr;
    module.code.push_back({begin, begin + header.p_memsz});
  }
  return module;
}

}  // namespace

bool Module::executes(std::uintptr_t address) const noexcept {
  return std::ranges::any_of(code, [address](const CodeRange& range) {
    return range.begin <= address && address < range.end;
  });
}

std::vector<Module> loaded_modules() {
  std::vector<Module> modules;
  // The loader holds its lock meanwhile, so that no module goes while it is read.
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* found) {
        static_cast<std::vector<Module>*>(found)->push_back(module_of(*info));
        return 0;
      },
      &modules);
  return modules;
}

std::uint64_t module_changes() {
  std::uint64_t changes = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* sum) {
        *static_cast<std::uint64_t*>(sum) = info->dlpi_adds + info->dlpi_subs;
        return 1;  // each module says the same
      },
      &changes);
  return changes;
}

const Module& program_module() {
  static const Module& program = *new Module(std::move(loaded_modules().at(0)));
  return program;
}

}  // namespace fanout::detail
