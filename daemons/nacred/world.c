/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <store.h>
#include <uuid/uuid.h>

#include "ctrl/domain.h"
#include <xen/sched.h>

#include "events.h"
#include "lifecycle.h"
#include "log.h"
#include "revision.h"
#include "stores.h"
#include "wait.h"

/* Entries asked for beyond those known, so that one call usually does. */
#define LIST_SPARE 16

struct record *world_record(const struct nacred *n, const struct domain *d)
{
	return domain_dying(d) ? NULL : record_by_uuid(&n->records, d->uuid);
}

static void set_name(struct domain *d, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return;
	free(d->name);
	d->name = copy;
}

/* Name and start of a domain that others made, as libxl leaves them. */
static void identify_foreign(struct nacred *n, struct domain *d)
{
	char *value;

	stores_watch_name(n, d);
	if (!n->store)
		return;
	if (store_readf(n->store, XBT_NULL, &value, "/local/domain/%u/name", d->domid) == 0) {
		set_name(d, value);
		free(value);
	}
	if (store_readf(n->store, XBT_NULL, &value, "/vm/%s/start_time", d->uuid) == 0) {
		d->start_time = strtod(value, NULL);
		free(value);
	}
}

static void identify(struct nacred *n, struct domain *d)
{
	struct record *r = record_by_uuid(&n->records, d->uuid);

	if (d->domid == 0) {
		set_name(d, "Domain-0");
		d->start_time = n->instance_start;
	} else if (r) {
		set_name(d, r->name);
		d->generation = r->generation;
		d->start_time = r->start_time;
	} else {
		identify_foreign(n, d);
	}
}

void world_name_domains(struct nacred *n)
{
	size_t i;

	for (i = 0; i < n->model.nr; i++)
		if (!n->model.domains[i]->name || !world_record(n, n->model.domains[i]))
			identify(n, n->model.domains[i]);
}

void world_name_changed(struct nacred *n, uint32_t domid)
{
	struct domain *d = model_by_domid(&n->model, domid);
	char *old;

	if (!d || world_record(n, d))
		return;
	old = d->name ? strdup(d->name) : NULL;
	identify_foreign(n, d);
	if (old && d->name && strcmp(old, d->name) != 0)
		events_domain(n, "domain.renamed", d);
	free(old);
}

static bool being_built(const struct nacred *n, const struct domain *d)
{
	struct record *r = record_by_uuid(&n->records, d->uuid);

	return r && r->state != RECORD_RUNNING;
}

void world_console_changed(struct nacred *n, uint32_t domid)
{
	struct domain *d = model_by_domid(&n->model, domid);

	if (!d || !d->console_watched || !wait_console_ready(n, domid))
		return;
	stores_unwatch_console(n, d);
	events_domain(n, "console.ready", d);
}

void world_watch_consoles(struct nacred *n)
{
	size_t i;

	for (i = 0; i < n->model.nr; i++) {
		struct domain *d = n->model.domains[i];

		if (d->domid && !domain_dying(d) && !being_built(n, d) &&
		    !wait_console_ready(n, d->domid))
			stores_watch_console(n, d);
	}
}

static void on_change(void *arg, enum model_change what, struct domain *d)
{
	struct nacred *n = arg;
	bool quiet = being_built(n, d) && !d->ended;
	int reason;

	switch (what) {
	case MODEL_APPEARED:
		identify(n, d);
		if (!quiet)
			events_domain(n, "domain.created", d);
		/* That of one which we build is heard of when it is told of: build.c. */
		if (!quiet && d->domid)
			stores_watch_console(n, d);
		break;
	case MODEL_RENUMBERED:
		identify(n, d);
		break;
	case MODEL_PAUSED:
		if (!quiet)
			events_domain(n, "domain.paused", d);
		break;
	case MODEL_UNPAUSED:
		if (!quiet)
			events_domain(n, "domain.unpaused", d);
		break;
	case MODEL_SHUTDOWN:
		reason = domain_shutdown_reason(d);
		log_info("domain %u (%s) has shut down, reason %d", d->domid,
			 d->name ? d->name : "", reason);
		events_domain(n, reason == SHUTDOWN_crash ? "domain.crashed" : "domain.shutdown",
			      d);
		break;
	case MODEL_DESTROYED:
		events_domain(n, "domain.destroyed", d);
		break;
	case MODEL_FORGOTTEN:
		stores_unwatch_name(n, d);
		stores_unwatch_console(n, d);
		return;
	}
	wait_changed(n, d);
	lifecycle_schedule(n);
}

