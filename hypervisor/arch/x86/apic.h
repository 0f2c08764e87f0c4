/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The local APIC of each CPU, in x2APIC mode where there is one. */
#ifndef ARCH_X86_APIC_H
#define ARCH_X86_APIC_H

#include <hv/types.h>

/* Boot CPU, once: choose the mode, map the registers. */
void apic_init(void);
/* Every CPU: enable, mask what the firmware left, note the id. */
void apic_init_cpu(void);
uint32_t apic_id(void);
void apic_eoi(void);
void apic_ipi(uint32_t apic_id, uint8_t vector);
void apic_nmi_others(void); /* safe before apic_init() */
void apic_send_init(uint32_t apic_id);
void apic_send_startup(uint32_t apic_id, uint8_t page);

/* The one-shot timer: by count (ticks of apic_timer_khz) ... */
void apic_timer_oneshot(uint32_t count); /* 0 stops it */
uint32_t apic_timer_left(void);
/* ... or by TSC value. */
void apic_timer_use_deadline(void);
void apic_timer_deadline(uint64_t tsc); /* 0 stops it */

#endif
