# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The parsers of xl.cfg, xl.conf, disks and interfaces, of JSON-RPC, of advisory files and of libxl's
# types: mutations of a folder of seeds each.
# A long run: fuzz_cfg 10000000 <this folder>/cfg
foreach(line cfg:nacre_config jsonrpc:nacred_core advisory:nacre_advisory
    libxl_json:libxl_types:xenlight_objects
    conf:nacre_config
    specs:nacre_config)
  string(REPLACE ":" ";" libs ${line})
  list(POP_FRONT libs noun)
  add_executable(fuzz_${noun} ${CMAKE_CURRENT_LIST_DIR}/fuzz_${noun}.c ${CMAKE_CURRENT_LIST_DIR}/seeds.c)
  target_link_libraries(fuzz_${noun} PRIVATE ${libs})
  set_target_properties(fuzz_${noun} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME fuzz.${noun} COMMAND fuzz_${noun} 20000 ${CMAKE_CURRENT_LIST_DIR}/${noun})
  set_tests_properties(fuzz.${noun} PROPERTIES LABELS host TIMEOUT 300)
endforeach()
