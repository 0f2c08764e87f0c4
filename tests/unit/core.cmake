# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# On the hypervisor's core over the fake machine (hypervisor/arch/host).
foreach(noun frame heap timer domain runq)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS hvcore_host)
endforeach()
nacre_unit_test(forecast SOURCES test_forecast.c ${CMAKE_SOURCE_DIR}/toolstack/simulate/order.c
  LIBS sched_model nacre_json)
foreach(noun sched cpupool)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS sched_model)
endforeach()
