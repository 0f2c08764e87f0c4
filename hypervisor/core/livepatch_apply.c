/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Applying and reverting.  The CPU that took the request waits in the dispatch
 * loop until all others are there too, with interrupts off and nothing else on
 * their stacks; then it alone changes the text.  All of a payload is changed or
 * nothing of it.
 */
#include "livepatch.h"

#include <hv/arch.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/string.h>

enum phase {
	PHASE_IDLE,
	PHASE_GATHER, /* CPUs arrive; who is late finds another phase and leaves */
	PHASE_ACT,
};

/* Phase and number of CPUs that have arrived, in one word: nobody is counted for a
 * meeting that was given up. */
#define MEETING(phase, n) ((uint32_t)(phase) << 16 | (n))
#define MEETING_PHASE(w)  ((w) >> 16)
#define MEETING_COUNT(w)  ((w)&0xffff)

static struct {
	uint32_t meeting;
	struct payload *payload; /* busy with it, post hooks included */
	uint32_t cmd;
	int64_t timeout_ns;
} work;

static const char *const command_names[] = {
	[LIVEPATCH_ACTION_APPLY] = "APPLY",
	[LIVEPATCH_ACTION_REVERT] = "REVERT",
	[LIVEPATCH_ACTION_REPLACE] = "REPLACE",
};

/* --- the text ---------------------------------------------------------------------- */

static void site_apply(struct patch_site *s)
{
	if (s->applied)
		return;
	memcpy(s->saved, s->old, s->len);
	arch_text_write(s->old, s->insn, s->len);
	s->applied = true;
}

static void site_revert(struct patch_site *s)
{
	if (!s->applied)
		return;
	arch_text_write(s->old, s->saved, s->len);
	s->applied = false;
}

int livepatch_apply_functions(struct payload *p)
{
	for (uint32_t i = 0; i < p->nr_sites; i++)
		site_apply(&p->site[i]);
	return 0;
}

int livepatch_revert_functions(struct payload *p)
{
	for (uint32_t i = p->nr_sites; i-- > 0;)
		site_revert(&p->site[i]);
	return 0;
}

/* A hook may have left functions out: then the action has not taken place. */
static bool all_sites(const struct payload *p, bool applied)
{
	for (uint32_t i = 0; i < p->nr_sites; i++)
		if (p->site[i].applied != applied)
			return false;
	return true;
}

static void call_all(livepatch_load_fn *const *fn, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		fn[i]();
}

static int apply(struct payload *p)
{
	int rc;

	call_all(p->hooks.load, p->hooks.nr_load);
	rc = p->hooks.apply ? p->hooks.apply(p) : livepatch_apply_functions(p);
	if (!rc && !all_sites(p, true))
		rc = -XEN_EINVAL;
	if (rc) {
		livepatch_revert_functions(p);
		call_all(p->hooks.unload, p->hooks.nr_unload);
		return rc;
	}
	list_append(&payload_stack, &p->stacked);
	p->state = LIVEPATCH_STATE_APPLIED;
	return 0;
}

static int revert(struct payload *p)
{
	int rc = p->hooks.revert ? p->hooks.revert(p) : livepatch_revert_functions(p);

	if (!rc && !all_sites(p, false))
		rc = -XEN_EINVAL;
	if (rc) {
		livepatch_apply_functions(p);
		return rc;
	}
	call_all(p->hooks.unload, p->hooks.nr_unload);
	list_del(&p->stacked);
	p->state = LIVEPATCH_STATE_CHECKED;
	p->reverted = true;
	return 0;
}

/* The whole stack gives way to one; when that fails it comes back as it was. */
static int replace(struct payload *p)
{
	struct list undone = LIST_INIT(undone);
	int rc = 0;

	while (!rc && !list_empty(&payload_stack)) {
		struct payload *top = list_entry(payload_stack.prev, struct payload, stacked);

		rc = revert(top);
		top->rc = rc;
		if (!rc)
			list_append(&undone, &top->stacked);
	}
	if (!rc)
		rc = apply(p);
	while (!list_empty(&undone)) {
		struct payload *oldest = list_entry(undone.prev, struct payload, stacked);

		list_del(&oldest->stacked);
		if (rc)
			oldest->rc = apply(oldest);
	}
	return rc;
}

