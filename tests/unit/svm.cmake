# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Exits, emulator, local APIC and policies over the fake machine; and those parts
# of arch/x86 that are plain C (nested page tables, state checks, injection).
foreach(noun emulate string_io task_switch vlapic vlapic_timer cpuid_policy msr_policy guest_walk exit npt svm_state svm_inject svm_asid)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS hvcore_host
    INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor)
endforeach()

# Against this machine's processor.
nacre_unit_test(emulate_native SOURCES test_emulate_native.c native_cpu.c LIBS hvcore_host
  INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor)
