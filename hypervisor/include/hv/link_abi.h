/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Layout of the shared memory between the hosted hypervisor and nacre-host
 * (BAR2 of the ivshmem device).  Both sides include this file; it is
 * self-contained.  All fields are little-endian and naturally aligned.
 *
 *   page 0        struct link_header
 *   page 1        domain 0's shared_info
 *   page 2..3     request slots
 *   page 16..     arena: pages lent to local programs as hypercall buffers
 *
 * Doorbells: host to hypervisor, vector 0: some slot became REQUEST (or only
 * "look again").  Hypervisor to host, vector 0: some slot became DONE, or an
 * event became pending in shared_info.  Doorbells coalesce: always look at
 * everything.
 */
#ifndef HV_LINK_ABI_H
#define HV_LINK_ABI_H

#include <stdint.h>

#define LINK_MAGIC	 0x4b4e4c4552434e31ULL
#define LINK_VERSION	 1
#define LINK_PAGE	 4096u
#define LINK_SHARED_INFO (1 * LINK_PAGE)
#define LINK_SLOTS	 (2 * LINK_PAGE)
#define LINK_NR_SLOTS	 64u
#define LINK_ARENA	 (16 * LINK_PAGE)

enum link_state { LINK_DOWN = 0, LINK_READY = 1, LINK_DEAD = 2 };

struct link_header {
	uint64_t magic;	       /* host, before QEMU starts */
	uint32_t version;      /* host */
	uint32_t size;	       /* host: bytes of the whole area */
	uint64_t wallclock_ns; /* host: CLOCK_REALTIME when QEMU was started */
	uint32_t state;	       /* hypervisor: enum link_state */
	uint32_t nr_cpus;      /* hypervisor: CPUs online */
	uint64_t ram_top;      /* hypervisor: one past the highest RAM address it uses */
	uint8_t pad[LINK_PAGE - 40];
};
_Static_assert(sizeof(struct link_header) == LINK_PAGE, "one page");

enum link_slot_state { SLOT_FREE = 0, SLOT_REQUEST = 1, SLOT_DONE = 2 };

/*
 * The host fills a FREE slot, stores REQUEST (release) and rings.  The
 * hypervisor executes requests in any order (a preempted one goes on later),
 * writes result, stores DONE (release) and rings.  The host frees it.
 * Pointers in arguments and in structures they lead to are addresses in the
 * caller; [arena_va, arena_va + arena size) maps to the arena, all else is
 * -EFAULT.
 */
struct link_slot {
	uint32_t state; /* enum link_slot_state */
	uint32_t op;	/* hypercall number, or LINK_OP_* */
	uint64_t arg[5];
	uint64_t arena_va; /* caller's address of the arena's first byte */
	int64_t result;	   /* negative Xen errno or result */
	uint64_t pad;
};
_Static_assert(sizeof(struct link_slot) == 72, "slot");
_Static_assert(LINK_SLOTS + LINK_NR_SLOTS * sizeof(struct link_slot) <= LINK_ARENA, "fits");

/* What privcmd, gntdev and the kernel's p2m do in a Linux dom0. */
#define LINK_OP_BASE 0x1000u
/* arg0 domid, arg1 number n (<= 65536), arg2 arena offset of uint64_t gfn[n],
 * arg3 arena offset of uint64_t mfn_out[n], arg4 arena offset of int32_t err[n];
 * 1 reference a frame; failing entries have err != 0 (and mfn ~0). 0 or errno. */
#define LINK_OP_MAP_FOREIGN (LINK_OP_BASE + 0)
/* arg0 n, arg1 arena offset of uint64_t mfn[n]: drop the references. */
#define LINK_OP_UNMAP (LINK_OP_BASE + 1)
/* arg0 domid, arg1 type | (uint64_t)id << 32 (XENMEM_resource_*), arg2 first
 * frame, arg3 n, arg4 arena offset of uint64_t mfn_out[n]; 1 reference a frame.
 * n = 0: result is the number of frames of the resource. */
#define LINK_OP_MAP_RESOURCE (LINK_OP_BASE + 2)
/* Test: does nothing, returns arg0. */
#define LINK_OP_NULL (LINK_OP_BASE + 3)

#endif
