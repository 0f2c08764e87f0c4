# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The hypervisor's core over the fake machine, for unit tests, models and fuzzers.
# string.c stays out: the C library's functions are the ones sanitizers know.
file(GLOB HVCORE_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/hypervisor/core/*.c
  ${CMAKE_SOURCE_DIR}/hypervisor/arch/host/*.c ${CMAKE_SOURCE_DIR}/hypervisor/arch/x86/relocate.c)
list(FILTER HVCORE_SOURCES EXCLUDE REGEX "core/string\\.c$")
add_library(hvcore_host STATIC ${HVCORE_SOURCES})
target_include_directories(hvcore_host PUBLIC ${CMAKE_SOURCE_DIR}/hypervisor/include
  ${CMAKE_SOURCE_DIR}/hypervisor/arch/host)
target_compile_definitions(hvcore_host PUBLIC __XEN_TOOLS__=1
  __XEN_INTERFACE_VERSION__=0x00041100)
target_compile_options(hvcore_host PRIVATE -fno-strict-aliasing -fno-builtin-strlcpy)
target_link_libraries(hvcore_host PUBLIC nacre_host_flags)

foreach(noun frame heap timer domain runq)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS hvcore_host)
endforeach()
foreach(noun sched cpupool)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS sched_simulator)
endforeach()
