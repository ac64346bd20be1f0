# SPDX-License-Identifier: MIT
# `cmake --install`: headers, library, program, and the two ways to find them (CMake, pkg-config).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Before 1.0 every minor version may break, so it is part of the shared library's name.
set_target_properties(fanout PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

install(TARGETS fanout EXPORT fanout-targets)
install(DIRECTORY include/fanout TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE TYPE DOC)

# A shared library beside it is found wherever both are moved to. (cli/ installs the program.)
if(TARGET fanout_cli AND BUILD_SHARED_LIBS)
  set_target_properties(fanout_cli PROPERTIES INSTALL_RPATH $ORIGIN/../${CMAKE_INSTALL_LIBDIR})
endif()

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fanout)
install(EXPORT fanout-targets NAMESPACE fanout:: DESTINATION ${config_dir})
configure_package_config_file(cmake/fanout-config.cmake.in fanout-config.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(fanout-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/fanout-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/fanout-config-version.cmake
  DESTINATION ${config_dir})

# fanout.pc finds its prefix from where it lies, so the installed tree can be moved, and
# `cmake --install --prefix` may differ from the prefix given when configuring.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix /prefix/${pc_dir} /prefix)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
configure_file(cmake/fanout.pc.in fanout.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fanout.pc DESTINATION ${pc_dir})
