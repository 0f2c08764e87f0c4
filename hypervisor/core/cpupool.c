/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Pools of CPUs, each with a policy of its own: XEN_SYSCTL_cpupool_op with Xen
 * 4.17's checks, their order and their codes.  Pool-0 is there from the start and
 * keeps CPU 0, which serves the hosted link and the console.
 */
#include "cpupool.h"

#include "domctl.h"

#include <hv/cmdline.h>
#include <hv/printk.h>
#include <hv/string.h>

#define NR_POOLS (2 * NR_CPUS) /* Xen's limit: two for each CPU there is */
#define ANY	 XEN_SYSCTL_CPUPOOL_PAR_ANY

spinlock_t cpupool_lock = SPINLOCK_INIT;
const struct sched_policy *sched_default = &sched_credit2;

/* Static: a late wake-up may still read the pool that its domain has left. */
static struct cpupool pools[NR_POOLS]; /* free without policy */

static const struct sched_policy *const policies[] = {&sched_credit2, &sched_null};

/* Below: cpupool_lock held unless stated. */

static uint64_t free_cpus(void)
{
	uint64_t mask = cpus_online_mask();

	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++)
		if (sched_cpu_pool(cpu))
			mask &= ~(1ULL << cpu);
	return mask;
}

/* The pool with this id, or with the next one. */
static struct cpupool *find(uint32_t id, bool exact)
{
	struct cpupool *best = NULL;

	for (struct cpupool *p = pools; p < pools + NR_POOLS; p++)
		if (p->policy && p->id >= id && (!best || p->id < best->id))
			best = p;
	return best && exact && best->id != id ? NULL : best;
}

static const struct sched_policy *policy_by_id(uint32_t id)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(policies); i++)
		if (policies[i]->id == id)
			return policies[i];
	return NULL;
}

/* One past the highest, or the first gap when that would wrap. */
static uint32_t new_id(void)
{
	uint32_t last = 0;
	struct cpupool *p;

	for (p = find(0, false); p; p = find(p->id + 1, false)) {
		last = p->id;
		if (last == UINT32_MAX - 1)
			break;
	}
	if (last < UINT32_MAX - 1)
		return last + 1;
	for (last = 1; find(last, true); last++)
		;
	return last;
}

static int create(uint32_t *id, uint32_t sched_id)
{
	const struct sched_policy *policy = policy_by_id(sched_id);
	unsigned int most = MAX(2 * nr_cpus_online, 1u);
	struct cpupool *p = pools;

	while (p < pools + most && p->policy)
		p++;
	if (p == pools + most)
		return -XEN_ENOSPC;
	if (*id != ANY && find(*id, true))
		return -XEN_EEXIST;
	if (!policy)
		return -XEN_ENOENT;
	*id = *id == ANY ? new_id() : *id;
	*p = (struct cpupool){.id = *id, .policy = policy};
	list_init(&p->domains);
	list_init(&p->waiting);
	policy->pool_init(p);
	return 0;
}

static int destroy(uint32_t id)
{
	struct cpupool *p = find(id, true);

	if (!p)
		return -XEN_ENOENT;
	if (p->n_dom || p->cpus)
		return -XEN_EBUSY;
	/* A CPU on its way out still asks this pool's policy. */
	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++)
		if (sched_cpu_pool(cpu) == p)
			return -XEN_EBUSY;
	p->policy = NULL;
	return 0;
}

/* --- CPUs -------------------------------------------------------------------------- */

static int add_cpu(struct cpupool *p, unsigned int cpu)
{
	int rc = p->policy->cpu_add(p, cpu);

	if (rc)
		return rc;
	p->cpus |= 1ULL << cpu;
	for (struct cpupool *other = pools; other < pools + NR_POOLS; other++)
		other->leaving &= ~(1ULL << cpu);
	sched_cpu_join(cpu, p);
	return 0;
}

static int op_add_cpu(const struct xen_sysctl_cpupool_op *op)
{
	struct cpupool *p = find(op->cpupool_id, true);
	uint64_t idle = free_cpus();

	if (!p)
		return -XEN_ENOENT;
	if (op->cpu == ANY)
		return idle ? add_cpu(p, (unsigned int)__builtin_ctzll(idle)) : -XEN_ENODEV;
	if (op->cpu >= nr_cpus_online)
		return -XEN_EINVAL;
	return idle & 1ULL << op->cpu ? add_cpu(p, op->cpu) : -XEN_ENODEV;
}

