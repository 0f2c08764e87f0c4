/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool.move_domain: which pool a domain runs in. */
#include "cpupool.h"

#include <errno.h>
#include <string.h>

#include "revision.h"
#include "rpc.h"
#include "vcpu.h"
#include "world.h"

/* libxl's words, without an errno, and what is behind it. */
static int cannot_move(const struct domain *d, int err, struct rpc_error *e)
{
	const char *code = "hypervisor.refused";

	if (err == -ENOENT)
		code = "cpupool.no_cpus";
	else if (err == -EPERM)
		code = "domain.is_dom0";
	if (d->domid)
		fail(e, XL_FAIL, code, "Domain %u:Error moving domain to cpupool", d->domid);
	else
		fail(e, XL_FAIL, code, "Error moving domain to cpupool");
	if (err == -ENOENT)
		fail_hint(e, "the pool has no CPUs");
	else if (err == -EPERM)
		fail_hint(e, "domain 0 stays where it is");
	else
		fail_hint(e, "errno %d", -err);
	return fail_field(e, err == -EPERM ? "domain" : "pool");
}

static int check_move(const struct domain *d, const struct pool *p, struct rpc_error *e)
{
	uint32_t cpu;

	if (!d->domid)
		return cannot_move(d, -EPERM, e);
	for (cpu = 0; cpu < CTRL_CPUPOOL_MAX_CPUS; cpu++)
		if (pool_has_cpu(p, cpu))
			return 0;
	return cannot_move(d, -ENOENT, e);
}

/* A move ends all pins, as in Xen: they were meant for the CPUs of the old pool. */
static void end_affinities(struct vcpus *v)
{
	uint32_t i;

	for (i = 0; i < v->nr; i++) {
		memset(v->place[i].hard, 0xff, sizeof(v->place[i].hard));
		memset(v->place[i].soft, 0xff, sizeof(v->place[i].soft));
	}
}

/* Move @c->d and read what became of it. */
static int move(struct nacred *n, struct vcpu_change *c, uint32_t pool, struct rpc_error *e)
{
	uint32_t domid = c->d->domid;
	int rc = ctrl_cpupool_move_domain(n->ctrl, pool, domid);

	if (rc)
		return cannot_move(c->d, rc, e);
	if (world_refresh(n, e) || pools_refresh(n, e))
		return -1;
	c->d = model_by_domid(&n->model, domid);
	if (!c->d)
		return fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found",
			    "domain %u was destroyed meanwhile", domid);
	vcpus_free(&c->v);
	return vcpus_read(&c->v, n, c->d, e);
}

static int move_domain(struct nacred *n, struct request *rq, const struct json *params,
		       struct json **result, struct rpc_error *e)
{
	struct vcpu_change c;
	const struct pool *p;
	int rc = RPC_FAILED;

	if (vcpu_change_begin(&c, n, params, e) || !(p = pools_select(n, params, "pool", e)) ||
	    check_move(c.d, p, e))
		goto out;
	if (!c.dry_run) {
		rc = move(n, &c, p->info.id, e);
	} else {
		c.v.pool = p->info.id;
		end_affinities(&c.v);
		rc = 0;
	}
	if (!rc)
		rc = vcpu_change_done(&c, n, result, e);
out:
	vcpu_change_end(&c);
	return rc;
}

static const struct field move_params[] = {
	FIELD_DOMAIN,
	FIELD_POOL,
	FIELDS_CHANGE,
	FIELDS_END,
};

const struct method methods_cpupool_domain[] = {
	{
		.name = "cpupool.move_domain",
		.summary = "Let a domain run in another pool from now on",
		.class = METHOD_ADMIN,
		.params = move_params,
		.result = fields_vcpu_changed,
		.handle = move_domain,
	},
	{.name = NULL},
};
