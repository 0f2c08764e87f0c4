# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxenlight.so.4.17.  Its objects are a target of their own, which unit tests link.
find_library(XENTOOLLOG_ARCHIVE NAMES libxentoollog.a)
add_library(nacre_xentoollog INTERFACE)
target_link_libraries(nacre_xentoollog INTERFACE
  $<IF:$<BOOL:$<TARGET_PROPERTY:NACRE_STATIC>>,${XENTOOLLOG_ARCHIVE},-l:libxentoollog.so.1>)

add_library(xenlight_objects OBJECT
  libxl_ao.c
  libxl_call.c
  libxl_channel.c
  libxl_child.c
  libxl_console.c
  libxl_create.c
  libxl_ctx.c
  libxl_death.c
  libxl_event.c
  libxl_fork.c
  libxl_lifecycle.c
  libxl_log.c
  libxl_loop.c
  libxl_memory.c
  libxl_osevent.c
)
target_include_directories(xenlight_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(xenlight_objects PRIVATE -fvisibility=hidden)
target_link_libraries(xenlight_objects PUBLIC nacre_host_flags libxl_headers nacre_console nacre_rpc nacre_instance
  nacre_uuid nacre_xentoollog)
# xl takes what it needs and no more.
target_compile_options(xenlight_objects PRIVATE -ffunction-sections -fdata-sections)
set_target_properties(xenlight_objects nacre_rpc nacre_instance nacre_json PROPERTIES
  POSITION_INDEPENDENT_CODE ON)

add_library(xenlight SHARED $<TARGET_OBJECTS:xenlight_objects>)
target_link_libraries(xenlight PRIVATE xenlight_objects libxl_types)
# clang's sanitizers leave their runtime to the program.
target_link_options(xenlight PRIVATE -Wl,-z,now
  $<$<NOT:$<BOOL:${NACRE_SANITIZE}>>:-Wl,--no-undefined>
  -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/libxenlight.map)
set_target_properties(xenlight PROPERTIES
  OUTPUT_NAME xenlight VERSION 4.17.0 SOVERSION 4.17
  LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/libxenlight.map
  LIBRARY_OUTPUT_DIRECTORY ${NACRE_LIB_DIR}/libxl)
install(TARGETS xenlight LIBRARY DESTINATION lib/nacre/libxl)

# The same for programs of our own, which xl is: it starts faster without a library to find.
add_library(xenlight_static STATIC $<TARGET_OBJECTS:xenlight_objects>
  $<TARGET_OBJECTS:libxl_types>)
target_link_libraries(xenlight_static PUBLIC nacre_host_flags libxl_headers nacre_console
  nacre_config nacre_rpc nacre_instance nacre_yajl nacre_uuid nacre_xentoollog)

include(helpers.cmake)
