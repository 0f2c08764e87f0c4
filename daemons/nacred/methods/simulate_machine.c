/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.simulate: what there is, as nacre-simulate wants it. */
#include "simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/host.h"
#include "ctrl/vcpu.h"
#include "limits.h"
#include "pools.h"
#include "vcpus.h"
#include "world.h"

#include <xen/vcpu.h>

#define BATCH	 32 /* records that the hypervisor gives at once */
#define MAX_CPUS 64 /* of the simulator, too: a bit each of an integer */

/* --- load ----------------------------------------------------------------------------- */

void sample_free(struct sched_sample *s)
{
	free(s->record);
	*s = (struct sched_sample){NULL, 0};
}

const struct nacre_sched_record *sample_of(const struct sched_sample *s, uint32_t domid)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->record[i].domid == domid)
			return &s->record[i];
	return NULL;
}

static int cannot(int rc, struct rpc_error *e)
{
	if (rc == -ENOMEM)
		return fail_memory(e);
	if (rc != -ENOSYS && rc != -EOPNOTSUPP && rc != -EINVAL)
		return fail_errno(e, rc, "hypervisor.refused",
				  "cannot read the scheduler statistics");
	fail(e, XL_NI, "sched.no_statistics",
	     "this hypervisor does not tell how much the domains run");
	return fail_hint(e, "\"load\": \"busy\" takes all of them for busy");
}

int sample_take(struct sched_sample *s, struct nacred *n, struct rpc_error *e)
{
	uint32_t next = 0;
	uint64_t now_ns;
	int got;

	*s = (struct sched_sample){NULL, 0};
	do {
		struct nacre_sched_record *more =
			realloc(s->record, (s->nr + BATCH) * sizeof(*more));

		if (!more)
			return cannot(-ENOMEM, e);
		s->record = more;
		got = ctrl_sched_stats(n->ctrl, &next, s->record + s->nr, BATCH, &now_ns);
		if (got < 0)
			return cannot(got, e);
		s->nr += (size_t)got;
	} while (got);
	return 0;
}

struct load {
	int64_t run_ns, block_ns; /* run 0: idle; block 0: busy */
};

static const struct load busy = {10000000, 0}, idle = {0, 0};

/*
 * The time between two samples, as bursts: by running and blocked time, not by
 * waiting and parked time, which say what a vCPU did not get.  The vCPUs of a
 * domain are taken to be alike.
 */
static struct load load_between(const struct nacre_sched_record *was,
				const struct nacre_sched_record *is)
{
	static const struct nacre_sched_record zero;
	int64_t run, wait, block, wakes;

	was = was ? was : &zero;
	run = (int64_t)(is->state_ns[RUNSTATE_running] - was->state_ns[RUNSTATE_running]);
	wait = (int64_t)(is->state_ns[RUNSTATE_runnable] - was->state_ns[RUNSTATE_runnable]);
	wait += (int64_t)(is->sum.parked_ns - was->sum.parked_ns);
	block = (int64_t)(is->state_ns[RUNSTATE_blocked] - was->state_ns[RUNSTATE_blocked]);
	wakes = (int64_t)(is->sum.wakes - was->sum.wakes);
	if (run + wait <= 0)
		return idle;
	if (run <= 0 || block * 1000 < run)
		return busy;
	wakes = wakes > 0 ? wakes : 1;
	/* Shorter bursts than this one would not be told from it. */
	while (wakes > 1 && run / wakes < 10000)
		wakes /= 2;
	return (struct load){run / wakes, block / wakes > 0 ? block / wakes : 1};
}

static struct load load_of(const struct machine_order *o, const struct domain *d)
{
	const struct nacre_sched_record *is;

	if (d->info.flags & (XEN_DOMINF_paused | XEN_DOMINF_shutdown))
		return idle;
	if (!o->last)
		return busy;
	is = sample_of(o->last, d->domid);
	return is ? load_between(sample_of(o->first, d->domid), is) : idle;
}

