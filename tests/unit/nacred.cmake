# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(json SOURCES test_json.c LIBS nacre_json)
foreach(noun jsonrpc nacred_schema nacred_revision nacred_config nacred_records nacred_model nacred_client nacred_job)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacred_core)
endforeach()

# A hypervisor of a few lines in place of these wrappers.
nacre_unit_test(nacred_world SOURCES test_nacred_world.c LIBS nacred_core)
foreach(call domain_list domain_pause domain_unpause domain_destroy_step sched_get_credit2)
  target_link_options(test_nacred_world PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()
