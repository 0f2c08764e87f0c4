/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Time-stamp counter, timer interrupt, wall clock. */
#ifndef ARCH_X86_TIME_H
#define ARCH_X86_TIME_H

#include <hv/types.h>

/* Boot CPU: find the frequencies, start counting; needs apic_init_cpu(). */
void time_init(void);
/* Every CPU: the timer's mode. */
void time_init_cpu(void);
/* The host's clock beats the CMOS; seconds since 1970. */
void time_set_wallclock(uint64_t seconds_now);
/* Busy-wait; needs time_init(). */
void time_delay_us(uint64_t us);

#endif
