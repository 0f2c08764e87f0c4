/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What must be true after every event, whatever the load. */
#include "sim_check.h"

#include "../../hypervisor/core/credit2.h"

static bool is_credit2(const struct vcpu *v)
{
	return v->domain->cpupool->policy == &sched_credit2;
}

static void check_queue(struct c2_runq *rq)
{
	const struct runq_node *n, *last = NULL;
	uint32_t nr = 0;

	CHECK(!spin_is_locked(&rq->lock), "queue %ld", rq - c2_runqs);
	for (n = rq->queue.first; n; last = n, n = runq_next(n)) {
		struct c2_unit *u = CONTAINER_OF(n, struct c2_unit, node);

		nr++;
		CHECK(!last || last->key >= n->key, "order of the queue");
		CHECK(n->key == u->base, "key %ld, credit %ld", n->key, u->base);
		CHECK(u->rq == rq, "d%uv%u in another queue", u->v->domain->id, u->v->id);
		CHECK(!u->v->running && vcpu_runnable(u->v), "d%uv%u queued: %s, flags %x",
		      u->v->domain->id, u->v->id, u->v->running ? "running" : "off",
		      u->v->pause_flags);
		CHECK(c2_allowed(u), "nobody here may run d%uv%u", u->v->domain->id, u->v->id);
		CHECK(u->loaded, "not counted");
	}
	CHECK(nr == rq->queue.nr, "%u of %u", nr, rq->queue.nr);
}

static void check_units(struct c2_runq *rq)
{
	uint16_t heaviest = 1;
	int64_t load = 0;
	struct list *p;
	uint32_t nr = 0;

	list_for_each (p, &rq->units) {
		struct c2_unit *u = list_entry(p, struct c2_unit, all);

		nr++;
		load += u->loaded;
		heaviest = MAX(heaviest, u->weight);
		/* One that has run beyond what it was given, without an interrupt, is
		 * charged when it is looked at. */
		CHECK(c2_credit(u) >= c2_floor(u), "debt %ld beyond %ld", c2_credit(u),
		      c2_floor(u));
		CHECK(c2_credit(u) <= C2_INIT + (u->v->running ? C2_SLICE_MAX + C2_COMPENSATE
							       : C2_CARRYOVER),
		      "hoards %ld", c2_credit(u));
		CHECK(u->weight == u->v->domain->weight, "weight");
		CHECK(u->v->sched_lock == &rq->lock, "lock");
	}
	CHECK(nr == rq->nr_units, "%u of %u units", nr, rq->nr_units);
	CHECK(load == rq->load, "load %ld, counted %ld", rq->load, load);
	CHECK(heaviest == rq->max_weight, "heaviest %u, noted %u", heaviest, rq->max_weight);
}

/* What a domain's vCPUs hold and what is left never exceed one period's worth. */
static void check_budget(const struct sim_domain *dom)
{
	const struct c2_domain *c = dom->d->sched;
	int64_t sum = c->budget;
	struct list *p;
	uint32_t parked = 0;

	for (unsigned int i = 0; i < dom->nr; i++) {
		const struct c2_unit *u = c2_unit(dom->d->vcpu[i]);

		sum += u->period == c->period ? u->budget : MIN(u->budget, 0);
		CHECK(!c->per_period || u->budget <= c->quota, "more than a quota");
		CHECK(!c->per_period || !runq_queued(&u->node) || u->budget <= 0,
		      "a waiter holds budget");
		parked += !!(dom->d->vcpu[i]->pause_flags & VPF_PARKED);
	}
	CHECK(sum <= c->per_period, "budget %ld of %ld", sum, c->per_period);
	list_for_each (p, &c->parked)
		parked--;
	CHECK(!parked, "parked, and forgotten");
	CHECK(!c->per_period || timer_armed(&c->refill), "no refill will come");
}

/* Runnable: on exactly one CPU, or waiting; never both, never neither. */
static void check_vcpu(struct vcpu *v)
{
	unsigned int on = 0;
	bool asked = false;

	for (unsigned int c = 0; c < sim.cpus; c++) {
		if (pcpus[c].current != v)
			continue;
		on++;
		asked = pcpus[c].work & WORK_SCHED;
		CHECK(v->cpu == c, "d%uv%u thinks it is on %u", v->domain->id, v->id, v->cpu);
		CHECK(asked || (v->hard.bits & 1ULL << c), "d%uv%u on CPU %u against its affinity",
		      v->domain->id, v->id, c);
		CHECK(asked || vcpu_runnable(v), "d%uv%u runs with flags %x", v->domain->id, v->id,
		      v->pause_flags);
		CHECK(asked || sched_cpu_pool(c) == v->domain->cpupool, "foreign CPU");
	}
	CHECK(on <= 1, "d%uv%u on %u CPUs", v->domain->id, v->id, on);
	CHECK(on == v->running, "running: %d", v->running);
	if (!is_credit2(v) || !vcpu_runnable(v))
		return;
	CHECK(on || runq_queued(&c2_unit(v)->node), "d%uv%u is lost", v->domain->id, v->id);
}

/* No CPU is idle while one that it may run waits; nobody has an interrupt pending. */
static void check_idle(void)
{
	for (unsigned int c = 0; c < sim.cpus; c++)
		if (pcpus[c].work || sim.stalled[c] > host.now.ns)
			return;
	for (unsigned int c = 0; c < sim.cpus; c++) {
		struct cpupool *p = sched_cpu_pool(c);

		if (!p || pcpus[c].current || p->policy != &sched_credit2)
			continue;
		CHECK(c2_cpus[c].rq->idle & 1ULL << c, "CPU %u idles unnoticed", c);
		for (uint64_t m = p->runqs; m; m &= m - 1) {
			struct c2_runq *rq = &c2_runqs[__builtin_ctzll(m)];
			struct runq_node *n = runq_first_allowed(&rq->queue, c);
			struct c2_unit *u = n ? CONTAINER_OF(n, struct c2_unit, node) : NULL;

			CHECK(!u, "CPU %u idles while d%uv%u waits in %ld: %lx/%lx, CPUs %lx", c,
			      u->v->domain->id, u->v->id, rq - c2_runqs, u->v->hard.bits,
			      u->v->soft.bits, rq->cpus);
		}
	}
}

static __attribute__((constructor)) void always(void)
{
	sim_checker = sim_check;
}

void sim_check(bool quick)
{
	for (unsigned int i = 0; i < NR_CPUS; i++)
		if (c2_runqs[i].pool && (!quick || c2_runqs[i].queue.nr < 8))
			check_queue(&c2_runqs[i]);
	check_idle();
	if (quick)
		return;
	for (unsigned int i = 0; i < NR_CPUS; i++)
		if (c2_runqs[i].pool)
			check_units(&c2_runqs[i]);
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		if (sim.dom[i]->d->cpupool->policy == &sched_credit2)
			check_budget(sim.dom[i]);
		for (unsigned int k = 0; k < sim.dom[i]->nr; k++)
			check_vcpu(sim.dom[i]->d->vcpu[k]);
	}
}
