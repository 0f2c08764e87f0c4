/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * memory.get, memory.set_target, memory.set_max: what a guest is asked to shrink or grow to,
 * and the most that it may ever have.  The guest's balloon driver follows memory/target in
 * xenstore; the hypervisor's limit keeps a guest that does not from growing beyond it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <store.h>
#include <string.h>

#include "ctrl/domain.h"
#include "events.h"
#include "fields.h"
#include "limits.h"
#include "nacred.h"
#include "nodes.h"
#include "revision.h"
#include "rpc.h"
#include "stores.h"
#include "undo.h"
#include "world.h"

/* On top of what a guest may have: pages that libxl's builder places for itself
 * (LIBXL_MAXMEM_CONSTANT), as when the domain was built. */
#define EXTRA_KIB 1024
#define PAGE_KIB  (CTRL_PAGE_SIZE >> 10)

struct memory {
	const struct domain *d;
	uint64_t target_kib, max_kib;
	struct json *before;
	bool dry_run;
};

static struct json *state_of(const struct memory *m)
{
	struct json *state = json_new_object();

	json_set_int(state, "target_kib", (int64_t)m->target_kib);
	json_set_int(state, "max_kib", (int64_t)m->max_kib);
	return state;
}

/* A domain that others made may lack the nodes: then what it has stands for them. */
static void memory_read(struct memory *m, struct nacred *n, const struct domain *d)
{
	uint64_t limit_kib = d->info.max_pages * PAGE_KIB;

	m->d = d;
	if (!n->store || nodes_memory(n->store, d->domid, &m->target_kib, &m->max_kib)) {
		m->target_kib = d->info.tot_pages * PAGE_KIB;
		m->max_kib = d->info.max_pages < UINT32_MAX - 1 ? limit_kib : m->target_kib;
	}
}

static int memory_get(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	const struct domain *d = world_find(n, params, e);
	struct json *reply, *state;
	struct memory m;

	if (!d)
		return RPC_FAILED;
	memory_read(&m, n, d);
	reply = world_identity(d);
	state = state_of(&m);
	json_set_int(reply, "target_kib", (int64_t)m.target_kib);
	json_set_int(reply, "max_kib", (int64_t)m.max_kib);
	json_set_int(reply, "current_kib", (int64_t)(d->info.tot_pages * PAGE_KIB));
	json_set_int(reply, "outstanding_kib", (int64_t)(d->info.outstanding_pages * PAGE_KIB));
	revision_put(reply, state);
	json_free(state);
	*result = reply;
	return RPC_DONE;
}

/* --- a change: what was, what will be ------------------------------------------------------ */

static int change_begin(struct memory *m, struct nacred *n, const struct json *params,
			struct rpc_error *e)
{
	const struct domain *d;

	*m = (struct memory){.dry_run = revision_dry_run(params)};
	d = world_find_guest(n, params, e);
	if (!d || !stores_get(n, e))
		return -1;
	memory_read(m, n, d);
	m->before = state_of(m);
	return revision_check(params, m->before, "the domain's memory", e);
}

static int set_limit(struct nacred *n, const struct memory *m, uint64_t kib, struct rpc_error *e)
{
	int rc = ctrl_domain_set_max_mem(n->ctrl, m->d->domid, kib + EXTRA_KIB);

	if (rc)
		fail_errno(e, rc, "hypervisor.refused",
			   "Domain %u:xc_domain_setmaxmem domid=%u memkb=%" PRIu64 " failed",
			   m->d->domid, m->d->domid, kib + EXTRA_KIB);
	return rc ? -1 : 0;
}

static int write_nodes(struct nacred *n, const struct memory *m, struct rpc_error *e)
{
	int rc = nodes_set_memory(n->store, m->d->domid, m->d->uuid, m->target_kib, m->max_kib);

	if (!rc)
		return 0;
	stores_failed(n, rc);
	return fail_errno(e, rc, "xenstore.refused", "cannot write the memory of domain %u",
			  m->d->domid);
}

static int change_done(const struct memory *m, struct nacred *n, struct json **result,
		       struct rpc_error *e)
{
	struct json *reply = world_identity(m->d), *after = state_of(m), *changes, *subject;
	bool good = revision_answer(reply, m->before, after, m->dry_run);

	json_free(after);
	if (!good) {
		json_free(reply);
		return fail_memory(e);
	}
	changes = json_get(reply, "changes");
	if (!m->dry_run && changes->nr) {
		subject = world_identity(m->d);
		json_set(subject, "changes", json_copy(changes));
		events_tell(n, "memory.changed", "domain", subject);
	}
	*result = reply;
	return RPC_DONE;
}

struct new_limit {
	const struct memory *m;
	bool limit; /* the hypervisor's changes, too */
	uint64_t kib;
};

static int set_steps(struct nacred *n, void *arg, struct rpc_error *e)
{
	const struct new_limit *new = arg;

	if (new->limit && set_limit(n, new->m, new->kib, e))
		return -1;
	return write_nodes(n, new->m, e);
}

static int carry_out(struct nacred *n, const struct memory *m, bool limit, uint64_t kib,
		     struct rpc_error *e)
{
	struct new_limit new = {.m = m, .limit = limit, .kib = kib};
	struct json *before = json_copy(m->before);

	json_set_string(before, "uuid", m->d->uuid);
	json_set_int(before, "limit_kib", (int64_t)(m->d->info.max_pages * PAGE_KIB));
	return undo_run(n, UNDO_MEMORY, before, set_steps, &new, e);
}

