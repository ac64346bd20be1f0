// SPDX-License-Identifier: MIT
// The name under which --output-dir saves a page.
#pragma once

#include <string>
#include <string_view>

namespace fanout::cli {

// Readable, safe and unique: the host and path with everything but letters, digits, '.', '-' and
// '_' replaced, then a hash of the whole URL, then the extension:
//
//   https://example.com/docs/intro.html?v=2  ->  example.com_docs_intro-3e1b0f2c9a7d5e48.html
//
// The name depends on the URL alone, not on the order of downloads, so a second run finds the same
// files. It never leaves its folder, is never hidden, is at most 160 bytes long and holds no
// password.
std::string file_name(std::string_view url);

}  // namespace fanout::cli
