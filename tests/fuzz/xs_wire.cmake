# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
add_executable(fuzz_xs_wire ${CMAKE_CURRENT_LIST_DIR}/fuzz_xs_wire.c ${CMAKE_CURRENT_LIST_DIR}/seeds.c
  ${CMAKE_CURRENT_LIST_DIR}/../unit/test_xenstore_fake.c)
target_include_directories(fuzz_xs_wire PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit)
target_link_libraries(fuzz_xs_wire PRIVATE nacre_xenstored nacre_ring_daemon)
set_target_properties(fuzz_xs_wire PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# A long run: fuzz_xs_wire 100000000 <this folder>/xs_wire
add_test(NAME fuzz.xs_wire COMMAND fuzz_xs_wire 20000 ${CMAKE_CURRENT_LIST_DIR}/xs_wire)
set_tests_properties(fuzz.xs_wire PROPERTIES LABELS host TIMEOUT 300)
