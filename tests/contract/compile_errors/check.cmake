# SPDX-License-Identifier: MIT
# Compiles SNIPPET with COMPILER and FLAGS (a list) and looks for the text after "expect:" in it.
file(STRINGS ${SNIPPET} line REGEX "^// expect: ")
string(REGEX REPLACE "^// expect: " "" expected "${line}")
string(REPLACE "|" ";" alternatives "${expected}")
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
# Only what the compiler says counts, not the lines of source that it shows.
string(REGEX MATCHALL "[^\n]*error: [^\n]*" errors "${output}")
foreach(alternative IN LISTS alternatives)
  string(FIND "${errors}" "${alternative}" position)
  if(NOT position EQUAL -1)
    return()
  endif()
endforeach()
message(FATAL_ERROR "no error says '${expected}':\n${output}")