/* Domains without a CPU left to them: dying ones wait in Pool-0. */
static int clear_out(struct cpupool *p)
{
	struct list *l, *next;

	list_for_each (l, &p->domains)
		if (list_entry(l, struct domain, cpupool_link)->dying == DOM_ALIVE)
			return -XEN_EBUSY;
	list_for_each_safe (l, next, &p->domains) {
		struct domain *d = list_entry(l, struct domain, cpupool_link);
		struct cpupool *to = find(0, true);

		list_del(l);
		list_append(&to->domains, l);
		p->n_dom--;
		to->n_dom++;
		sched_move_domain(d, to);
	}
	return 0;
}

/* Whoever is pinned to CPUs that the pool has no more may run on all of it. */
static void break_affinities(struct cpupool *p)
{
	struct list *l;

	list_for_each (l, &p->domains) {
		struct domain *d = list_entry(l, struct domain, cpupool_link);

		for (unsigned int i = 0; i < d->max_vcpus; i++) {
			struct vcpu *v = d->vcpu[i];

			if (!v || !v->sched || (v->hard.bits & p->cpus))
				continue;
			printk("Breaking affinity for d%uv%u\n", d->id, i);
			p->policy->affinity(v, (struct cpumask){~0ULL}, v->soft, arch_now());
		}
	}
}

/* -XEN_ERESTART until the CPU has left by itself, in its dispatch loop. */
static int remove_cpu(struct cpupool *p, unsigned int cpu)
{
	uint64_t bit = 1ULL << cpu % NR_CPUS;
	int rc = 0;

	if ((!p->id && !cpu) || cpu >= nr_cpus_online)
		return -XEN_EINVAL;
	if (!((p->cpus | p->leaving) & bit))
		return -XEN_EADDRNOTAVAIL;
	if (p->cpus == bit && p->n_dom)
		rc = clear_out(p);
	if (rc)
		return rc;
	if (p->cpus & bit) {
		p->cpus &= ~bit;
		p->leaving |= bit;
		if (p->cpus)
			break_affinities(p);
		p->policy->cpu_stop(p, cpu);
	}
	if (!sched_cpu_leave(cpu))
		return -XEN_ERESTART;
	p->leaving &= ~bit;
	return 0;
}

static int op_remove_cpu(const struct xen_sysctl_cpupool_op *op)
{
	struct cpupool *p = find(op->cpupool_id, true);
	uint32_t cpu = op->cpu;
	uint64_t any;

	if (!p)
		return -XEN_ENOENT;
	/* The last one; called again, that which is on its way. */
	any = p->leaving ? p->leaving : p->cpus;
	if (cpu == ANY && !any)
		return -XEN_EINVAL;
	if (cpu == ANY)
		cpu = 63 - (uint32_t)__builtin_clzll(any);
	return remove_cpu(p, cpu);
}

/* --- domains -------------------------------------------------------------------------- */

int cpupool_domain_add(struct domain *d, uint32_t id)
{
	struct cpupool *p;
	int rc = 0;

	spin_lock(&cpupool_lock);
	p = find(id, true);
	if (!p) {
		rc = -XEN_ESRCH;
	} else if (!p->cpus && !d->external) {
		rc = -XEN_ENODEV;
	} else {
		d->cpupool = p;
		p->n_dom++;
		list_append(&p->domains, &d->cpupool_link);
		p->policy->domain_add(d);
	}
	spin_unlock(&cpupool_lock);
	return rc;
}

void cpupool_domain_remove(struct domain *d)
{
	spin_lock(&cpupool_lock);
	d->cpupool->policy->domain_remove(d);
	d->cpupool->n_dom--;
	list_del(&d->cpupool_link);
	spin_unlock(&cpupool_lock);
}

uint64_t cpupool_cpus(const struct domain *d)
{
	return READ_ONCE(d->cpupool->cpus);
}

