# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Both readers of live patches, the tools' and the hypervisor's.
# A long run: fuzz_payload 10000000 <this folder>/payload
add_executable(fuzz_payload ${CMAKE_CURRENT_LIST_DIR}/fuzz_payload.c ${CMAKE_CURRENT_LIST_DIR}/seeds.c)
target_link_libraries(fuzz_payload PRIVATE nacre_patch hvcore_host)
target_include_directories(fuzz_payload PRIVATE ${CMAKE_SOURCE_DIR}/hypervisor)
set_target_properties(fuzz_payload PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME fuzz.payload COMMAND fuzz_payload 60000 ${CMAKE_CURRENT_LIST_DIR}/payload)
set_tests_properties(fuzz.payload PROPERTIES LABELS host TIMEOUT 300)
