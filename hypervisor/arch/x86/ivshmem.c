/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "apic.h"
#include "ivshmem.h"
#include "paging.h"
#include "pci.h"
#include "time.h"
#include "traps.h"
#include <hv/link.h>
#include <hv/printk.h>

/* QEMU docs/specs/ivshmem-spec: BAR0 registers, BAR1 MSI-X, BAR2 memory. */
#define IVSHMEM_VENDOR	 0x1af4
#define IVSHMEM_DEVICE	 0x1110
#define IVSHMEM_DOORBELL 0x0c
#define HOST_PEER	 1u /* the server's own id; this machine is peer 0 */

#define PCI_COMMAND	   0x04
#define COMMAND_MEMORY	   (1u << 1)
#define COMMAND_MASTER	   (1u << 2)
#define CAP_MSIX	   0x11
#define MSIX_ENABLE	   (1u << 31)
#define MSIX_MASK_ALL	   (1u << 30)
#define MSIX_TABLE	   4
#define MSIX_ENTRY_ADDRESS 0
#define MSIX_ENTRY_HIGH	   1
#define MSIX_ENTRY_DATA	   2
#define MSIX_ENTRY_CONTROL 3
#define MSI_ADDRESS	   0xfee00000u

static volatile uint32_t *registers;

void arch_link_doorbell(void)
{
	if (registers)
		registers[IVSHMEM_DOORBELL / 4] = HOST_PEER << 16;
}

/* Vector 0 of the device becomes VEC_LINK on this CPU. */
static void route_interrupt(uint16_t bdf)
{
	unsigned int cap = pci_capability(bdf, CAP_MSIX);
	volatile uint32_t *entry;
	uint32_t table;

	if (!cap)
		panic("ivshmem device without MSI-X: start QEMU with ivshmem-doorbell");
	table = pci_read(bdf, cap + MSIX_TABLE);
	entry = device_map(pci_bar(bdf, table & 7, NULL) + (table & ~7u), 16, false);
	entry[MSIX_ENTRY_ADDRESS] = MSI_ADDRESS | apic_id() << 12;
	entry[MSIX_ENTRY_HIGH] = 0;
	entry[MSIX_ENTRY_DATA] = VEC_LINK;
	entry[MSIX_ENTRY_CONTROL] = 0;
	pci_write(bdf, cap, (pci_read(bdf, cap) | MSIX_ENABLE) & ~MSIX_MASK_ALL);
}

void ivshmem_init(void)
{
	const struct link_header *header;
	uint64_t base, size;
	uint16_t bdf;

	if (!pci_find(IVSHMEM_VENDOR, IVSHMEM_DEVICE, &bdf))
		return;
	pci_write(bdf, PCI_COMMAND, pci_read(bdf, PCI_COMMAND) | COMMAND_MEMORY | COMMAND_MASTER);
	base = pci_bar(bdf, 2, &size);
	if (!base || size < LINK_ARENA + LINK_PAGE)
		panic("ivshmem device with too little memory: %lu bytes", size);
	header = device_map(base, size, true);
	if (header->magic != LINK_MAGIC || header->version != LINK_VERSION)
		panic("ivshmem memory holds no link of version %u (magic %lx, version %u)",
		      LINK_VERSION, header->magic, header->version);
	registers = device_map(pci_bar(bdf, 0, NULL), LINK_PAGE, false);
	link_area.base = (void *)(uintptr_t)header;
	link_area.size = size;
	time_set_wallclock(header->wallclock_ns / 1000000000);
	route_interrupt(bdf);
	printk("Link: %lu MiB at %lx\n", size >> 20, base);
}

void ivshmem_describe(uint64_t ram_top, unsigned int cpus)
{
	struct link_header *header = link_area.base;

	if (header) {
		header->ram_top = ram_top;
		header->nr_cpus = cpus;
	}
}
