/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* On top of sched_id.c: uses a function of that payload, has data of its own and hooks. */
#include "patch.h"
#include <hv/printk.h>
#include <xen/sysctl.h>

int other_sched_id(struct xen_sysctl *op, bool *copyback);

static uint32_t calls = 1;

static int counting_sched_id(struct xen_sysctl *op, bool *copyback)
{
	int rc = other_sched_id(op, copyback);

	op->u.sched_id.sched_id = XEN_SCHEDULER_RTDS;
	printk("stacked: call %u\n", calls++);
	return rc;
}

static void on_load(void)
{
	calls = 100;
}

static void after(struct payload *p)
{
	(void)p;
	printk("stacked: after\n");
}

REPLACE(sysctl_sched_id, counting_sched_id);
SECTION(".livepatch.hooks.load") static livepatch_load_fn *const load_hook = on_load;
SECTION(".livepatch.hooks.postapply") static livepatch_post_fn *const post_hook = after;
