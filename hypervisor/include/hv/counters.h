/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Named event counters, one set per CPU: no lock, no shared cache line. */
#ifndef HV_COUNTERS_H
#define HV_COUNTERS_H

#include <hv/types.h>

/* X(identifier, name as printed) */
#define COUNTER_LIST(X)                                                                            \
	X(EXIT_INTR, "exit.interrupt")                                                             \
	X(EXIT_NMI, "exit.nmi")                                                                    \
	X(EXIT_WINDOW, "exit.interrupt-window")                                                    \
	X(EXIT_CPUID, "exit.cpuid")                                                                \
	X(EXIT_RDMSR, "exit.rdmsr")                                                                \
	X(EXIT_WRMSR, "exit.wrmsr")                                                                \
	X(EXIT_HLT, "exit.hlt")                                                                    \
	X(EXIT_IN, "exit.in")                                                                      \
	X(EXIT_OUT, "exit.out")                                                                    \
	X(EXIT_STRING_IO, "exit.string-io")                                                        \
	X(EXIT_TASK_SWITCH, "exit.task-switch")                                                    \
	X(EXIT_HYPERCALL, "exit.hypercall")                                                        \
	X(EXIT_NESTED_FAULT, "exit.nested-fault")                                                  \
	X(EXIT_MMIO, "exit.apic-mmio")                                                             \
	X(EXIT_CR, "exit.control-register")                                                        \
	X(EXIT_DR, "exit.debug-register")                                                          \
	X(EXIT_LTR, "exit.ltr")                                                                    \
	X(EXIT_XSETBV, "exit.xsetbv")                                                              \
	X(EXIT_CACHE, "exit.cache-flush")                                                          \
	X(EXIT_EXCEPTION, "exit.exception")                                                        \
	X(EXIT_IRET, "exit.iret")                                                                  \
	X(EXIT_UNDEFINED, "exit.hidden-instruction")                                               \
	X(EXIT_TRIPLE_FAULT, "exit.triple-fault")                                                  \
	X(EXIT_UNEXPECTED, "exit.unexpected")                                                      \
	X(ENTRY_ABANDONED, "entry.abandoned")                                                      \
	X(ENTRY_FLUSH, "entry.tlb-flush")                                                          \
	X(INSN_MISMATCH, "insn.mismatch")                                                          \
	X(REINJECT, "event.reinjected")                                                            \
	X(INJECT_EXCEPTION, "event.exception")                                                     \
	X(INJECT_INTERRUPT, "event.interrupt")                                                     \
	X(INJECT_NMI, "event.nmi")                                                                 \
	X(MSR_REFUSED, "msr.refused")                                                              \
	X(P2M_FLUSH, "p2m.flush")                                                                  \
	X(P2M_SPLIT, "p2m.split")                                                                  \
	X(P2M_HEAL, "p2m.heal")                                                                    \
	X(ASID_WRAP, "asid.wrap")

enum counter {
#define COUNTER_ENUM(id, name) CNT_##id,
	COUNTER_LIST(COUNTER_ENUM)
#undef COUNTER_ENUM
		NR_COUNTERS
};

/* This CPU's counter, interrupts off. */
void counter_inc(enum counter c);
/* Sum over all CPUs. */
uint64_t counter_read(enum counter c);
const char *counter_name(enum counter c);
/* Non-zero counters to the console ("debug-key p"). */
void counters_print(void);

#endif
