# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(config_syntax SOURCES test_config_syntax.c LIBS nacre_config)
nacre_unit_test(config_domain SOURCES test_config_domain.c LIBS nacre_config
  DEFS XL_CFG_MANUAL="${CMAKE_SOURCE_DIR}/man/xl.cfg.5")
nacre_unit_test(device_specs SOURCES test_device_specs.c LIBS nacre_config)
nacre_unit_test(xl_conf SOURCES test_xl_conf.c LIBS nacre_config
  DEFS XL_CONF_MANUAL="${CMAKE_SOURCE_DIR}/man/xl.conf.5")
nacre_unit_test(rpc_client SOURCES test_rpc_client.c LIBS nacre_rpc)
nacre_unit_test(plain SOURCES test_plain.c LIBS nacre_plain)
nacre_unit_test(xl_tables SOURCES test_xl_tables.c LIBS nacre_xl)
nacre_unit_test(xl_verbs SOURCES test_xl_verbs.c LIBS nacre_xl)

foreach(noun xl_program xl_cpupool xl_device xl_guest xl_vcpu)
  nacre_unit_test(${noun} SOURCES test_${noun}.c xl_run.c fake_nacred.c LIBS nacre_json
    DEFS XL_PROGRAM="$<TARGET_FILE:xl>")
  add_dependencies(test_${noun} xl)
endforeach()
nacre_unit_test(xl_livepatch SOURCES test_xl_livepatch.c fake_nacred.c LIBS nacre_xl
  DEFS XL_PROGRAM="$<TARGET_FILE:xl>")
add_dependencies(test_xl_livepatch xl)
nacre_unit_test(xl_consumers SOURCES test_xl_consumers.c xl_run.c fake_nacred.c LIBS nacre_json
  DEFS XL_PROGRAM="$<TARGET_FILE:xl>" CONSUMERS="${CMAKE_SOURCE_DIR}/tests/stack/consumers.pl")
add_dependencies(test_xl_consumers xl)
