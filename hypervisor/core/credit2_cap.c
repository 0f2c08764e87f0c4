/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2: caps.  A capped domain gets a budget of CPU time each period; its vCPUs
 * take pieces of it while they run and give back what is left when they stop.
 * Who finds none is parked until the next period or a piece that comes back.
 * What was run too long is owed; what was not used in its period is lost, also what
 * a vCPU has taken and not run.
 */
#include "credit2.h"

static int64_t period_ns(void)
{
	return (int64_t)boot_options.credit2_cap_period_ms * 1000000;
}

/* Of what was taken in an earlier period only the debt counts, and what was run
 * in this one. Budget's lock. */
static void settle(struct c2_domain *dom, struct c2_unit *u, int64_t now)
{
	int64_t began = dom->period_end.ns - period_ns();

	if (u->period == dom->period)
		return;
	u->period = dom->period;
	if (u->budget > 0)
		u->budget = u->v->running ? MAX(u->since, began) - now : 0;
}

/*
 * In turn: those that found nothing come before those that have run, next time.  Else, where
 * all have as much credit as they may, the same one would get the budget in each period.
 */
static void park(struct c2_domain *dom, struct c2_unit *u)
{
	struct list *at = &dom->parked;

	u->spent = u->v->running;
	while (!u->spent && at->prev != &dom->parked &&
	       list_entry(at->prev, struct c2_unit, parked)->spent)
		at = at->prev;
	list_add_before(at, &u->parked);
}

bool c2_budget(struct c2_unit *u, int64_t now)
{
	struct c2_domain *dom = c2_domain(u);
	bool got;

	if (!dom->per_period || (u->budget > 0 && u->period == READ_ONCE(dom->period)))
		return true;
	spin_lock(&dom->lock);
	settle(dom, u, now);
	dom->budget += u->budget;
	got = dom->budget > 0;
	u->budget = got ? MIN(dom->budget, dom->quota) : 0;
	dom->budget -= u->budget;
	if (!got) {
		/* With the list's lock: who unparks it clears the flag after this. */
		__atomic_fetch_or(&u->v->pause_flags, VPF_PARKED, __ATOMIC_SEQ_CST);
		park(dom, u);
		u->parked_at = now;
		u->v->stats.parks++;
		vcpu_runstate_change(u->v, RUNSTATE_offline, (stime_t){now});
	}
	spin_unlock(&dom->lock);
	return got;
}

bool c2_budget_return(struct c2_unit *u, int64_t now)
{
	struct c2_domain *dom = c2_domain(u);
	bool wanted;

	if (!u->budget)
		return false;
	spin_lock(&dom->lock);
	settle(dom, u, now);
	dom->budget += dom->per_period ? u->budget : 0;
	u->budget = 0;
	wanted = dom->budget > 0 && !list_empty(&dom->parked);
	spin_unlock(&dom->lock);
	return wanted;
}

/* Budget's lock. */
static void parked_till(struct c2_unit *u, int64_t now)
{
	if (u->parked_at)
		u->v->stats.parked_ns += (uint64_t)(now - u->parked_at);
	u->parked_at = 0;
}

void c2_unpark(struct c2_domain *dom)
{
	struct list all = LIST_INIT(all);
	struct list *p;

	spin_lock(&dom->lock);
	while ((p = dom->parked.next) != &dom->parked) {
		struct c2_unit *u = list_entry(p, struct c2_unit, parked);

		list_del(p);
		parked_till(u, arch_now().ns);
		list_append(&all, p);
	}
	spin_unlock(&dom->lock);
	/* Waking takes the queues' locks, which are outside of this one.  From a list
	 * of our own: who finds no budget is back on the other one at once. */
	for (;;) {
		struct c2_unit *u = NULL;

		spin_lock(&dom->lock);
		if (!list_empty(&all)) {
			u = list_entry(all.next, struct c2_unit, parked);
			list_del(&u->parked);
		}
		spin_unlock(&dom->lock);
		if (!u)
			return;
		vcpu_clear_flags(u->v, VPF_PARKED);
	}
}

void c2_cap_forget(struct c2_unit *u)
{
	struct c2_domain *dom = c2_domain(u);

	spin_lock(&dom->lock);
	list_del(&u->parked);
	parked_till(u, arch_now().ns);
	spin_unlock(&dom->lock);
	__atomic_fetch_and(&u->v->pause_flags, ~VPF_PARKED, __ATOMIC_SEQ_CST);
}

/* A new period, or several if the timer comes late: never more than one's worth. */
static void refill(void *data)
{
	struct c2_domain *dom = data;
	stime_t now = arch_now();

	spin_lock(&dom->lock);
	do {
		dom->budget += dom->per_period;
		dom->period_end = stime_add(dom->period_end, period_ns());
		dom->period++;
	} while (!stime_before(now, dom->period_end));
	dom->budget = MIN(dom->budget, dom->per_period);
	if (dom->per_period)
		timer_set(&dom->refill, dom->period_end);
	spin_unlock(&dom->lock);
	if (READ_ONCE(dom->budget) > 0)
		c2_unpark(dom);
}

void c2_cap_init(struct domain *d)
{
	struct c2_domain *dom = d->sched;

	*dom = (struct c2_domain){.d = d};
	list_init(&dom->parked);
	timer_init(&dom->refill, refill, dom, this_cpu()->id);
}

/* All that units hold is void: each must ask again, now. */
static void revoke(struct domain *d)
{
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct c2_unit *u = d->vcpu[i] ? c2_unit(d->vcpu[i]) : NULL;
		struct c2_runq *rq = u ? c2_lock_unit(u) : NULL;

		if (!rq)
			continue;
		if (u->v->running) {
			c2_burn(u, arch_now().ns);
			c2_tickle_cpu(rq, u->v->cpu);
		}
		u->budget = 0;
		spin_unlock(&rq->lock);
	}
}

void c2_set_cap(struct domain *d, uint16_t cap)
{
	struct c2_domain *dom = d->sched;
	unsigned int vcpus = 0;

	for (unsigned int i = 0; i < d->max_vcpus; i++)
		vcpus += d->vcpu[i] != NULL;
	revoke(d);
	spin_lock(&dom->lock);
	timer_stop(&dom->refill);
	/* Debts stay; a first period begins. */
	dom->budget = dom->per_period ? MIN(dom->budget, 0) : 0;
	dom->per_period = period_ns() * cap / 100;
	dom->quota = MAX(dom->per_period / MAX(vcpus, 1u), C2_SLICE_MIN);
	dom->budget += dom->per_period;
	dom->period_end = stime_add(arch_now(), period_ns());
	dom->period++;
	d->cap = cap;
	if (cap)
		timer_set(&dom->refill, dom->period_end);
	spin_unlock(&dom->lock);
	revoke(d);
	c2_unpark(dom);
}
