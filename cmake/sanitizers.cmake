# SPDX-License-Identifier: MIT
# FANOUT_SANITIZE instruments the whole build: the library, the tests, the program.
# FANOUT_SANITIZER_FLAGS is what an outside program needs to link such a library (tests/package).
set(FANOUT_SANITIZE "" CACHE STRING "thread, address (with undefined behaviour), or empty")
set_property(CACHE FANOUT_SANITIZE PROPERTY STRINGS "" thread address)

set(FANOUT_SANITIZER_FLAGS "")
if(FANOUT_SANITIZE STREQUAL "thread")
  set(FANOUT_SANITIZER_FLAGS -fsanitize=thread)
elseif(FANOUT_SANITIZE STREQUAL "address")
  set(FANOUT_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined)
elseif(FANOUT_SANITIZE)
  message(FATAL_ERROR "FANOUT_SANITIZE is '${FANOUT_SANITIZE}'; it can be thread, address or empty")
endif()

if(FANOUT_SANITIZER_FLAGS)
  # The library target exists already, so it is told separately.
  add_compile_options(${FANOUT_SANITIZER_FLAGS} -fno-omit-frame-pointer)
  add_link_options(${FANOUT_SANITIZER_FLAGS})
  target_compile_options(fanout PRIVATE ${FANOUT_SANITIZER_FLAGS} -fno-omit-frame-pointer)
  target_link_options(fanout PRIVATE ${FANOUT_SANITIZER_FLAGS})
endif()
