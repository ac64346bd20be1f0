# SPDX-License-Identifier: MIT
# Runs one test of PROGRAM and demands that it fails and that its output names TEST and holds TEXT.
execute_process(COMMAND ${PROGRAM} --gtest_filter=*.${TEST} --gtest_also_run_disabled_tests
                OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
if(result STREQUAL "0")
  message(FATAL_ERROR "${TEST} passed, but it must be found out:\n${output}")
endif()
foreach(wanted ${TEST} "${TEXT}")
  string(FIND "${output}" "${wanted}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "no '${wanted}' in what ${TEST} printed:\n${output}")
  endif()
endforeach()
