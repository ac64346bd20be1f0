# SPDX-License-Identifier: MIT
# The warnings that fanout's own code is clean of, under g++ 12 and clang 19.
add_library(fanout_warnings INTERFACE)
add_library(fanout::warnings ALIAS fanout_warnings)
option(FANOUT_WERROR "treat warnings as errors" OFF)
target_compile_options(fanout_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${FANOUT_WERROR}>:-Werror>)
target_link_libraries(fanout PRIVATE $<BUILD_INTERFACE:fanout_warnings>)
