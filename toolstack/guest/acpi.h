/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * ACPI tables of a PVH guest (ACPI 6.2): RSDP, XSDT, FADT of a hardware-reduced
 * machine, MADT with a local APIC for each vCPU, and an empty DSDT.
 */
#ifndef GUEST_ACPI_H
#define GUEST_ACPI_H

#include <stddef.h>
#include <stdint.h>

/* Local APIC id of a vCPU, as the hypervisor gives them out. */
static inline uint32_t acpi_apic_id(unsigned int vcpu)
{
	return 2 * vcpu;
}

/*
 * Write the tables for guest address @base into @buf.  The RSDP comes first.
 * Returns the bytes used, or 0 when @len is too short.  @vcpus >= 1.
 */
size_t acpi_build(uint8_t *buf, size_t len, uint64_t base, unsigned int vcpus);

/* Sum of all bytes: 0 in a valid table. */
uint8_t acpi_sum(const void *data, size_t len);

#endif
