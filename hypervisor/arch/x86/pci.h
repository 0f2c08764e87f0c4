/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* PCI configuration space by ports cf8 and cfc: start-up only. */
#ifndef ARCH_X86_PCI_H
#define ARCH_X86_PCI_H

#include <hv/types.h>

/* Bus, device, function as in the address register: bus << 8 | dev << 3 | fn. */
uint32_t pci_read(uint16_t bdf, unsigned int offset);
void pci_write(uint16_t bdf, unsigned int offset, uint32_t v);
/* The first function with this vendor and device id. */
bool pci_find(uint16_t vendor, uint16_t device, uint16_t *bdf);
/* Memory BAR number @i: address, and size if wanted. 0 if it is not one. */
uint64_t pci_bar(uint16_t bdf, unsigned int i, uint64_t *size);
/* Offset of a capability, or 0. */
unsigned int pci_capability(uint16_t bdf, uint8_t id);

#endif
