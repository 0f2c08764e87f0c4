/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The block that a PVH kernel finds through %ebx: xen/arch-x86/hvm/start_info.h. */
#ifndef GUEST_START_INFO_H
#define GUEST_START_INFO_H

#include <stddef.h>
#include <stdint.h>

#include "guest/layout.h"

/* Bytes of header, module list, memory map and command line. */
size_t start_info_size(const struct guest_layout *layout, const char *cmdline);
/* Write it for guest address layout->start_info; @buf has start_info_size() bytes. */
void start_info_fill(uint8_t *buf, const struct guest_layout *layout, const char *cmdline,
		     uint64_t rsdp);

#endif