int undo_memory(struct nacred *n, const struct json *before)
{
	const char *uuid = json_string(json_get(before, "uuid"), "");
	struct memory m = {.d = model_by_uuid(&n->model, uuid)};
	int64_t limit = json_int(json_get(before, "limit_kib"), -1);
	int rc;

	if (!m.d)
		return 0; /* with the domain its memory went */
	if (limit < 0 || !n->store)
		return -EINVAL;
	rc = ctrl_domain_set_max_mem(n->ctrl, m.d->domid, (uint64_t)limit);
	if (rc)
		return rc;
	return nodes_set_memory(n->store, m.d->domid, uuid,
				(uint64_t)json_int(json_get(before, "target_kib"), 0),
				(uint64_t)json_int(json_get(before, "max_kib"), 0));
}

/* --- the target --------------------------------------------------------------------------- */

static int new_target(const struct memory *m, const struct json *params, uint64_t *kib,
		      struct rpc_error *e)
{
	const struct json *relative = json_get(params, "by_kib");
	int64_t asked = json_int(json_get(params, "target_kib"), 0);

	if (!relative == !json_get(params, "target_kib"))
		return fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
			    "either target_kib or by_kib is needed");
	if (relative)
		asked = (int64_t)m->target_kib + relative->integer;
	if (asked < 0)
		asked = 0;
	if ((uint64_t)asked > m->max_kib) {
		fail(e, XL_INVAL, "memory.above_max",
		     "Domain %u:memory_dynamic_max must be less than or equal to "
		     "memory_static_max",
		     m->d->domid);
		fail_hint(e, "at most %" PRIu64 " KiB, or raise it by memory.set_max", m->max_kib);
		return fail_field(e, relative ? "by_kib" : "target_kib");
	}
	*kib = (uint64_t)asked;
	return 0;
}

/* The limit is moved first: a guest that is told to grow may do so at once. */
static int set_target(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	bool enforce = json_bool(json_get(params, "enforce"), true);
	struct memory m;
	uint64_t kib = 0;
	int rc = change_begin(&m, n, params, e);

	if (!rc)
		rc = new_target(&m, params, &kib, e);
	if (!rc)
		m.target_kib = kib;
	if (!rc && !m.dry_run)
		rc = carry_out(n, &m, enforce, kib, e);
	if (!rc)
		rc = change_done(&m, n, result, e);
	json_free(m.before);
	return rc ? RPC_FAILED : RPC_DONE;
}

/* --- the most ------------------------------------------------------------------------------ */

static int set_max(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	uint64_t kib = (uint64_t)json_int(json_get(params, "max_kib"), 0);
	struct memory m;
	int rc = change_begin(&m, n, params, e);

	if (!rc && kib < m.target_kib) {
		fail(e, XL_FAIL, "memory.below_target",
		     "Domain %u:memory_static_max must be greater than or or equal to "
		     "memory_dynamic_max",
		     m.d->domid);
		fail_hint(e, "at least %" PRIu64 " KiB, or lower it by memory.set_target",
			  m.target_kib);
		rc = fail_field(e, "max_kib");
	}
	if (!rc)
		m.max_kib = kib;
	if (!rc && !m.dry_run)
		rc = carry_out(n, &m, true, kib, e);
	if (!rc)
		rc = change_done(&m, n, result, e);
	json_free(m.before);
	return rc ? RPC_FAILED : RPC_DONE;
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct field one_domain[] = {FIELD_DOMAIN, FIELDS_END};

static const struct field get_result[] = {
	FIELDS_IDENTITY,
	{.name = "target_kib", .type = F_INT, .summary = "what the guest is asked to have"},
	{.name = "max_kib", .type = F_INT, .summary = "the most that it may be asked to have"},
	{.name = "current_kib", .type = F_INT, .summary = "what it has"},
	{.name = "outstanding_kib", .type = F_INT, .summary = "claimed, not yet given"},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field target_params[] = {
	FIELD_DOMAIN,
	{.name = "target_kib",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = LIMIT_MEMORY_MAX,
	 .summary = "what the guest is asked to have"},
	{.name = "by_kib",
	 .type = F_INT,
	 .optional = true,
	 .min = -(int64_t)LIMIT_MEMORY_MAX,
	 .max = LIMIT_MEMORY_MAX,
	 .summary = "so much more, or less, than it is asked to have now"},
	{.name = "enforce",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "true when absent: it cannot grow beyond the target"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field max_params[] = {
	FIELD_DOMAIN,
	{.name = "max_kib",
	 .type = F_INT,
	 .min = 0,
	 .max = LIMIT_MEMORY_MAX,
	 .summary = "not below the target"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field changed[] = {FIELDS_IDENTITY, FIELDS_CHANGED, FIELDS_END};

const struct method methods_memory[] = {
	{
		.name = "memory.get",
		.summary = "What a domain has, is asked to have, and may have at most",
		.params = one_domain,
		.result = get_result,
		.handle = memory_get,
	},
	{
		.name = "memory.set_target",
		.summary = "Ask the guest to shrink or grow; memory.get tells how far it is",
		.class = METHOD_OPERATE,
		.params = target_params,
		.result = changed,
		.handle = set_target,
	},
	{
		.name = "memory.set_max",
		.summary = "Change the most that the guest may be asked to have",
		.class = METHOD_OPERATE,
		.params = max_params,
		.result = changed,
		.handle = set_max,
	},
	{.name = NULL},
};
