# Finds volk, which opens the Vulkan loader at run time, and makes the target Volk::Volk. Debian ships its
# header and source without a usable package configuration; the Vulkan headers come with it.
find_path(Volk_INCLUDE_DIR NAMES volk.h)
find_path(Volk_VULKAN_INCLUDE_DIR NAMES vulkan/vulkan_core.h)

if(Volk_INCLUDE_DIR)
  file(STRINGS "${Volk_INCLUDE_DIR}/volk.h" Volk_version_line REGEX "#define VOLK_HEADER_VERSION +[0-9]+")
  string(REGEX REPLACE "[^0-9]" "" Volk_VERSION "${Volk_version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Volk REQUIRED_VARS Volk_INCLUDE_DIR Volk_VULKAN_INCLUDE_DIR
                                  VERSION_VAR Volk_VERSION)

if(Volk_FOUND AND NOT TARGET Volk::Volk)
  add_library(Volk::Volk INTERFACE IMPORTED)
  set_target_properties(Volk::Volk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                              "${Volk_INCLUDE_DIR};${Volk_VULKAN_INCLUDE_DIR}"
                                              INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
endif()
mark_as_advanced(Volk_INCLUDE_DIR Volk_VULKAN_INCLUDE_DIR)
