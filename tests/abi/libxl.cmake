# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Our libxl headers beside those of libxen-dev: every size, offset and constant.
set(layout ${CMAKE_CURRENT_BINARY_DIR}/libxl_layout.inc)
add_custom_command(OUTPUT ${layout} COMMAND libxl_gen layout ${layout} ${LIBXL_IDL}
  DEPENDS libxl_gen ${LIBXL_IDL} VERBATIM)
add_library(abi_libxl_ours OBJECT layout_rows.c ${layout})
target_link_libraries(abi_libxl_ours PRIVATE libxl_headers)
add_library(abi_libxl_theirs OBJECT layout_rows.c ${layout})
foreach(whose ours theirs)
  target_compile_definitions(abi_libxl_${whose} PRIVATE ROWS=${whose})
  target_include_directories(abi_libxl_${whose} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endforeach()
add_executable(libxl_layout libxl_layout.c $<TARGET_OBJECTS:abi_libxl_ours>
  $<TARGET_OBJECTS:abi_libxl_theirs>)
set_target_properties(libxl_layout PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME abi.libxl_layout COMMAND libxl_layout)
set_tests_properties(abi.libxl_layout PROPERTIES LABELS host TIMEOUT 60)

# What the types do, beside the library of libxenmisc4.17 (which libxen-dev brings).
find_library(DEBIAN_LIBXENLIGHT libxenlight.so.4.17 REQUIRED)
add_executable(libxl_json libxl_json.c fill.c texts.c theirs.c)
target_link_libraries(libxl_json PRIVATE libxl_types xenlight_objects)
set_target_properties(libxl_json PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME abi.libxl_json COMMAND libxl_json ${DEBIAN_LIBXENLIGHT} 300)
set_tests_properties(abi.libxl_json PROPERTIES LABELS host TIMEOUT 300)
