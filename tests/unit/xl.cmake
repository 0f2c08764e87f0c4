# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(config_syntax SOURCES test_config_syntax.c LIBS nacre_config)
nacre_unit_test(config_domain SOURCES test_config_domain.c LIBS nacre_config
  DEFS XL_CFG_MANUAL="${CMAKE_SOURCE_DIR}/man/xl.cfg.5")
nacre_unit_test(rpc_client SOURCES test_rpc_client.c LIBS nacre_rpc)
nacre_unit_test(xl_tables SOURCES test_xl_tables.c LIBS nacre_xl)
nacre_unit_test(xl_verbs SOURCES test_xl_verbs.c LIBS nacre_xl)

# The parser of xl.cfg against mutations of a few seeds; see the file for long runs.
add_executable(fuzz_cfg ../fuzz/fuzz_cfg.c)
set_target_properties(fuzz_cfg PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(fuzz_cfg PRIVATE nacre_config)
add_test(NAME unit.fuzz_cfg COMMAND fuzz_cfg 20000 ${CMAKE_SOURCE_DIR}/tests/fuzz/cfg)
set_tests_properties(unit.fuzz_cfg PROPERTIES LABELS host TIMEOUT 300)

nacre_unit_test(xl_program SOURCES test_xl_program.c fake_nacred.c LIBS nacre_json
  DEFS XL_PROGRAM="$<TARGET_FILE:xl>")
add_dependencies(test_xl_program xl)
