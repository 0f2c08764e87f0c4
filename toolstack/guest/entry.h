/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* State of vCPU 0 at a PVH kernel's first instruction. */
#ifndef GUEST_ENTRY_H
#define GUEST_ENTRY_H

#include "ctrl/hvm.h"

/* Registers of docs/misc/pvh: 32-bit flat protected mode, paging off. */
void entry_cpu(struct hvm_hw_cpu *cpu, uint32_t entry, uint32_t start_info);
/* Load it into the domain: its own header and MTRR records, our CPU record. */
int entry_set(struct ctrl *ctrl, uint32_t domid, uint32_t entry, uint32_t start_info);

#endif
