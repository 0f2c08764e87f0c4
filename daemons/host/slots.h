/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Requests to the hypervisor: a fair queue in front of the link's slots.  Each
 * slot has its own scratch memory in the arena for what a request points to.
 */
#ifndef HOST_SLOTS_H
#define HOST_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "area.h"

#define SLOTS_SCRATCH_PAGES 16u
#define SLOTS_SCRATCH	    (SLOTS_SCRATCH_PAGES * LINK_PAGE)

struct op {
	struct op *next;
	/*
	 * Called when the request gets a slot: fill op, arg and arena_va (preset
	 * to our own mapping's).  @scratch has SLOTS_SCRATCH bytes; @offset is
	 * its place in the arena.
	 */
	void (*prepare)(struct op *op, struct link_slot *req, void *scratch, uint64_t offset);
	/* The hypervisor's result; @scratch is as it left it, NULL if it is gone
	 * (result is then -EIO). The op may be submitted again from here. */
	void (*done)(struct op *op, int64_t result, void *scratch);
};

struct slots {
	struct area *area;
	void (*ring)(void *arg);
	void *ring_arg;
	struct op *head, **tail;
	struct op *running[LINK_NR_SLOTS];
	unsigned int nr_free;
	bool dead;
};

/* The first LINK_NR_SLOTS * SLOTS_SCRATCH_PAGES pages of the arena are scratch. */
void slots_init(struct slots *s, struct area *area, void (*ring)(void *arg), void *ring_arg);

/* Queue @op. 0, or -EIO when the hypervisor is gone (done is not called). */
int slots_submit(struct slots *s, struct op *op);

/* The doorbell rang: finish what is done, start what waits. */
void slots_poll(struct slots *s);

/* The hypervisor is gone: every request ends with -EIO. */
void slots_fail(struct slots *s);

#endif
