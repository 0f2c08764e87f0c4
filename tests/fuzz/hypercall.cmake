# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
add_executable(fuzz_hypercall ${CMAKE_CURRENT_LIST_DIR}/fuzz_hypercall.c)
target_link_libraries(fuzz_hypercall PRIVATE hvcore_host)
set_target_properties(fuzz_hypercall PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# A long run: fuzz_hypercall 1000000
add_test(NAME fuzz.hypercall COMMAND fuzz_hypercall 3000)
set_tests_properties(fuzz.hypercall PROPERTIES LABELS host TIMEOUT 300)
