# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(json SOURCES test_json.c LIBS nacre_json)
foreach(noun jsonrpc nacred_schema nacred_config nacred_records nacred_model nacred_client)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacred_core)
endforeach()

add_executable(fuzz_jsonrpc ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_jsonrpc.c)
set_target_properties(fuzz_jsonrpc PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(fuzz_jsonrpc PRIVATE nacred_core)
add_test(NAME unit.fuzz_jsonrpc COMMAND fuzz_jsonrpc 20000 ${CMAKE_SOURCE_DIR}/tests/fuzz/jsonrpc)
set_tests_properties(unit.fuzz_jsonrpc PROPERTIES LABELS host TIMEOUT 300)

# A hypervisor of a few lines in place of these wrappers.
nacre_unit_test(nacred_world SOURCES test_nacred_world.c LIBS nacred_core)
foreach(call domain_list domain_pause domain_unpause domain_destroy_step sched_get_credit2)
  target_link_options(test_nacred_world PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()
