/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "acpi.h"
#include "bootinfo.h"
#include "paging.h"
#include <hv/printk.h>
#include <hv/string.h>

/* ACPI specification 6.4, section 5.2. */
struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum, reserved[3];
} __attribute__((packed));
_Static_assert(sizeof(struct rsdp) == 36, "RSDP");

struct table {
	char signature[4];
	uint32_t length;
	uint8_t rest[28];
};

struct madt_entry {
	uint8_t type, length;
};
struct madt_lapic {
	struct madt_entry head;
	uint8_t uid, apic_id;
	uint32_t flags;
} __attribute__((packed));
struct madt_x2apic {
	struct madt_entry head;
	uint16_t reserved;
	uint32_t apic_id, flags, uid;
} __attribute__((packed));

#define MADT_FIRST_ENTRY 44
#define MADT_LAPIC	 0
#define MADT_X2APIC	 9
#define MADT_ENABLED	 1
#define TABLE_MAX	 (1u << 20)

static bool sums_to_zero(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *b++);
	return !sum;
}

static bool rsdp_valid(const struct rsdp *r)
{
	return !memcmp(r->signature, "RSD PTR ", 8) && sums_to_zero(r, 20);
}

/* 5.2.5.1: in the first KiB of the EBDA or in the BIOS's ROM. */
static const struct rsdp *rsdp_search(void)
{
	const uint16_t *ebda_segment = low_to_virt(0x40e);
	uint64_t ebda = (uint64_t)*ebda_segment << 4;
	const struct mem_area {
		uint64_t start, end;
	} area[] = {{ebda, ebda + 1024}, {0xe0000, 0x100000}};

	for (unsigned int i = 0; i < ARRAY_SIZE(area); i++)
		for (uint64_t a = area[i].start; area[i].start && a + 20 <= area[i].end; a += 16)
			if (rsdp_valid(low_to_virt(a)))
				return low_to_virt(a);
	return NULL;
}

static const struct rsdp *rsdp_find(void)
{
	if (bootinfo.has_rsdp_copy && rsdp_valid((const void *)bootinfo.rsdp_copy))
		return (const void *)bootinfo.rsdp_copy;
	if (bootinfo.rsdp && rsdp_valid(low_to_virt(bootinfo.rsdp)))
		return low_to_virt(bootinfo.rsdp);
	return rsdp_search();
}

static const struct table *table_at(uint64_t address, const char *signature)
{
	const struct table *t = low_to_virt(address);

	if (!address || address >= (1ULL << 32) - TABLE_MAX ||
	    memcmp(t->signature, signature, 4) != 0 || t->length < sizeof(*t) ||
	    t->length > TABLE_MAX || !sums_to_zero(t, t->length))
		return NULL;
	return t;
}

static const struct table *find_table(const char *signature)
{
	const struct rsdp *r = rsdp_find();
	bool wide = r && r->revision >= 2 && r->xsdt;
	const struct table *list =
		r ? table_at(wide ? r->xsdt : r->rsdt, wide ? "XSDT" : "RSDT") : NULL;
	const struct table *t;
	size_t size = wide ? 8 : 4;

	if (!list)
		return NULL;
	for (size_t at = sizeof(*list); at + size <= list->length; at += size) {
		uint64_t address = 0;

		memcpy(&address, (const char *)list + at, size);
		t = table_at(address, signature);
		if (t)
			return t;
	}
	return NULL;
}

/* True if @e names a usable processor. */
static bool madt_processor(const struct madt_entry *e, uint32_t *id)
{
	const struct madt_lapic *l = (const void *)e;
	const struct madt_x2apic *x = (const void *)e;

	if (e->type == MADT_LAPIC && e->length >= sizeof(*l)) {
		*id = l->apic_id;
		return l->flags & MADT_ENABLED && *id != 0xff;
	}
	if (e->type == MADT_X2APIC && e->length >= sizeof(*x)) {
		*id = x->apic_id;
		return x->flags & MADT_ENABLED;
	}
	return false;
}

unsigned int acpi_find_cpus(uint32_t ids[NR_CPUS])
{
	const struct table *madt = find_table("APIC");
	unsigned int n = 0, more = 0;
	uint32_t id;

	if (!madt) {
		printk("ACPI: no table of processors (MADT): using one\n");
		return 0;
	}
	for (uint32_t at = MADT_FIRST_ENTRY; at + sizeof(struct madt_entry) <= madt->length;) {
		const struct madt_entry *e = (const void *)((const char *)madt + at);

		if (e->length < sizeof(*e) || e->length > madt->length - at)
			break;
		if (madt_processor(e, &id)) {
			if (n < NR_CPUS)
				ids[n++] = id;
			else
				more++;
		}
		at += e->length;
	}
	if (more)
		printk("ACPI: %u processors more than the %u supported\n", more, NR_CPUS);
	return n;
}
