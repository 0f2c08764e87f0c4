/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/heap.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/timer.h>

static uint32_t reserved = 8; /* the CPUs' own timers */

void timer_init(struct timer *t, void (*fn)(void *), void *data, unsigned int cpu)
{
	*t = (struct timer){.fn = fn, .data = data, .cpu = cpu, .slot = -1};
}

static void place(struct timer_heap *h, uint32_t i, struct timer *t)
{
	h->heap[i] = t;
	t->slot = i;
}

static void sift_up(struct timer_heap *h, uint32_t i)
{
	struct timer *t = h->heap[i];

	while (i && stime_before(t->expires, h->heap[(i - 1) / 2]->expires)) {
		place(h, i, h->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(h, i, t);
}

static void sift_down(struct timer_heap *h, uint32_t i)
{
	struct timer *t = h->heap[i];

	for (uint32_t c; (c = 2 * i + 1) < h->nr; i = c) {
		if (c + 1 < h->nr && stime_before(h->heap[c + 1]->expires, h->heap[c]->expires))
			c++;
		if (!stime_before(h->heap[c]->expires, t->expires))
			break;
		place(h, i, h->heap[c]);
	}
	place(h, i, t);
}

static void heap_remove(struct timer_heap *h, struct timer *t)
{
	uint32_t i = t->slot;
	struct timer *last = h->heap[--h->nr];

	t->slot = -1;
	if (t == last)
		return;
	place(h, i, last);
	sift_up(h, i);
	sift_down(h, last->slot);
}

static void heap_insert(struct timer_heap *h, struct timer *t)
{
	/* timers_reserve() accounts for every timer in the system on every CPU. */
	BUG_ON(h->nr >= h->cap);
	h->heap[h->nr] = t;
	t->slot = h->nr++;
	sift_up(h, t->slot);
}

/* Lock the heap the timer is on; it may migrate while we wait. */
static struct timer_heap *lock_heap_of(const struct timer *t)
{
	for (;;) {
		unsigned int cpu = READ_ONCE(t->cpu);
		struct timer_heap *h = &pcpus[cpu].timers;

		spin_lock(&h->lock);
		if (READ_ONCE(t->cpu) == cpu)
			return h;
		spin_unlock(&h->lock);
	}
}

void timer_set(struct timer *t, stime_t expires)
{
	struct timer_heap *h = lock_heap_of(t);
	bool first;

	if (t->slot >= 0)
		heap_remove(h, t);
	t->expires = expires;
	heap_insert(h, t);
	/* An earlier interrupt than needed is harmless and saves a device access. */
	first = t->slot == 0 && stime_before(expires, h->armed);
	if (first && t->cpu == this_cpu()->id) {
		h->armed = expires;
		arch_set_deadline(expires);
	} else if (first) {
		pcpu_raise(t->cpu, WORK_TIMER);
	}
	spin_unlock(&h->lock);
}

void timer_stop(struct timer *t)
{
	struct timer_heap *h = lock_heap_of(t);

	if (t->slot >= 0)
		heap_remove(h, t);
	spin_unlock(&h->lock);
}

void timer_kill(struct timer *t)
{
	if (!t->fn)
		return;
	timer_stop(t);
	while (__atomic_load_n(&t->running, __ATOMIC_ACQUIRE))
		arch_relax();
	timer_stop(t);
}

void timer_migrate(struct timer *t, unsigned int cpu)
{
	struct timer_heap *h;
	bool armed;

	if (READ_ONCE(t->cpu) == cpu)
		return;
	h = lock_heap_of(t);
	armed = t->slot >= 0;
	if (armed)
		heap_remove(h, t);
	WRITE_ONCE(t->cpu, cpu);
	spin_unlock(&h->lock);
	if (armed)
		timer_set(t, t->expires);
}

void timers_run(void)
{
	struct timer_heap *h = &this_cpu()->timers;
	stime_t now = arch_now();

	spin_lock(&h->lock);
	while (h->nr && !stime_before(now, h->heap[0]->expires)) {
		struct timer *t = h->heap[0];

		heap_remove(h, t);
		__atomic_store_n(&t->running, 1, __ATOMIC_RELEASE);
		spin_unlock(&h->lock);
		t->fn(t->data);
		/* The handler may be the last user: the flag is the last touch. */
		__atomic_store_n(&t->running, 0, __ATOMIC_RELEASE);
		spin_lock(&h->lock);
	}
	h->armed = h->nr ? h->heap[0]->expires : STIME_NEVER;
	arch_set_deadline(h->armed);
	spin_unlock(&h->lock);
}

static int grow(struct timer_heap *h, uint32_t cap)
{
	struct timer **bigger, **old;

	if (h->cap >= cap)
		return 0;
	cap = ROUND_UP(cap + cap / 2, 64);
	bigger = heap_array(cap, sizeof(*bigger));
	if (!bigger)
		return -XEN_ENOMEM;
	spin_lock(&h->lock);
	old = h->heap;
	if (h->nr)
		memcpy(bigger, old, h->nr * sizeof(*bigger));
	h->heap = bigger;
	h->cap = cap;
	spin_unlock(&h->lock);
	heap_free(old);
	return 0;
}

int timers_reserve(unsigned int n)
{
	uint32_t want = __atomic_add_fetch(&reserved, n, __ATOMIC_RELAXED);

	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++) {
		if (grow(&pcpus[cpu].timers, want)) {
			timers_unreserve(n);
			return -XEN_ENOMEM;
		}
	}
	return 0;
}

void timers_unreserve(unsigned int n)
{
	__atomic_fetch_sub(&reserved, n, __ATOMIC_RELAXED);
}

int timers_cpu_up(unsigned int cpu)
{
	pcpus[cpu].timers.armed = STIME_NEVER;
	return grow(&pcpus[cpu].timers, reserved);
}