/* --- CPUs and pools ------------------------------------------------------------------- */

static int64_t bits(const uint8_t *cpus)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < MAX_CPUS / 8; i++)
		v |= (uint64_t)cpus[i] << 8 * i;
	return (int64_t)v;
}

static int describe_cpus(struct json *machine, struct nacred *n, struct rpc_error *e)
{
	struct xen_sysctl_cputopo topo[MAX_CPUS];
	struct json *list = json_new_array();
	uint32_t nr = MAX_CPUS, i;
	int rc = ctrl_host_cpu_topology(n->ctrl, topo, &nr);

	json_set(machine, "cpus", list);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot read the CPUs' topology");
	if (nr > MAX_CPUS)
		return fail(e, XL_NI, "simulate.too_large",
			    "this machine has more than %d CPUs, which the simulator does not know",
			    MAX_CPUS);
	for (i = 0; i < nr; i++) {
		struct json *cpu = json_new_object();

		json_set_int(cpu, "core", topo[i].core);
		json_set_int(cpu, "socket", topo[i].socket);
		json_set_int(cpu, "node", topo[i].node);
		json_append(list, cpu);
	}
	return 0;
}

static int describe_pools(struct json *machine, struct nacred *n, struct rpc_error *e)
{
	struct json *list = json_new_array();
	size_t i;

	json_set(machine, "pools", list);
	for (i = 0; i < n->pools.nr; i++) {
		const struct ctrl_cpupool *p = &n->pools.list[i].info;
		struct xen_sysctl_scheduler_op op = {
			.cpupool_id = p->id,
			.sched_id = XEN_SCHEDULER_CREDIT2,
			.cmd = XEN_SYSCTL_SCHEDOP_getinfo,
		};
		struct json *pool = json_new_object();
		bool null = p->sched_id == XEN_SCHEDULER_NULL;
		int rc = null ? 0 : ctrl_sched_pool_op(n->ctrl, &op);

		json_append(list, pool);
		if (!null && p->sched_id != XEN_SCHEDULER_CREDIT2)
			return fail(e, XL_NI, "simulate.scheduler",
				    "pool %u has the scheduler %s, which the simulator does not "
				    "know",
				    p->id, ctrl_sched_name(p->sched_id));
		if (rc)
			return fail_errno(e, rc, "hypervisor.refused",
					  "cannot read the rate limit of pool %u", p->id);
		json_set_int(pool, "id", p->id);
		json_set_bool(pool, "null", null);
		json_set_int(pool, "ratelimit_us", op.u.sched_credit2.ratelimit_us);
		json_set_int(pool, "cpus", bits(p->cpus));
	}
	return 0;
}

/* --- domains ----------------------------------------------------------------------------- */

static int describe_vcpus(struct json *out, struct nacred *n, const struct domain *d,
			  struct rpc_error *e)
{
	struct json *list = json_new_array();
	struct vcpus v;
	uint32_t i;

	json_set(out, "vcpus", list);
	if (vcpus_read(&v, n, d, e))
		return -1;
	for (i = 0; i < v.nr; i++) {
		struct xen_domctl_getvcpuinfo info = {.online = 0};
		struct json *vcpu = json_new_object();

		json_set_int(vcpu, "hard", bits(v.place[i].hard));
		json_set_int(vcpu, "soft", bits(v.place[i].soft));
		if (ctrl_vcpu_info(n->ctrl, d->domid, i, &info) || !info.online)
			json_set_bool(vcpu, "down", true);
		json_append(list, vcpu);
	}
	vcpus_free(&v);
	return 0;
}

static struct json *shares(int weight, int cap)
{
	struct json *v = json_new_object();

	json_set_int(v, "weight", weight);
	json_set_int(v, "cap", cap);
	return v;
}