int world_refresh(struct nacred *n, struct rpc_error *e)
{
	size_t max = n->model.nr + LIST_SPARE, nr = 0;
	struct xen_domctl_getdomaininfo *infos = NULL, *more;
	int got, rc;

	do {
		more = realloc(infos, max * sizeof(*infos));
		if (!more) {
			free(infos);
			return fail_memory(e);
		}
		infos = more;
		got = ctrl_domain_list(n->ctrl, nr ? infos[nr - 1].domain + 1u : 0, infos + nr,
				       (unsigned int)(max - nr));
		if (got < 0) {
			free(infos);
			return fail_errno(e, got, "hypervisor.unreachable",
					  "cannot list the hypervisor's domains");
		}
		nr += (size_t)got;
		max *= 2;
	} while (nr == max / 2);
	rc = model_apply(&n->model, infos, nr, on_change, n);
	free(infos);
	return rc ? fail_memory(e) : 0;
}

static struct domain *look_up(const struct model *m, const struct json *selector)
{
	const char *text = json_string(selector, NULL);
	char uuid[UUID_TEXT];
	uuid_t u;

	if (!text)
		return model_by_domid(m, (uint32_t)json_int(selector, -1));
	if (uuid_parse(text, u) == 0) {
		uuid_unparse_lower(u, uuid);
		return model_by_uuid(m, uuid);
	}
	return model_by_name(m, text);
}

struct domain *world_find(struct nacred *n, const struct json *params, struct rpc_error *e)
{
	const struct json *selector = json_get(params, "domain");
	struct domain *d;

	if (world_refresh(n, e))
		return NULL;
	d = look_up(&n->model, selector);
	if (d)
		return d;
	if (selector && selector->type == JSON_INT)
		fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found", "there is no domain with id %lld",
		     (long long)selector->integer);
	else
		fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found", "there is no domain \"%s\"",
		     json_string(selector, ""));
	fail_field(e, "domain");
	return NULL;
}

struct domain *world_find_settled(struct nacred *n, const struct json *params, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);

	if (!d)
		return NULL;
	if (domain_dying(d))
		fail(e, XL_DOMAIN_NOTFOUND, "domain.dying", "domain %u (%s) is being destroyed",
		     d->domid, d->name ? d->name : "");
	else if (being_built(n, d))
		fail(e, XL_NOT_READY, "domain.busy", "domain %u (%s) is still being built",
		     d->domid, d->name ? d->name : "");
	else
		return d;
	fail_field(e, "domain");
	return NULL;
}

struct domain *world_find_guest(struct nacred *n, const struct json *params, struct rpc_error *e)
{
	struct domain *d = world_find_settled(n, params, e);

	if (!d || d->domid)
		return d;
	fail(e, XL_INVAL, "domain.is_dom0", "not possible with domain 0");
	fail_field(e, "domain");
	return NULL;
}

static int64_t pages_to_kib(uint64_t pages)
{
	uint64_t kib = pages * (CTRL_PAGE_SIZE / 1024);

	return kib > INT64_MAX || pages > UINT64_MAX / 4 ? INT64_MAX : (int64_t)kib;
}

struct json *world_state(const struct nacred *n, const struct domain *d)
{
	const struct record *r = world_record(n, d);
	struct json *v = world_identity(d);
	bool ok = v && json_set_bool(v, "paused", d->info.flags & XEN_DOMINF_paused) &&
		  json_set_int(v, "shutdown_reason", domain_shutdown_reason(d)) &&
		  json_set_int(v, "max_memkb", pages_to_kib(d->info.max_pages));

	if (ok && r)
		ok = json_set(v, "config", json_copy(r->config));
	if (ok)
		return v;
	json_free(v);
	return NULL;
}

