# SPDX-License-Identifier: MIT
# The warnings that fanout's own code is clean of, under g++ 12 and clang 19.
add_library(fanout_warnings INTERFACE)
add_library(fanout::warnings ALIAS fanout_warnings)
option(FANOUT_WERROR "treat warnings as errors" OFF)

# g++ 12 warns about `"text" + string` in its own headers (fixed in 13).
set(gcc_before_13 $<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>)
target_compile_options(fanout_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion
  $<${gcc_before_13}:-Wno-restrict>
  $<$<BOOL:${FANOUT_WERROR}>:-Werror>)
target_link_libraries(fanout PRIVATE $<BUILD_INTERFACE:fanout_warnings>)