static int describe_shares(const struct machine_order *o, struct json *out, struct json *row,
			   struct nacred *n, const struct domain *d, struct rpc_error *e)
{
	const struct pool *p = pools_by_id(&n->pools, d->info.cpupool);
	struct xen_domctl_sched_credit2 c = {.weight = CREDIT2_WEIGHT, .cap = 0};
	int rc = 0, weight, cap;
	size_t i;

	if (!p || p->info.sched_id == XEN_SCHEDULER_CREDIT2)
		rc = ctrl_sched_get_credit2(n->ctrl, d->domid, &c);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused",
				  "cannot read the scheduler's parameters of domain %u", d->domid);
	weight = c.weight;
	cap = c.cap;
	for (i = 0; i < o->nr_changes; i++) {
		const struct share_change *s = &o->changes[i];

		if (s->domid != d->domid)
			continue;
		weight = s->weight >= 0 ? s->weight : weight;
		cap = s->cap >= 0 ? s->cap : cap;
	}
	json_set_int(out, "weight", c.weight);
	json_set_int(out, "cap", c.cap);
	json_set_int(out, "weight_after", weight);
	json_set_int(out, "cap_after", cap);
	json_set(row, "before", shares(c.weight, c.cap));
	json_set(row, "after", shares(weight, cap));
	return 0;
}

static int describe_domain(const struct machine_order *o, struct json *out, struct nacred *n,
			   const struct domain *d, struct rpc_error *e)
{
	struct load load = load_of(o, d);
	struct json *row = world_identity(d);
	double all = (double)load.run_ns + (double)load.block_ns;

	json_append(o->domains, row);
	json_set(row, "cpupool", pool_label(&n->pools, d->info.cpupool));
	json_set_int(row, "vcpus", d->info.nr_online_vcpus);
	json_set_real(row, "load_percent", load.run_ns ? 100 * (double)load.run_ns / all : 0);
	json_set_int(out, "domid", d->domid);
	json_set_int(out, "pool", d->info.cpupool);
	json_set_int(out, "run_ns", load.run_ns);
	json_set_int(out, "block_ns", load.block_ns);
	return describe_shares(o, out, row, n, d, e) ? -1 : describe_vcpus(out, n, d, e);
}

/* Domain 0 of a hosted instance has no vCPU that would be scheduled. */
static bool is_scheduled(const struct machine_order *o, const struct domain *d)
{
	const struct nacre_sched_record *r = o->last ? sample_of(o->last, d->domid) : NULL;

	if (domain_dying(d) || !vcpus_count(d))
		return false;
	return r ? r->nr_vcpus : d->domid != 0;
}

static int describe_domains(struct machine_order *o, struct nacred *n, struct rpc_error *e)
{
	struct json *list = json_new_array();
	uint32_t vcpus = 0;
	size_t i;

	json_set(o->machine, "domains", list);
	for (i = 0; i < n->model.nr; i++) {
		const struct domain *d = n->model.domains[i];
		struct json *out;

		if (!is_scheduled(o, d))
			continue;
		vcpus += vcpus_count(d);
		if (list->nr == LIMIT_SIMULATION_DOMAINS || vcpus > LIMIT_SIMULATION_VCPUS)
			return fail(e, XL_NI, "simulate.too_large",
				    "the simulator takes at most %d domains with %d vCPUs in all",
				    LIMIT_SIMULATION_DOMAINS, LIMIT_SIMULATION_VCPUS);
		out = json_new_object();
		json_append(list, out);
		if (describe_domain(o, out, n, d, e))
			return -1;
	}
	return 0;
}

int machine_describe(struct machine_order *o, struct nacred *n, struct rpc_error *e)
{
	o->machine = json_new_object();
	o->domains = json_new_array();
	json_set_string(o->machine, "options", n->version.commandline);
	if (world_refresh(n, e) || pools_refresh(n, e) || describe_cpus(o->machine, n, e) ||
	    describe_pools(o->machine, n, e) || describe_domains(o, n, e))
		return -1;
	return 0;
}
