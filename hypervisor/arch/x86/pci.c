/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "insn.h"
#include "pci.h"

#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc

#define PCI_COMMAND   0x04
#define PCI_HEADER    0x0c
#define PCI_BAR0      0x10
#define PCI_CAP_FIRST 0x34

#define COMMAND_IO_MEMORY 3u
#define BAR_IO		  1u
#define BAR_64BIT	  4u
#define HEADER_MULTI	  (1u << 23)

uint32_t pci_read(uint16_t bdf, unsigned int offset)
{
	outl(PCI_ADDRESS, 1u << 31 | (uint32_t)bdf << 8 | (offset & 0xfc));
	return inl(PCI_DATA);
}

void pci_write(uint16_t bdf, unsigned int offset, uint32_t v)
{
	outl(PCI_ADDRESS, 1u << 31 | (uint32_t)bdf << 8 | (offset & 0xfc));
	outl(PCI_DATA, v);
}

bool pci_find(uint16_t vendor, uint16_t device, uint16_t *bdf)
{
	uint32_t wanted = vendor | (uint32_t)device << 16, id;

	for (uint32_t at = 0; at < 0x10000; at++) {
		if (!(at & 0xff) && at && pci_read(0, 0) == 0xffffffff)
			return false; /* no PCI at all */
		id = pci_read((uint16_t)at, 0);
		if (id == wanted) {
			*bdf = (uint16_t)at;
			return true;
		}
		/* Functions 1 to 7 only where there are several; and a bus whose first
		 * device does not answer still may have others. */
		if (!(at & 7) &&
		    (id == 0xffffffff || !(pci_read((uint16_t)at, PCI_HEADER) & HEADER_MULTI)))
			at += 7;
	}
	return false;
}

uint64_t pci_bar(uint16_t bdf, unsigned int i, uint64_t *size)
{
	unsigned int reg = PCI_BAR0 + 4 * i;
	uint32_t low = pci_read(bdf, reg), high = 0, command;
	uint64_t mask;

	if (low & BAR_IO)
		return 0;
	if (low & BAR_64BIT)
		high = pci_read(bdf, reg + 4);
	if (size) {
		command = pci_read(bdf, PCI_COMMAND) & 0xffff;
		pci_write(bdf, PCI_COMMAND, command & ~COMMAND_IO_MEMORY);
		pci_write(bdf, reg, 0xffffffff);
		mask = pci_read(bdf, reg) & ~0xfULL;
		pci_write(bdf, reg, low);
		if (low & BAR_64BIT) {
			pci_write(bdf, reg + 4, 0xffffffff);
			mask |= (uint64_t)pci_read(bdf, reg + 4) << 32;
			pci_write(bdf, reg + 4, high);
		} else {
			mask |= 0xffffffffULL << 32;
		}
		pci_write(bdf, PCI_COMMAND, command);
		*size = ~mask + 1;
	}
	return (low & ~0xfULL) | (uint64_t)high << 32;
}

unsigned int pci_capability(uint16_t bdf, uint8_t id)
{
	unsigned int at = pci_read(bdf, PCI_CAP_FIRST) & 0xfc;

	for (unsigned int n = 0; at && n < 48; n++) {
		uint32_t head = pci_read(bdf, at);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}
