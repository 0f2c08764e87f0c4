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

# Names, prototypes and macros of the headers, in both directions.
add_test(NAME abi.libxl_names COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/libxl_names.sh
  ${CMAKE_C_COMPILER} $<TARGET_PROPERTY:libxl_headers,INTERFACE_INCLUDE_DIRECTORIES>)
set_tests_properties(abi.libxl_names PROPERTIES LABELS host TIMEOUT 300)

# Programs as others write them, built with each set of headers; config runs, too.
pkg_check_modules(YAJL REQUIRED IMPORTED_TARGET yajl)
foreach(program config events host old)
  foreach(whose ours theirs)
    set(name libxl_program_${program}_${whose})
    add_executable(${name} programs/${program}.c)
    target_compile_definitions(${name} PRIVATE HAVE_YAJL_YAJL_VERSION_H)
    target_link_libraries(${name} PRIVATE PkgConfig::YAJL -l:libxenlight.so.4.17
      -l:libxlutil.so.4.17)
    set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    if(whose STREQUAL ours)
      target_link_libraries(${name} PRIVATE libxl_headers)
    endif()
  endforeach()
endforeach()
add_dependencies(libxl_program_config_ours xenlight)
# A library with a sanitizer does not load into programs without.
if(NOT NACRE_SANITIZE)
  add_test(NAME abi.libxl_programs COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/libxl_programs.sh
    $<TARGET_FILE:libxl_program_config_ours> $<TARGET_FILE:libxl_program_config_theirs>
    $<TARGET_FILE_DIR:xenlight>)
  set_tests_properties(abi.libxl_programs PROPERTIES LABELS host TIMEOUT 60)
endif()

# The configurations that toolstack/config makes are those of libxl's types.
file(GLOB configs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/cfg/*.cfg
  ${CMAKE_CURRENT_SOURCE_DIR}/configs/*.cfg)
add_executable(config_schema config_schema.c)
target_link_libraries(config_schema PRIVATE nacre_config libxl_types xenlight_objects)
set_target_properties(config_schema PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME abi.config_schema COMMAND config_schema ${configs})
set_tests_properties(abi.config_schema PROPERTIES LABELS host TIMEOUT 60)
