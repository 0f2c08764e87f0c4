/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Timers: a binary heap of deadlines per CPU, one-shot.  A timer belongs to the
 * CPU it was last armed on; handlers run there from the dispatch loop with no
 * lock held, and may re-arm their own timer.
 */
#ifndef HV_TIMER_H
#define HV_TIMER_H

#include <hv/spinlock.h>

struct timer {
	stime_t expires;
	void (*fn)(void *data);
	void *data;
	int32_t slot; /* place in the heap; -1 = not armed */
	uint32_t cpu;
	uint32_t running; /* its handler is executing */
};

struct timer_heap {
	spinlock_t lock;
	uint32_t nr, cap;
	struct timer **heap;
	stime_t armed; /* what the hardware is set to */
};

/* Prepare a timer; must be called once before any other function. */
void timer_init(struct timer *t, void (*fn)(void *), void *data, unsigned int cpu);
/* Arm (or re-arm) at @expires. A moment in the past fires at once. Any context. */
void timer_set(struct timer *t, stime_t expires);
/* Disarm. The handler may still be running on another CPU. */
void timer_stop(struct timer *t);
/* Disarm, wait until the handler is not running anywhere; for teardown. */
void timer_kill(struct timer *t);
/* Move to another CPU, keeping the deadline. */
void timer_migrate(struct timer *t, unsigned int cpu);
static inline bool timer_armed(const struct timer *t)
{
	return READ_ONCE(t->slot) >= 0;
}

/* Dispatch loop: run everything that is due on this CPU, arm the hardware. */
void timers_run(void);
/* Reserve heap room for @n more timers on every CPU, so that arming never
 * allocates. Returns 0 or -ENOMEM. Called when vCPUs are made. */
int timers_reserve(unsigned int n);
/* Heap of a CPU that comes up. */
int timers_cpu_up(unsigned int cpu);
void timers_unreserve(unsigned int n);

#endif
