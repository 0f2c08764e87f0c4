/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Hosted link, hypervisor side: see link_abi.h for the layout. */
#ifndef HV_LINK_H
#define HV_LINK_H

#include <hv/link_abi.h>
#include <hv/types.h>

/* --- given by the architecture (ivshmem device) -------------------------- */
struct link_area {
	void *base; /* BAR2, mapped; NULL: no link (bare metal) */
	uint64_t size;
};
extern struct link_area link_area;
/* Ring the host: vector 0. */
void arch_link_doorbell(void);

/* --- core ----------------------------------------------------------------- */
/* Create the external dom0 and say ready. No-op without a link. */
void link_start(void);
/* Something happened that domain 0 should look at. */
void link_event(void);
/* WORK_LINK: execute requests; bounded, raises itself again when preempted. */
void link_work(void);
/* True while this CPU serves a link request; copies then use the arena. */
bool link_serving(void);
int link_arena_copy(uint64_t va, void *buf, size_t len, bool to_guest);

#endif
