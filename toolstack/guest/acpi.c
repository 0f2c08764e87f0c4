/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/acpi.h"

#include <stdbool.h>
#include <string.h>

#define FADT_HW_REDUCED (1u << 20)
/* IA-PC boot flags: nothing of a PC is there. */
#define BOOT_NO_VGA  (1u << 2)
#define BOOT_NO_MSI  (1u << 3)
#define BOOT_NO_CMOS (1u << 5)

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI 6.2, 5.2.6");

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_rsdp) == 36, "ACPI 6.2, 5.2.5.3");

struct acpi_xsdt {
	struct acpi_header header;
	uint64_t entries[2];
} __attribute__((packed));

/* Only the fields that are not zero have a name of their own. */
struct acpi_fadt {
	struct acpi_header header;
	uint32_t facs, dsdt;
	uint8_t zero1[65];
	uint16_t boot_flags; /* offset 109 */
	uint8_t zero2;
	uint32_t flags; /* 112 */
	uint8_t zero3[12 + 1 + 2 + 1 + 8];
	uint64_t x_dsdt; /* 140 */
	uint8_t zero4[8 * 12 + 2 * 12];
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_fadt) == 268, "ACPI 5.1 and later: 268 bytes");
_Static_assert(__builtin_offsetof(struct acpi_fadt, boot_flags) == 109, "ACPI 6.2, 5.2.9");
_Static_assert(__builtin_offsetof(struct acpi_fadt, flags) == 112, "ACPI 6.2, 5.2.9");
_Static_assert(__builtin_offsetof(struct acpi_fadt, x_dsdt) == 140, "ACPI 6.2, 5.2.9");

struct acpi_madt {
	struct acpi_header header;
	uint32_t lapic_address;
	uint32_t flags;
} __attribute__((packed));

struct madt_lapic {
	uint8_t type, length; /* 0, 8 */
	uint8_t acpi_id, apic_id;
	uint32_t flags; /* 1: enabled */
} __attribute__((packed));

struct madt_x2apic {
	uint8_t type, length; /* 9, 16 */
	uint16_t reserved;
	uint32_t apic_id;
	uint32_t flags;
	uint32_t acpi_id;
} __attribute__((packed));
_Static_assert(sizeof(struct madt_lapic) == 8 && sizeof(struct madt_x2apic) == 16, "ACPI 6.2");

/* An id above 254 does not fit a local APIC entry. */
static bool wants_x2apic(unsigned int vcpu)
{
	return acpi_apic_id(vcpu) >= 255;
}

uint8_t acpi_sum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *p++);
	return sum;
}

static void header_finish(struct acpi_header *h, const char *signature, uint8_t revision,
			  uint32_t length)
{
	memcpy(h->signature, signature, 4);
	h->length = length;
	h->revision = revision;
	memcpy(h->oem_id, "Nacre ", 6);
	memcpy(h->oem_table_id, "PVH     ", 8);
	memcpy(h->creator_id, "NACR", 4);
	h->creator_revision = 1;
	h->checksum = 0;
	h->checksum = (uint8_t)-acpi_sum(h, length);
}

static size_t madt_size(unsigned int vcpus)
{
	size_t size = sizeof(struct acpi_madt);

	for (unsigned int v = 0; v < vcpus; v++)
		size += wants_x2apic(v) ? sizeof(struct madt_x2apic) : sizeof(struct madt_lapic);
	return size;
}

static void madt_fill(uint8_t *buf, unsigned int vcpus)
{
	struct acpi_madt *madt = (void *)buf;
	uint8_t *p = buf + sizeof(*madt);

	madt->lapic_address = 0xfee00000;
	for (unsigned int v = 0; v < vcpus; v++) {
		if (wants_x2apic(v)) {
			struct madt_x2apic entry = {9, 16, 0, acpi_apic_id(v), 1, v};

			memcpy(p, &entry, sizeof(entry));
			p += sizeof(entry);
		} else {
			struct madt_lapic entry = {0, 8, (uint8_t)v, (uint8_t)acpi_apic_id(v), 1};

			memcpy(p, &entry, sizeof(entry));
			p += sizeof(entry);
		}
	}
	header_finish(&madt->header, "APIC", 4, (uint32_t)madt_size(vcpus));
}

static void fadt_fill(struct acpi_fadt *fadt, uint64_t dsdt)
{
	fadt->dsdt = (uint32_t)dsdt;
	fadt->x_dsdt = dsdt;
	fadt->boot_flags = BOOT_NO_VGA | BOOT_NO_MSI | BOOT_NO_CMOS;
	fadt->flags = FADT_HW_REDUCED;
	header_finish(&fadt->header, "FACP", 5, sizeof(*fadt));
}

static void rsdp_fill(struct acpi_rsdp *rsdp, uint64_t xsdt)
{
	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "Nacre ", 6);
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = xsdt;
	rsdp->checksum = (uint8_t)-acpi_sum(rsdp, 20);
	rsdp->extended_checksum = (uint8_t)-acpi_sum(rsdp, sizeof(*rsdp));
}

static size_t align16(size_t x)
{
	return (x + 15) & ~(size_t)15;
}

size_t acpi_build(uint8_t *buf, size_t len, uint64_t base, unsigned int vcpus)
{
	size_t xsdt_at = align16(sizeof(struct acpi_rsdp));
	size_t fadt_at = align16(xsdt_at + sizeof(struct acpi_xsdt));
	size_t dsdt_at = align16(fadt_at + sizeof(struct acpi_fadt));
	size_t madt_at = align16(dsdt_at + sizeof(struct acpi_header));
	size_t end = madt_at + madt_size(vcpus);
	struct acpi_xsdt *xsdt = (void *)(buf + xsdt_at);

	if (end > len)
		return 0;
	memset(buf, 0, end);
	header_finish((void *)(buf + dsdt_at), "DSDT", 2, sizeof(struct acpi_header));
	fadt_fill((void *)(buf + fadt_at), base + dsdt_at);
	madt_fill(buf + madt_at, vcpus);
	xsdt->entries[0] = base + fadt_at;
	xsdt->entries[1] = base + madt_at;
	header_finish(&xsdt->header, "XSDT", 1, sizeof(*xsdt));
	rsdp_fill((void *)buf, base + xsdt_at);
	return end;
}