static int act(struct payload *p)
{
	switch (work.cmd) {
	case LIVEPATCH_ACTION_APPLY:
		return apply(p);
	case LIVEPATCH_ACTION_REVERT:
		return revert(p);
	default:
		return replace(p);
	}
}

/* --- the meeting --------------------------------------------------------------------- */

static uint32_t meeting(void)
{
	return __atomic_load_n(&work.meeting, __ATOMIC_SEQ_CST);
}

static void set_phase(enum phase phase)
{
	__atomic_store_n(&work.meeting, MEETING(phase, 0), __ATOMIC_SEQ_CST);
}

/* How many came before this CPU, -1: there is no meeting to come to. */
static int arrive(void)
{
	uint32_t w = meeting();

	do {
		if (MEETING_PHASE(w) != PHASE_GATHER)
			return -1;
	} while (!__atomic_compare_exchange_n(&work.meeting, &w, w + 1, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return (int)MEETING_COUNT(w);
}

/* Wait for the other CPUs until time is up; how many are here. */
static uint32_t gather(stime_t start)
{
	uint32_t n;

	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++)
		if (cpu != this_cpu()->id)
			pcpu_raise(cpu, WORK_PATCH);
	while ((n = MEETING_COUNT(meeting())) < nr_cpus_online &&
	       stime_sub(arch_now(), start) < work.timeout_ns)
		arch_relax();
	return n;
}

static void finish(struct payload *p)
{
	printk("livepatch: %s finished %s with rc=%d: %u functions, CPUs paused for %ld ns, "
	       "%ld of them until all had met\n",
	       p->name, command_names[work.cmd], p->rc, p->nr_sites, (long)p->pause_ns,
	       (long)p->gather_ns);
	if (work.cmd == LIVEPATCH_ACTION_APPLY && p->hooks.post_apply)
		p->hooks.post_apply(p);
	if (work.cmd == LIVEPATCH_ACTION_REVERT && p->hooks.post_revert)
		p->hooks.post_revert(p);
	__atomic_store_n(&work.payload, NULL, __ATOMIC_SEQ_CST);
}

static void lead(void)
{
	struct payload *p = work.payload;
	stime_t start = arch_now();
	uint32_t n = gather(start);

	p->last_cmd = work.cmd;
	p->gather_ns = p->pause_ns = stime_sub(arch_now(), start);
	if (n < nr_cpus_online) {
		set_phase(PHASE_IDLE);
		p->rc = -XEN_EBUSY;
		patch_say(p->name, "only %u of %u CPUs met in time; nothing was changed", n,
			  nr_cpus_online);
		__atomic_store_n(&work.payload, NULL, __ATOMIC_SEQ_CST);
		return;
	}
	set_phase(PHASE_ACT);
	p->rc = act(p);
	arch_sync_core();
	p->pause_ns = stime_sub(arch_now(), start);
	set_phase(PHASE_IDLE);
	finish(p);
}

void livepatch_rendezvous(void)
{
	int before = arrive();

	if (before == 0)
		lead();
	if (before <= 0)
		return;
	while (MEETING_PHASE(meeting()) != PHASE_IDLE)
		arch_relax();
	arch_sync_core();
}

bool livepatch_busy(void)
{
	return __atomic_load_n(&work.payload, __ATOMIC_SEQ_CST);
}

void livepatch_begin(struct payload *p, uint32_t cmd, uint32_t timeout_ns)
{
	p->rc = -XEN_EAGAIN;
	work.cmd = cmd;
	work.timeout_ns = timeout_ns;
	__atomic_store_n(&work.payload, p, __ATOMIC_SEQ_CST);
	set_phase(PHASE_GATHER);
	pcpu_raise(this_cpu()->id, WORK_PATCH);
}
