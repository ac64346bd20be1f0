# SPDX-License-Identifier: MIT
# Checks every #include line of a source tree against the layers of the design:
#
#   cmake -D ROOT=<tree> -P tests/layers/layers.cmake
#
# Each violation is one line "file:line: what is included: the rule it breaks"; any violation fails.
cmake_minimum_required(VERSION 3.25)

# What each layer may include besides the standard library, as folders. A layer that is not named
# here (a new folder of src/) is a violation by itself: say first where it stands.
set(may_include_include/fanout include/fanout)
set(may_include_src/core src/core include/fanout)
set(may_include_src/threads src/threads src/core include/fanout)
set(may_include_src/remote src/remote src/core include/fanout)
set(may_include_src/processes src/processes src/remote src/core include/fanout)
set(may_include_src/mpi src/mpi src/remote src/core include/fanout)
set(may_include_src/observe src/observe src/core include/fanout)
set(may_include_cli cli include/fanout)
set(may_include_examples examples include/fanout)
set(may_include_bench bench include/fanout)

# A public header costs each of its users what it includes, and must not leak what belongs to the
# compiled part: threads, locks, the operating system.
set(not_in_public_headers
  "^(thread|mutex|shared_mutex|condition_variable|semaphore|future|unistd\\.h|pthread\\.h|sched\\.h|signal\\.h|spawn\\.h|fcntl\\.h|mpi\\.h|(sys|linux|asm)/.*)$")

# include/fanout/detail is for the library's own templates; programs see only what lies above it.
set(may_use_detail include/fanout src)

set(violations 0)
macro(violation what rule)
  message("${file}:${number}: ${what}: ${rule}")
  math(EXPR violations "${violations} + 1")
endmacro()

# The layer a file belongs to: the first two folders for src/ and include/, otherwise the first.
function(layer_of path out)
  if(path MATCHES "^(src/[^/]+|include/fanout|[^/]+)/")
    set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
  else()
    set(${out} "" PARENT_SCOPE)
  endif()
endfunction()

# Where `#include <name>` or `#include "name"` leads within the tree; empty outside of it.
function(resolve name file out)
  get_filename_component(folder ${file} DIRECTORY)
  foreach(candidate ${folder}/${name} include/${name} src/${name} cli/${name} ${name})
    cmake_path(NORMAL_PATH candidate)
    if(EXISTS ${ROOT}/${candidate} AND NOT IS_DIRECTORY ${ROOT}/${candidate})
      set(${out} ${candidate} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  if(name MATCHES "^fanout/")
    # Generated when building, or not there yet: the name alone says that it is public.
    set(${out} include/${name} PARENT_SCOPE)
  else()
    set(${out} "" PARENT_SCOPE)
  endif()
endfunction()

macro(check_include name)
  resolve(${name} ${file} target)
  if(target)
    layer_of(${target} target_layer)
    string(REPLACE ";" ", " allowed_text "${may_include_${layer}}")
    if(NOT target_layer IN_LIST may_include_${layer})
      violation("includes ${target}" "${layer} may include only ${allowed_text}")
    endif()
    if(target MATCHES "^include/fanout/detail/" AND NOT detail_allowed)
      violation("includes <${name}>" "fanout/detail is for include/fanout and src only")
    endif()
  endif()
  if(layer STREQUAL "include/fanout" AND "${name}" MATCHES "${not_in_public_headers}")
    violation("includes <${name}>" "a public header leaks no thread, lock or system header")
  endif()
endmacro()

# A list, so no semicolon may remain; brackets and backslashes would glue list elements together.
function(lines_of path out)
  file(READ ${path} text)
  string(REGEX REPLACE "[][;\\]" " " text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE ${ROOT}
  ${ROOT}/include/*.[hc]pp ${ROOT}/src/*.[hc]pp ${ROOT}/cli/*.[hc]pp
  ${ROOT}/examples/*.[hc]pp ${ROOT}/bench/*.[hc]pp)
list(SORT files)
list(LENGTH files count)
if(count EQUAL 0)
  message(FATAL_ERROR "no source file below ${ROOT}: nothing was checked")
endif()

foreach(file IN LISTS files)
  set(number 1)
  layer_of(${file} layer)
  if(NOT DEFINED may_include_${layer})
    violation("belongs to no layer" "name '${layer}' and its place in tests/layers/layers.cmake")
    continue()
  endif()
  set(detail_allowed NO)
  foreach(folder IN LISTS may_use_detail)
    if(file MATCHES "^${folder}/")
      set(detail_allowed YES)
    endif()
  endforeach()
  lines_of(${ROOT}/${file} lines)
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]")
      check_include("${CMAKE_MATCH_1}")
    endif()
  endforeach()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${violations} broken layer rule(s) in ${count} files")
endif()
message("${count} files keep the layer rules")