static int move(struct domain *d, uint32_t id)
{
	struct cpupool *p = find(id, true);

	if (!p || !p->cpus)
		return -XEN_ENOENT;
	d->cpupool->n_dom--;
	p->n_dom++;
	list_del(&d->cpupool_link);
	list_append(&p->domains, &d->cpupool_link);
	sched_move_domain(d, p);
	return 0;
}

/* cpupool_lock not held. */
static int op_move_domain(const struct xen_sysctl_cpupool_op *op)
{
	struct domain *d = domain_get((domid_t)op->domid);
	int rc = 0;

	if (!d)
		return -XEN_ESRCH;
	if (d->privileged) {
		rc = -XEN_EPERM; /* who asks cannot move itself */
	} else if (d->cpupool->id != op->cpupool_id) {
		domain_pause(d);
		spin_lock(&cpupool_lock);
		rc = move(d, op->cpupool_id);
		spin_unlock(&cpupool_lock);
		domain_unpause(d);
	}
	domain_put(d);
	return rc;
}

/* --- operations ---------------------------------------------------------------------------- */

static int op_info(struct xen_sysctl_cpupool_op *op, uint64_t *cpus)
{
	const struct cpupool *p = find(op->cpupool_id, false);

	if (!p)
		return -XEN_ENOENT;
	op->cpupool_id = p->id;
	op->sched_id = p->policy->id;
	op->n_dom = p->n_dom;
	*cpus = p->cpus;
	return 0;
}

int cpupool_op(struct xen_sysctl_cpupool_op *op)
{
	bool wants_cpus =
		op->op == XEN_SYSCTL_CPUPOOL_OP_INFO || op->op == XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
	uint64_t cpus = 0;
	int rc = 0;

	if (op->op == XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN)
		return op_move_domain(op);
	spin_lock(&cpupool_lock);
	switch (op->op) {
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		rc = create(&op->cpupool_id, op->sched_id);
		break;
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
		rc = destroy(op->cpupool_id);
		break;
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		rc = op_info(op, &cpus);
		break;
	case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
		rc = op_add_cpu(op);
		break;
	case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
		rc = op_remove_cpu(op);
		break;
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		cpus = free_cpus();
		break;
	default:
		rc = -XEN_ENOSYS;
	}
	spin_unlock(&cpupool_lock);
	return !rc && wants_cpus ? bitmap_put(&op->cpumap, cpus) : rc;
}

int cpupool_adjust(struct xen_sysctl_scheduler_op *op)
{
	struct cpupool *p;
	int rc = -XEN_ESRCH;

	if (op->cmd != XEN_SYSCTL_SCHEDOP_putinfo && op->cmd != XEN_SYSCTL_SCHEDOP_getinfo)
		return -XEN_EINVAL;
	spin_lock(&cpupool_lock);
	p = find(op->cpupool_id, true);
	if (p)
		rc = op->sched_id == p->policy->id ? p->policy->adjust_global(p, op) : -XEN_EINVAL;
	spin_unlock(&cpupool_lock);
	return rc;
}

int cpupool_adjust_domain(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	int rc = -XEN_EINVAL;

	spin_lock(&cpupool_lock);
	if (op->sched_id == d->cpupool->policy->id)
		rc = d->cpupool->policy->adjust(d, op);
	spin_unlock(&cpupool_lock);
	return rc;
}

/* --- start -------------------------------------------------------------------------------- */

/* No lock: one CPU runs. */
void cpupools_init(void)
{
	uint32_t id = 0;

	sched_default = NULL;
	for (unsigned int i = 0; i < ARRAY_SIZE(policies); i++)
		if (!strcmp(boot_options.sched, policies[i]->name))
			sched_default = policies[i];
	if (!sched_default) {
		printk("Scheduler \"%s\" is not known: using credit2\n", boot_options.sched);
		sched_default = &sched_credit2;
	}
	memset(pools, 0, sizeof(pools));
	create(&id, sched_default->id);
}

int cpupool_cpu_up(unsigned int cpu)
{
	int rc;

	spin_lock(&cpupool_lock);
	rc = add_cpu(find(0, true), cpu);
	spin_unlock(&cpupool_lock);
	return rc;
}
