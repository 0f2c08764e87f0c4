/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool.numa_split: one pool for each memory node. */
#include "cpupool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/host.h"
#include "revision.h"
#include "rpc.h"
#include "stores.h"
#include "vcpus.h"
#include "world.h"

#define MAX_CPUS  CTRL_CPUPOOL_MAX_CPUS
#define MAX_NODES 64
#define CPU_BYTES (MAX_CPUS / 8)

struct split {
	struct nacred *n;
	struct store *s;
	uint32_t sched_id; /* that of Pool-0 */
	uint8_t had[CPU_BYTES];
	uint32_t nr_nodes, nodes[MAX_NODES]; /* the first is that of CPU 0 */
	uint8_t cpus[MAX_NODES][CPU_BYTES];
};

/* "Pool-node<N>", libxl's name. */
static void name_of(const struct split *x, uint32_t i, char name[24])
{
	snprintf(name, 24, "Pool-node%u", x->nodes[i]);
}

static int read_nodes(struct split *x, struct rpc_error *e)
{
	static struct xen_sysctl_cputopo topo[MAX_CPUS];
	uint32_t nr = MAX_CPUS, cpu, i;
	int rc = ctrl_host_cpu_topology(x->n->ctrl, topo, &nr);

	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot read the host's topology");
	for (cpu = 0; cpu < nr && cpu < MAX_CPUS; cpu++) {
		if (topo[cpu].core == XEN_INVALID_CORE_ID || topo[cpu].node == XEN_INVALID_NODE_ID)
			continue;
		for (i = 0; i < x->nr_nodes && x->nodes[i] != topo[cpu].node; i++)
			;
		if (i == MAX_NODES)
			return fail(e, XL_FAIL, "hypervisor.refused",
				    "more than %d memory nodes are not supported", MAX_NODES);
		if (i == x->nr_nodes)
			x->nodes[x->nr_nodes++] = topo[cpu].node;
		x->cpus[i][cpu / 8] |= (uint8_t)(1u << (cpu % 8));
	}
	if (!x->nr_nodes)
		return fail(e, XL_FAIL, "hypervisor.refused", "the host tells no memory nodes");
	return 0;
}

/* Domain 0 is asked for no more vCPUs than its pool will have CPUs.  The hypervisor does not
 * need that, so it is not waited for. */
static void shrink_dom0(const struct split *x)
{
	const struct domain *d = model_by_domid(&x->n->model, 0);
	uint32_t nr = 0, i;

	for (i = 0; i < CPU_BYTES; i++)
		nr += (uint32_t)__builtin_popcount(x->cpus[0][i]);
	if (d && nr && d->info.nr_online_vcpus > nr)
		vcpus_want_first(x->s, 0, vcpus_count(d), nr);
}

/* Node @i leaves Pool-0 for a pool of its own. */
static int make(struct split *x, uint32_t i, struct rpc_error *e)
{
	uint8_t mine[CPU_BYTES];
	uint32_t id = CTRL_CPUPOOL_ANY;
	char name[24];
	int rc;
	size_t b;

	for (b = 0; b < CPU_BYTES; b++)
		mine[b] = x->cpus[i][b] & x->had[b];
	if (cpupool_remove_cpus(x->n, 0, mine, e))
		return -1;
	rc = ctrl_cpupool_create(x->n->ctrl, &id, x->sched_id);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "Could not create cpupool");
	name_of(x, i, name);
	rc = pool_nodes_write(x->s, id, name);
	if (rc)
		return fail_errno(e, rc, "xenstore.refused", "cannot write the CPU pool's name");
	return cpupool_add_cpus(x->n, id, x->cpus[i], e);
}

static int split_up(struct nacred *n, void *arg, struct rpc_error *e)
{
	struct split *x = arg;
	uint8_t free_cpus[CPU_BYTES], added[CPU_BYTES];
	char name[24];
	uint32_t i;
	size_t b;
	int rc = ctrl_cpupool_free_cpus(n->ctrl, free_cpus);

	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable", "cannot list the free CPUs");
	/* First add, then remove: Pool-0 is never without a CPU. */
	for (b = 0; b < CPU_BYTES; b++)
		added[b] = x->cpus[0][b] & free_cpus[b];
	if (cpupool_add_cpus(n, 0, added, e))
		return -1;
	name_of(x, 0, name);
	rc = pool_nodes_rename(x->s, 0, name);
	if (rc)
		return fail_errno(e, rc, "xenstore.refused", "cannot write the CPU pool's name");
	shrink_dom0(x);
	for (i = 1; i < x->nr_nodes; i++)
		if (make(x, i, e))
			return -1;
	return 0;
}

/* What the pools will be, for a dry run. */
static struct json *foresee(const struct split *x)
{
	struct json *state = json_new_object();
	char name[24], key[16];
	struct pool p = {.info = {.sched_id = x->sched_id}, .name = name};
	uint32_t i;

	for (i = 0; i < x->nr_nodes; i++) {
		p.info.id = i;
		memcpy(p.info.cpus, x->cpus[i], CPU_BYTES);
		name_of(x, i, name);
		snprintf(key, sizeof(key), "%u", i);
		json_set(state, key, pool_state(&p));
	}
	return state;
}

static int answer(const struct split *x, const struct json *before, bool dry_run,
		  struct json **result, struct rpc_error *e)
{
	struct json *after = dry_run ? foresee(x) : pools_state(&x->n->pools);
	struct json *v = json_new_object();
	bool good = revision_answer(v, before, after, dry_run);

	json_free(after);
	*result = v;
	if (good)
		return RPC_DONE;
	json_free(v);
	return fail_memory(e);
}

static int numa_split(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	struct split x = {.n = n, .s = stores_get(n, e)};
	bool dry_run = revision_dry_run(params);
	struct json *before;
	int rc;

	if (!x.s || world_refresh(n, e) || pools_refresh(n, e))
		return RPC_FAILED;
	if (n->pools.nr != 1)
		return fail(e, XL_FAIL, "cpupool.in_use",
			    "splitting not possible, already cpupools in use");
	before = pools_state(&n->pools);
	x.sched_id = n->pools.list[0].info.sched_id;
	memcpy(x.had, n->pools.list[0].info.cpus, CPU_BYTES);
	rc = revision_check(params, before, "the list of CPU pools", e) || read_nodes(&x, e)
		     ? RPC_FAILED
		     : 0;
	if (!rc && !dry_run && cpupool_change(n, split_up, &x, e))
		rc = RPC_FAILED;
	if (!rc && !dry_run)
		rc = pools_refresh(n, e);
	if (!rc)
		rc = answer(&x, before, dry_run, result, e);
	json_free(before);
	return rc;
}

static const struct field split_params[] = {FIELDS_CHANGE, FIELDS_END};
static const struct field split_result[] = {FIELDS_CHANGED, FIELDS_END};

const struct method methods_cpupool_numa[] = {
	{
		.name = "cpupool.numa_split",
		.summary = "Split Pool-0, while it is the only one, into one pool for each node",
		.class = METHOD_ADMIN,
		.params = split_params,
		.result = split_result,
		.handle = numa_split,
	},
	{.name = NULL},
};
