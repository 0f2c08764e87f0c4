# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Instances, nacre-host and the hosted libraries.  The fake machine takes the
# place of QEMU by its name.
add_executable(fake_machine fake_machine.c)
target_include_directories(fake_machine PRIVATE ${CMAKE_SOURCE_DIR}/hypervisor/include)
target_link_libraries(fake_machine PRIVATE nacre_host_flags)
set_target_properties(fake_machine PROPERTIES OUTPUT_NAME qemu-system-x86_64
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/fake)

nacre_unit_test(instance SOURCES test_instance.c LIBS nacre_instance)

# The libraries by target, not by -l: the tests run the ones just built.
foreach(noun serve fork life)
  nacre_unit_test(host_${noun} SOURCES test_host_${noun}.c host_fixture.c
    LIBS hosted_xencall hosted_xenevtchn hosted_xenforeignmemory hosted_xengnttab nacre_instance
      -lxentoolcore
    DEFS BIN_DIR="${NACRE_BIN_DIR}" FAKE_DIR="${CMAKE_BINARY_DIR}/tests/fake")
  add_dependencies(test_host_${noun} nacre nacre-host fake_machine)
endforeach()
nacre_unit_test(host_books SOURCES test_host_books.c LIBS nacre_host_parts)
nacre_unit_test(host_fdstore SOURCES test_host_fdstore.c LIBS nacre_host_parts)
nacre_unit_test(host_parts SOURCES test_host_parts.c LIBS nacre_host_parts)
