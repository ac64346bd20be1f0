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
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Its run-time library is a part of the program unless one says otherwise, and then no test can put
    # a pthread_create or an operator new of its own in front of it.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libclang_rt.asan-x86_64.so
                    OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(runtime ${runtime} DIRECTORY)
    list(APPEND FANOUT_SANITIZER_FLAGS -shared-libasan)
    add_link_options(-Wl,-rpath,${runtime})
  endif()
elseif(FANOUT_SANITIZE)
  message(FATAL_ERROR "FANOUT_SANITIZE is '${FANOUT_SANITIZE}'; it can be thread, address or empty")
endif()

if(FANOUT_SANITIZER_FLAGS)
  # The library target exists already, so it is told separately.
  add_compile_options(${FANOUT_SANITIZER_FLAGS} -fno-omit-frame-pointer)
  add_link_options(${FANOUT_SANITIZER_FLAGS})
  target_compile_options(fanout PRIVATE ${FANOUT_SANITIZER_FLAGS} -fno-omit-frame-pointer -O1)
  target_link_options(fanout PRIVATE ${FANOUT_SANITIZER_FLAGS})
endif()
