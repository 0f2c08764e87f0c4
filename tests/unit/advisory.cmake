# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
foreach(noun advisory advisory_id advisory_file xen_version advisory_set advisory_feature advisory_manifest advisory_verdict
    advisory_evidence advisory_import advisory_report live_patch)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacre_advisory
    DEFS ADVISORY_DATA="${CMAKE_SOURCE_DIR}/toolstack/advisory/data")
endforeach()

# A hypervisor of a few lines in place of these wrappers.
nacre_unit_test(nacred_advisories SOURCES test_nacred_advisories.c LIBS nacred_core)
foreach(call livepatch_list host_physinfo policy_featureset)
  target_link_options(test_nacred_advisories PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()
