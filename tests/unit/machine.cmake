# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What the machine's room has in core/: console, its ring, command line, strings.
foreach(noun printk console_ring cmdline)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS hvcore_host)
endforeach()

# Under other names, beside the C library's, which are the reference.
set(string_functions memcpy memmove memset memcmp strlen strnlen strcmp strncmp strchr
  strlcpy strtoull)
list(TRANSFORM string_functions REPLACE "(.+)" "\\1=hv_\\1" OUTPUT_VARIABLE string_renames)
add_library(hv_string_host OBJECT ${CMAKE_SOURCE_DIR}/hypervisor/core/string.c)
target_include_directories(hv_string_host PRIVATE ${CMAKE_SOURCE_DIR}/hypervisor/include)
target_compile_definitions(hv_string_host PRIVATE ${string_renames})
target_compile_options(hv_string_host PRIVATE -ffreestanding)
target_link_libraries(hv_string_host PRIVATE nacre_host_flags)
nacre_unit_test(string SOURCES test_string.c LIBS hv_string_host)
