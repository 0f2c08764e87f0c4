/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Credit2: what is set from outside, and what can be asked. */
#include "credit2.h"

#include <hv/printk.h>

void c2_pool_init(struct cpupool *p)
{
	if (boot_options.ratelimit_us &&
	    boot_options.ratelimit_us < XEN_SYSCTL_SCHED_RATELIMIT_MIN) {
		printk("sched_ratelimit_us is not 0 or at least %u: using 1000\n",
		       XEN_SYSCTL_SCHED_RATELIMIT_MIN);
		boot_options.ratelimit_us = 1000;
	}
	p->ratelimit_us = boot_options.ratelimit_us;
	c2_check_sharing();
}

int c2_adjust(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	uint16_t weight = op->u.credit2.weight, cap = op->u.credit2.cap;

	if (op->cmd == XEN_DOMCTL_SCHEDOP_getinfo) {
		op->u.credit2.weight = d->weight;
		op->u.credit2.cap = d->cap;
		return 0;
	}
	/* Parameters of single vCPUs: Credit2 has none. */
	if (op->cmd != XEN_DOMCTL_SCHEDOP_putinfo)
		return -XEN_EINVAL;
	if (cap > 100 * d->max_vcpus)
		return -XEN_EINVAL;
	if (weight) /* 0: leave it */
		d->weight = weight;
	for (unsigned int i = 0; weight && i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i]->sched)
			c2_set_weight(c2_unit(d->vcpu[i]), weight);
	if (cap != d->cap)
		c2_set_cap(d, cap);
	return 0;
}

int c2_adjust_global(struct cpupool *p, struct xen_sysctl_scheduler_op *op)
{
	uint32_t limit = op->u.sched_credit2.ratelimit_us;

	if (op->cmd == XEN_SYSCTL_SCHEDOP_getinfo) {
		op->u.sched_credit2.ratelimit_us = p->ratelimit_us;
		return 0;
	}
	if (limit &&
	    (limit < XEN_SYSCTL_SCHED_RATELIMIT_MIN || limit > XEN_SYSCTL_SCHED_RATELIMIT_MAX))
		return -XEN_EINVAL;
	if (!limit != !p->ratelimit_us)
		printk("%s context switch rate limiting\n", limit ? "Enabling" : "Disabling");
	WRITE_ONCE(p->ratelimit_us, limit);
	return 0;
}

void c2_affinity(struct vcpu *v, struct cpumask hard, struct cpumask soft, stime_t now)
{
	struct c2_unit *u = c2_unit(v);
	struct c2_runq *rq = c2_lock_unit(u);
	bool queued = runq_queued(&u->node), elsewhere;
	uint64_t all = hard.bits & cpupool_cpus(v->domain);

	if (queued)
		c2_dequeue(u);
	v->hard = hard;
	v->soft = soft;
	if (queued)
		c2_enqueue(u, now.ns);
	/* Also if this queue has none of the CPUs that it would rather have. */
	elsewhere = !c2_allowed(u) || (!(c2_allowed(u) & soft.bits) && (all & soft.bits));
	if (v->running && (elsewhere || !(hard.bits & 1ULL << v->cpu))) {
		if (elsewhere)
			u->move_to = rq; /* not to stay: context_saved looks for a place */
		c2_tickle_cpu(rq, v->cpu);
	} else if (queued && !elsewhere) {
		c2_tickle(u, now.ns);
	}
	elsewhere = elsewhere && !v->running;
	spin_unlock(&rq->lock);
	if (elsewhere)
		c2_relocate(u, now.ns);
}

void c2_stats(const struct vcpu *v, struct nacre_sched_counts *sum, int64_t now)
{
	const struct c2_unit *u = c2_unit(v);

	if (!u->rq)
		return;
	sum->resets += u->rq->resets - u->resets_seen;
	sum->parked_ns += (uint64_t)(u->parked_at ? now - u->parked_at : 0);
	sum->held_ns += (uint64_t)(u->held ? now - u->held : 0);
}