struct domain *world_find_change(struct nacred *n, const struct json *params, struct rpc_error *e)
{
	struct domain *d = world_find_guest(n, params, e);
	struct json *state;
	int rc;

	if (!d || !json_get(params, "if_revision"))
		return d;
	state = world_state(n, d);
	rc = state ? revision_check(params, state, "the domain", e) : fail_memory(e);
	json_free(state);
	return rc ? NULL : d;
}

int world_check_free(struct nacred *n, const char *name, const char *uuid, struct rpc_error *e)
{
	const struct domain *d = model_by_name(&n->model, name);

	if ((d && !domain_dying(d)) || record_by_name(&n->records, name)) {
		fail(e, XL_FAIL, "domain.exists", "Domain with name \"%s\" already exists.", name);
		return fail_field(e, "config.c_info.name");
	}
	d = uuid ? model_by_uuid(&n->model, uuid) : NULL;
	if ((d && !domain_dying(d)) || (uuid && record_by_uuid(&n->records, uuid))) {
		fail(e, XL_FAIL, "domain.exists", "a domain with UUID %s already exists", uuid);
		return fail_field(e, "config.c_info.uuid");
	}
	return 0;
}

struct json *world_identity(const struct domain *d)
{
	struct json *v = json_new_object();

	json_set_int(v, "domid", d->domid);
	json_set(v, "name", d->name ? json_new_string(d->name) : json_new_null());
	json_set_string(v, "uuid", d->uuid);
	json_set_int(v, "generation", d->generation);
	return v;
}

/* xl's six letters come from these. A dying domain is only that: consumers of
 * xl list know no mixture with running or blocked. */
static struct json *describe_state(const struct nacred *n, const struct domain *d)
{
	struct json *v = json_new_object();
	uint32_t flags = d->info.flags;
	bool dying = domain_dying(d);

	json_set_bool(v, "running", !dying && (flags & XEN_DOMINF_running));
	json_set_bool(v, "blocked", !dying && (flags & XEN_DOMINF_blocked));
	json_set_bool(v, "paused", !dying && (flags & XEN_DOMINF_paused));
	json_set_bool(v, "shutdown", flags & XEN_DOMINF_shutdown);
	json_set_bool(v, "dying", dying);
	json_set_bool(v, "building", !dying && being_built(n, d));
	return v;
}

static const char *domain_type(const struct domain *d, const struct record *r)
{
	if (r)
		return json_string(json_path(r->config, "c_info.type"), "pvh");
	return d->info.flags & XEN_DOMINF_hvm_guest ? "pvh" : "pv";
}

struct json *world_describe(struct nacred *n, const struct domain *d)
{
	const struct record *r = world_record(n, d);
	const struct xen_domctl_getdomaininfo *i = &d->info;
	int reason = domain_shutdown_reason(d);
	struct json *v = world_identity(d);

	json_set_string(v, "type", domain_type(d, r));
	json_set(v, "state", describe_state(n, d));
	json_set(v, "shutdown_reason", reason < 0 ? json_new_null() : json_new_int(reason));
	json_set_int(v, "current_memkb", pages_to_kib(i->tot_pages));
	json_set_int(v, "outstanding_memkb", pages_to_kib(i->outstanding_pages));
	json_set_int(v, "shared_memkb", pages_to_kib(i->shr_pages));
	json_set_int(v, "max_memkb", pages_to_kib(i->max_pages));
	json_set_int(v, "cpu_time_ns", (int64_t)i->cpu_time);
	json_set_int(v, "vcpu_online", i->nr_online_vcpus);
	json_set_int(v, "vcpu_max_id",
		     i->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? -1 : (int64_t)i->max_vcpu_id);
	json_set(v, "cpupool", pool_name(&n->pools, i->cpupool));
	json_set_int(v, "cpupool_id", i->cpupool);
	json_set_int(v, "shared_memkb", pages_to_kib(i->shr_pages));
	json_set_int(v, "paged_memkb", pages_to_kib(i->paged_pages));
	json_set_int(v, "gpaddr_bits", i->gpaddr_bits);
	json_set_real(v, "start_time", d->start_time);
	json_set_bool(v, "has_config", r != NULL);
	return v;
}
