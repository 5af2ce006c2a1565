# heed_flags: what every translation unit is compiled with.
# heed_folder(name SOURCES ... LINKS ...): one folder of the library, as an object library.

# Headers are included as <heed/graph/tensor.h>: one link in the build tree leads to the source root.
set(HEED_INCLUDE_ROOT ${PROJECT_BINARY_DIR}/include CACHE PATH "Folder of the link to heed's headers")
mark_as_advanced(HEED_INCLUDE_ROOT)
file(MAKE_DIRECTORY ${HEED_INCLUDE_ROOT})
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${HEED_INCLUDE_ROOT}/heed SYMBOLIC)

add_library(heed_flags INTERFACE)
target_include_directories(heed_flags INTERFACE $<BUILD_INTERFACE:${HEED_INCLUDE_ROOT}> $<INSTALL_INTERFACE:include>)
target_compile_features(heed_flags INTERFACE cxx_std_20)

add_library(heed_private_flags INTERFACE)
# Fused and unfused elementwise chains must give the same bits, so the compiler may not contract to FMA.
target_compile_options(heed_private_flags INTERFACE -Wall -Wextra -Wpedantic -ffp-contract=off)
if(HEED_WERROR)
  target_compile_options(heed_private_flags INTERFACE -Werror)
endif()
if(HEED_SANITIZE)
  target_compile_options(heed_private_flags INTERFACE -fsanitize=${HEED_SANITIZE} -fno-omit-frame-pointer
                                                     -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEED_SANITIZE})
endif()

# Nodes know the line that made them. Lines of heed's own carry no path of the machine that built it.
set(heed_no_build_paths -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/= -fmacro-prefix-map=${HEED_INCLUDE_ROOT}/=)

function(heed_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(heed_${name} OBJECT ${ARG_SOURCES})
  target_compile_options(heed_${name} PRIVATE ${heed_no_build_paths})
  target_link_libraries(heed_${name} PUBLIC heed_flags PRIVATE heed_private_flags fmt::fmt ${ARG_LINKS})
  target_sources(heed PRIVATE $<TARGET_OBJECTS:heed_${name}>)
  target_link_libraries(heed PRIVATE ${ARG_LINKS})
endfunction()
