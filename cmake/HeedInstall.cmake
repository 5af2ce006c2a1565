# What `cmake --install` puts into a prefix: the library, its headers, and what find_package and pkg-config read.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS heed heed_flags EXPORT heed LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(
  DIRECTORY graph ops autodiff backends models
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed
  FILES_MATCHING
  PATTERN "*.h"
  PATTERN "onednn" EXCLUDE
  PATTERN "reference" EXCLUDE
  PATTERN "vulkan" EXCLUDE
  PATTERN "checkpoint_json.h" EXCLUDE
  PATTERN "page_files.h" EXCLUDE)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/heed)
install(EXPORT heed FILE heedTargets.cmake NAMESPACE heed:: DESTINATION ${package_folder})
configure_package_config_file(cmake/heedConfig.cmake.in ${PROJECT_BINARY_DIR}/heedConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heedConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/heedConfig.cmake ${PROJECT_BINARY_DIR}/heedConfigVersion.cmake
        DESTINATION ${package_folder})

# The prefix is found from where heed.pc lies, so that an installed tree can be moved.
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_LIBDIR BASE_DIRECTORY /prefix OUTPUT_VARIABLE library_folder)
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_INCLUDEDIR BASE_DIRECTORY /prefix OUTPUT_VARIABLE include_folder)
file(RELATIVE_PATH heed_pc_to_libraries ${library_folder}/pkgconfig ${library_folder})
file(RELATIVE_PATH heed_pc_to_headers ${library_folder}/pkgconfig ${include_folder})
configure_file(cmake/heed.pc.in heed.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/heed.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
