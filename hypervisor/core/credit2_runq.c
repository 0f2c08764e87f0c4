/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Credit2: which CPUs share a run queue, and which queue a unit is in. */
#include "credit2.h"

#include <hv/printk.h>
#include <hv/string.h>

/* Static: a late wake-up may still take the lock of a queue that is gone. */
struct c2_runq c2_runqs[NR_CPUS];
struct c2_cpu c2_cpus[NR_CPUS];

/* --- locks ------------------------------------------------------------------------ */

struct c2_runq *c2_lock_unit(const struct c2_unit *u)
{
	for (;;) {
		struct c2_runq *rq = READ_ONCE(u->rq);

		if (!rq)
			return NULL;
		spin_lock(&rq->lock);
		if (READ_ONCE(u->rq) == rq)
			return rq;
		spin_unlock(&rq->lock);
	}
}

void c2_lock_two(struct c2_runq *a, struct c2_runq *b)
{
	spin_lock(&MIN(a, b)->lock);
	if (a != b)
		spin_lock(&MAX(a, b)->lock);
}

void c2_unlock_two(struct c2_runq *a, struct c2_runq *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* --- weights ------------------------------------------------------------------------- */

/*
 * The heaviest has gone: credit is worth more time now, so debts beyond the bound
 * are cut, or a light vCPU would pay for a neighbour that is no more.
 */
static void recount_weights(struct c2_runq *rq)
{
	struct list *p;

	rq->max_weight = 1;
	rq->nr_heaviest = 0;
	list_for_each (p, &rq->units) {
		uint16_t w = list_entry(p, struct c2_unit, all)->weight;

		if (w > rq->max_weight)
			rq->nr_heaviest = 0;
		rq->max_weight = MAX(rq->max_weight, w);
		rq->nr_heaviest += w == rq->max_weight;
	}
	list_for_each (p, &rq->units) {
		struct c2_unit *u = list_entry(p, struct c2_unit, all);
		bool queued = runq_queued(&u->node);

		if (c2_credit(u) >= c2_floor(u))
			continue;
		if (queued)
			c2_dequeue(u);
		c2_set_credit(u, c2_floor(u));
		if (queued)
			c2_enqueue(u, arch_now().ns);
	}
}

static void weight_comes(struct c2_runq *rq, uint16_t w)
{
	if (w > rq->max_weight) {
		rq->max_weight = w;
		rq->nr_heaviest = 0;
	}
	rq->nr_heaviest += w == rq->max_weight;
}

static void weight_goes(struct c2_runq *rq, uint16_t w)
{
	if (w == rq->max_weight && --rq->nr_heaviest == 0)
		recount_weights(rq);
}

void c2_set_weight(struct c2_unit *u, uint16_t weight)
{
	struct c2_runq *rq = c2_lock_unit(u);
	uint16_t old = u->weight;

	if (!rq) {
		u->weight = weight;
		return;
	}
	if (u->v->running) {
		c2_burn(u, arch_now().ns);
		c2_tickle_cpu(rq, u->v->cpu);
	}
	u->weight = weight;
	u->residual = 0;
	weight_comes(rq, weight);
	weight_goes(rq, old);
	/* What it may owe has changed, too. */
	if (c2_credit(u) < c2_floor(u))
		recount_weights(rq);
	spin_unlock(&rq->lock);
}

/* --- load ------------------------------------------------------------------------------ */

/* The average @avg of what was @load since @stamp, as of @now: it nears the present
 * value in a straight line, and reaches it after a window without change. */
static int64_t average(int64_t avg, int64_t load, int64_t *stamp, int64_t now)
{
	unsigned int window = boot_options.credit2_load_window_shift - C2_LOAD_GRANULARITY;
	int64_t passed;

	now >>= C2_LOAD_GRANULARITY;
	passed = now - *stamp;
	if (passed <= 0)
		return avg;
	*stamp = now;
	load <<= C2_LOAD_PRECISION;
	if (passed >> window)
		return load;
	return avg + ((passed * (load - avg)) >> window);
}

void c2_update_load(struct c2_runq *rq, struct c2_unit *u, int change, int64_t now)
{
	rq->load_avg = average(rq->load_avg, rq->load, &rq->load_stamp, now);
	rq->load += change;
	if (!u)
		return;
	u->load_avg = average(u->load_avg, u->loaded, &u->load_stamp, now);
	if (change)
		u->loaded = change > 0;
}

/* --- units -------------------------------------------------------------------------------- */

void c2_attach(struct c2_unit *u, struct c2_runq *rq, unsigned int cpu)
{
	u->resets_seen = rq->resets;
	list_append(&rq->units, &u->all);
	rq->nr_units++;
	weight_comes(rq, u->weight);
	WRITE_ONCE(u->v->cpu, cpu);
	WRITE_ONCE(u->v->sched_lock, &rq->lock);
	WRITE_ONCE(u->rq, rq);
}

void c2_detach(struct c2_unit *u)
{
	struct c2_runq *rq = u->rq;

	u->v->stats.resets += rq->resets - u->resets_seen;
	list_del(&u->all);
	rq->nr_units--;
	/* v->sched_lock stays: whoever waits for it finds no queue. */
	WRITE_ONCE(u->rq, NULL);
	weight_goes(rq, u->weight);
}

void c2_move(struct c2_unit *u, struct c2_runq *to, unsigned int cpu, int64_t now)
{
	struct c2_runq *from = u->rq;
	bool queued = runq_queued(&u->node);
	int64_t credit = c2_credit(u), heaviest = from->max_weight;

	if (queued)
		c2_dequeue(u);
	if (u->loaded)
		c2_update_load(from, u, -1, now);
	if (from != to) {
		from->load_avg = MAX(from->load_avg - u->load_avg, 0);
		to->load_avg += u->load_avg;
		c2_detach(u);
		c2_attach(u, to, cpu);
		/* A debt is time, and stays the same time. */
		if (credit < 0)
			credit = credit * to->max_weight / heaviest;
		c2_set_credit(u, credit);
		u->v->stats.queue_moves++;
	}
	WRITE_ONCE(u->v->cpu, cpu);
	u->move_to = NULL;
	if (vcpu_runnable(u->v))
		c2_enqueue(u, now);
}

/* A CPU of @mask: the one it has, or an idle one, or one of them in turn. */
static unsigned int cpu_in(const struct c2_unit *u, const struct c2_runq *rq, uint64_t mask)
{
	uint64_t idle = mask & rq->idle;
	unsigned int skip = (u->v->domain->id + u->v->id) % 64;

	if (mask & 1ULL << u->v->cpu)
		return u->v->cpu;
	if (idle)
		mask = idle;
	/* Rotate, so that not all start on the lowest. */
	mask = mask >> skip ? mask >> skip << skip : mask;
	return (unsigned int)__builtin_ctzll(mask);
}

/* Average load, and by how many belong there while nothing has run yet. */
static int64_t load_of(const struct c2_runq *rq, const struct c2_unit *u)
{
	int cpus = c2_count(rq->cpus);
	uint32_t units = rq->nr_units - (u->rq == rq);

	return (READ_ONCE(rq->load_avg) + ((int64_t)units << (C2_LOAD_PRECISION - 6))) / cpus;
}

static struct c2_runq *least_loaded(const struct c2_unit *u, uint64_t mask)
{
	struct c2_runq *best = NULL;

	for (uint64_t m = u->v->domain->cpupool->runqs; m; m &= m - 1) {
		struct c2_runq *rq = &c2_runqs[__builtin_ctzll(m)];

		if ((READ_ONCE(rq->cpus) & mask) && (!best || load_of(rq, u) < load_of(best, u)))
			best = rq;
	}
	return best;
}

unsigned int c2_choose_cpu(const struct c2_unit *u)
{
	uint64_t mask = u->v->hard.bits & u->v->soft.bits;
	struct c2_runq *rq = least_loaded(u, mask);

	if (!rq) {
		mask = u->v->hard.bits;
		rq = least_loaded(u, mask);
	}
	ASSERT(rq); /* cpupool.c breaks an affinity rather than leave it without CPU */
	return cpu_in(u, rq, mask & rq->cpus);
}

void c2_relocate(struct c2_unit *u, int64_t now)
{
	for (;;) {
		struct c2_runq *from = READ_ONCE(u->rq), *to = READ_ONCE(u->move_to);
		unsigned int cpu;
		bool done;

		if (!from)
			return;
		if (to && to != from && to->pool == from->pool && (to->cpus & u->v->hard.bits)) {
			uint64_t there = to->cpus & u->v->hard.bits;
			uint64_t liked = there & u->v->soft.bits;

			cpu = cpu_in(u, to, liked ? liked : there);
		} else {
			cpu = c2_choose_cpu(u);
			to = c2_cpus[cpu].rq;
		}
		c2_lock_two(from, to);
		done = u->rq == from && (to->cpus & u->v->hard.bits & 1ULL << cpu);
		if (u->v->running) {
			done = true; /* started since: it stays in this queue */
		} else if (done) {
			c2_move(u, to, cpu, now);
			if (runq_queued(&u->node))
				c2_tickle(u, now);
		}
		c2_unlock_two(from, to);
		if (done)
			return;
	}
}

/* --- CPUs ------------------------------------------------------------------------------------ */

enum sharing { BY_CPU, BY_CORE, BY_SOCKET, BY_NODE, BY_ALL };

static int sharing(void)
{
	static const char *const names[] = {"cpu", "core", "socket", "node", "all"};

	for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
		if (!strcmp(boot_options.credit2_runqueue, names[i]))
			return i;
	return -1;
}

void c2_check_sharing(void)
{
	if (sharing() >= 0)
		return;
	printk("credit2_runqueue=%s is not known: using socket\n", boot_options.credit2_runqueue);
	strlcpy(boot_options.credit2_runqueue, "socket", sizeof(boot_options.credit2_runqueue));
}

/* True if two CPUs may share a queue; @siblings: if they are of one core. */
static bool together(unsigned int a, unsigned int b, enum sharing by, bool *siblings)
{
	uint32_t core_a, core_b, socket_a, socket_b, node_a, node_b;

	arch_cpu_topology(a, &core_a, &socket_a, &node_a);
	arch_cpu_topology(b, &core_b, &socket_b, &node_b);
	*siblings = core_a == core_b && socket_a == socket_b;
	switch (by) {
	case BY_CPU:
		return false;
	case BY_CORE:
		return *siblings;
	case BY_SOCKET:
		return socket_a == socket_b;
	case BY_NODE:
		return node_a == node_b;
	default:
		return true;
	}
}

/* A queue of the pool for @cpu.  Threads of a core stay together: there must be
 * room for all of a core that is new to the queue. */
static struct c2_runq *runq_for(const struct cpupool *p, unsigned int cpu)
{
	enum sharing by = (enum sharing)sharing();
	struct arch_cpu_facts facts;

	arch_cpu_facts(&facts);
	for (uint64_t m = p->runqs; m; m &= m - 1) {
		struct c2_runq *rq = &c2_runqs[__builtin_ctzll(m)];
		unsigned int room = boot_options.credit2_max_cpus - rq->attached;
		bool fits = rq->cpus, sibling = false, one;

		for (uint64_t c = rq->cpus; c; c &= c - 1) {
			fits = fits && together((unsigned int)__builtin_ctzll(c), cpu, by, &one);
			sibling |= fits && one;
		}
		if (fits && rq->attached < boot_options.credit2_max_cpus &&
		    (sibling || room >= facts.threads_per_core))
			return rq;
	}
	return NULL;
}

static struct c2_runq *free_slot(void)
{
	for (unsigned int i = 0; i < NR_CPUS; i++)
		if (!c2_runqs[i].pool)
			return &c2_runqs[i];
	return NULL; /* not to happen: there are as many as CPUs */
}

int c2_cpu_add(struct cpupool *p, unsigned int cpu)
{
	struct c2_runq *rq = runq_for(p, cpu);
	uint64_t bit = 1ULL << cpu;

	c2_cpus[cpu].siblings = bit;
	for (unsigned int i = 0; i < nr_cpus_online; i++) {
		bool siblings;

		together(i, cpu, BY_CORE, &siblings);
		if (!siblings)
			continue;
		c2_cpus[cpu].siblings |= 1ULL << i;
		c2_cpus[i].siblings |= bit;
	}
	if (!rq) {
		rq = free_slot();
		if (!rq)
			return -XEN_ENOSPC;
		spin_lock(&rq->lock);
		rq->pool = p;
		rq->cpus = rq->idle = rq->tickled = rq->vain = 0;
		rq->max_weight = 1;
		rq->load = rq->load_avg = 0;
		list_init(&rq->units);
		spin_unlock(&rq->lock);
		p->runqs |= 1ULL << (rq - c2_runqs);
	}
	spin_lock(&rq->lock);
	rq->cpus |= bit;
	rq->attached++;
	c2_cpus[cpu].rq = rq;
	c2_cpus[cpu].curr = NULL;
	spin_unlock(&rq->lock);
	return 0;
}

/* The unit that must find another place first, or NULL. */
static struct c2_unit *homeless(struct c2_runq *rq)
{
	struct list *p;

	list_for_each (p, &rq->units) {
		struct c2_unit *u = list_entry(p, struct c2_unit, all);

		if (!u->v->running && !c2_allowed(u))
			return u;
	}
	return NULL;
}

void c2_cpu_stop(struct cpupool *p, unsigned int cpu)
{
	struct c2_runq *rq = c2_cpus[cpu].rq;
	struct c2_unit *u;
	struct list *l;

	spin_lock(&rq->lock);
	rq->cpus &= ~(1ULL << cpu);
	__atomic_fetch_and(&rq->idle, ~(1ULL << cpu), __ATOMIC_SEQ_CST);
	/* Those that ran here last get another home in this queue. */
	list_for_each (l, &rq->units) {
		u = list_entry(l, struct c2_unit, all);
		if (u->v->cpu == cpu && !u->v->running && c2_allowed(u))
			c2_move(u, rq, cpu_in(u, rq, c2_allowed(u)), arch_now().ns);
	}
	spin_unlock(&rq->lock);
	if (!rq->cpus)
		p->runqs &= ~(1ULL << (rq - c2_runqs));
	for (;;) {
		spin_lock(&rq->lock);
		u = homeless(rq);
		spin_unlock(&rq->lock);
		if (!u)
			return;
		c2_relocate(u, arch_now().ns);
	}
}

void c2_cpu_gone(unsigned int cpu)
{
	struct c2_runq *rq = c2_cpus[cpu].rq;

	spin_lock(&rq->lock);
	if (--rq->attached == 0)
		rq->pool = NULL;
	spin_unlock(&rq->lock);
}
