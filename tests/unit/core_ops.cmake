# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Hypercalls over the fake machine (hvcore_host comes from core.cmake).
foreach(noun evtchn p2m domctl sysctl sched_stats vcpu_op sched_op hvm_op version_op hvm_context
    padding)
  nacre_unit_test(${noun} SOURCES test_${noun}.c hvcall.c LIBS hvcore_host)
endforeach()
foreach(noun evtchn_fifo evtchn_model)
  nacre_unit_test(${noun} SOURCES test_${noun}.c fifo_guest.c hvcall.c LIBS hvcore_host)
endforeach()
nacre_unit_test(module_build SOURCES test_module_build.c LIBS hvcore_host)
foreach(noun gnttab gnttab_v2 gnttab_model)
  nacre_unit_test(${noun} SOURCES test_${noun}.c grant_guest.c hvcall.c LIBS hvcore_host)
endforeach()
foreach(noun evtchn gnttab_v2)
  target_include_directories(test_${noun} PRIVATE ${CMAKE_SOURCE_DIR}/hypervisor)
endforeach()
foreach(noun memory_op physmap)
  nacre_unit_test(${noun} SOURCES test_${noun}.c memop.c hvcall.c LIBS hvcore_host)
endforeach()
foreach(noun livepatch livepatch_bad)
  nacre_unit_test(${noun} SOURCES test_${noun}.c patch_file.c hvcall.c LIBS hvcore_host)
  target_include_directories(test_${noun} PRIVATE ${CMAKE_SOURCE_DIR}/hypervisor)
endforeach()
