/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The one ACPI table that is needed: which processors there are. */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include <hv/pcpu.h>

/* APIC ids of the usable processors in the MADT's order; returns how many were
 * stored (at most NR_CPUS), 0 without ACPI.  Reads low memory: before
 * paging_load(). */
unsigned int acpi_find_cpus(uint32_t ids[NR_CPUS]);

#endif
