# SPDX-License-Identifier: MIT
# Compiles SNIPPET with COMPILER and FLAGS (a list). The compiler must report an error that holds one
# of the texts after "expect:" (a | between them), or none; with ONE_ERROR, that error only.
file(STRINGS ${SNIPPET} line REGEX "^// expect: ")
string(REGEX REPLACE "^// expect: " "" expected "${line}")
execute_process(COMMAND ${COMPILER} ${FLAGS} -std=c++20 -Wall -Wextra -Werror=unused-result
                        -fsyntax-only ${SNIPPET}
                OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
if(expected STREQUAL "no error")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "must compile, but:\n${output}")
  endif()
  return()
endif()
if(result EQUAL 0)
  message(FATAL_ERROR "compiled, but must not")
endif()
# Only what the compiler says counts, not the lines of source that it shows. A semicolon in it would
# begin another element of the list.
string(REPLACE ";" "," output "${output}")
string(REGEX MATCHALL "[^\n]*error: [^\n]*" errors "${output}")
list(LENGTH errors count)
if(ONE_ERROR AND NOT count EQUAL 1)
  message(FATAL_ERROR "${count} errors instead of one:\n${output}")
endif()
string(REPLACE "|" ";" alternatives "${expected}")
foreach(alternative IN LISTS alternatives)
  string(FIND "${errors}" "${alternative}" position)
  if(NOT position EQUAL -1)
    return()
  endif()
endforeach()
message(FATAL_ERROR "no error says '${expected}':\n${output}")
