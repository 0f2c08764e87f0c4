/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The memory of an instance: RAM and link area, both anonymous files. */
#ifndef HOST_AREA_H
#define HOST_AREA_H

#include <stddef.h>
#include <stdint.h>

#include <hv/link_abi.h>
#include <xen/xen.h>

#define AREA_LINK_SIZE (64u << 20) /* QEMU wants a power of two */

struct area {
	int ram_fd, link_fd;
	uint64_t ram_size;
	uint64_t low_size; /* RAM below 4 GiB */
	char *ram;	   /* the whole file, by offset */
	char *link;
	struct link_header *header;
	shared_info_t *shared_info; /* of domain 0 */
	struct link_slot *slot;	    /* LINK_NR_SLOTS */
	char *arena;
	size_t arena_size;
};

/* 0 or -errno. */
int area_create(struct area *a, uint64_t ram_size);
void area_destroy(struct area *a);

/* RAM below 4 GiB of QEMU's pc machine with @ram_size bytes in all: everything
 * up to 3.5 GiB, else 3 GiB; the rest lies from 4 GiB on. */
uint64_t area_low_size(uint64_t ram_size);

/* Our address of a byte of machine memory; NULL if it is not RAM. */
char *area_ram(const struct area *a, uint64_t mfn, unsigned int offset);

#endif
