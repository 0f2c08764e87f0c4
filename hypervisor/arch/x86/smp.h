/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Application processors. */
#ifndef ARCH_X86_SMP_H
#define ARCH_X86_SMP_H

#include <hv/pcpu.h>

/* Start the processors @ids (their number @n includes the boot CPU, which is
 * left out), number them densely in that order, tell the scheduler.  They wait
 * until smp_release(). */
void smp_start(const uint32_t *ids, unsigned int n);
/* Let them enter the dispatch loop. */
void smp_release(void);
/* First C of an application processor, called by trampoline.S. */
void start_ap(unsigned int cpu) __attribute__((noreturn));

#endif
