/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.create, destroy, wait, console: the beginning, the end, and waiting for it. */
#include <stdlib.h>
#include <store.h>
#include <string.h>
#include <uuid/uuid.h>

#include "build.h"
#include "config.h"
#include "console.h"
#include "events.h"
#include "job.h"
#include "lifecycle.h"
#include "limits.h"
#include "log.h"
#include "nacred.h"
#include "rpc.h"
#include "stores.h"
#include "teardown.h"
#include "wait.h"
#include "world.h"
#include "fields.h"

static int create(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	return build_create(n, rq, params, result, e);
}

struct destroy_call {
	struct job *job;
	struct json *identity;
};

static void destroyed(struct nacred *n, const char *uuid, const struct rpc_error *e, void *arg)
{
	struct record *r = record_by_uuid(&n->records, uuid);
	struct destroy_call *call = arg;

	if (e) {
		job_fail(call->job, e);
		json_free(call->identity);
	} else {
		if (r)
			record_remove(&n->records, r);
		job_done(call->job, call->identity);
	}
	free(call);
}

/* A domain that has no id at the moment: it is about to be started again. */
static const struct record *find_between(struct nacred *n, const struct json *selector)
{
	const char *text = json_string(selector, "");
	char uuid[UUID_TEXT];
	uuid_t u;

	if (uuid_parse(text, u))
		return record_by_name(&n->records, text);
	uuid_unparse_lower(u, uuid);
	return record_by_uuid(&n->records, uuid);
}

static struct job *begin_destroy(struct nacred *n, const struct domain *d, const struct record *r,
				 struct rpc_error *e)
{
	const char *name = r ? r->name : d->name;
	struct job *job = job_start(n, "domain.destroy", name ? name : d->uuid, NULL, NULL, e);

	if (job)
		job_phase(job, "destroy", 0);
	return job;
}

/* As a job, the domain @d, whose record is @r or NULL. */
static struct job *tear_down(struct nacred *n, const struct domain *d, const struct record *r,
			     struct rpc_error *e)
{
	struct destroy_call *call = calloc(1, sizeof(*call));
	struct job *job = call ? begin_destroy(n, d, r, e) : NULL;

	if (!call)
		fail_memory(e);
	if (!job) {
		free(call);
		return NULL;
	}
	*call = (struct destroy_call){.job = job, .identity = world_identity(d)};
	if (teardown_start(n, d->domid, d->uuid, TEARDOWN_GONE, destroyed, call, e) == 0)
		return job;
	job_fail(job, e);
	json_free(call->identity);
	free(call);
	return NULL;
}

/* A domain that is being built goes by the way back of its build. */
static int destroy(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);
	const struct record *r =
		d ? world_record(n, d) : find_between(n, json_get(params, "domain"));
	struct job *job = NULL;

	if (r && build_running(n, r->uuid)) {
		job = begin_destroy(n, d, r, e);
		if (job && !build_cancel(n, r->uuid, job))
			job_fail(job, e);
	} else if (d && world_find_change(n, params, e)) {
		job = tear_down(n, d, r, e);
	}
	return job ? job_answer(job, rq, params, result, e) : RPC_FAILED;
}

static const char *const wait_words[] = {
	[WAIT_SHUTDOWN] = "shutdown",
	[WAIT_DESTROYED] = "destroyed",
	[WAIT_CONSOLE] = "console",
	NULL,
};

/* A domain that went before the call came: the wait is over. */
static const struct gone *find_gone(struct nacred *n, const struct json *selector)
{
	const char *text = json_string(selector, NULL);
	char uuid[UUID_TEXT];
	uuid_t u;

	if (text && uuid_parse(text, u) == 0) {
		uuid_unparse_lower(u, uuid);
		return model_gone(&n->model, uuid, -1);
	}
	return model_gone(&n->model, text, json_int(selector, -1));
}

static int wait_for_domain(struct nacred *n, struct request *rq, const struct json *params,
			   struct json **result, struct rpc_error *e)
{
	const char *word = json_string(json_get(params, "for"), "");
	struct domain *d = world_find(n, params, e);
	const struct gone *g;
	int what = 0;

	while (strcmp(wait_words[what], word) != 0)
		what++;
	if (!d) {
		g = what == WAIT_CONSOLE ? NULL : find_gone(n, json_get(params, "domain"));
		if (!g)
			return RPC_FAILED;
		*result = wait_gone_answer(g);
		return RPC_DONE;
	}
	return wait_add(n, rq, d, (enum wait_for)what, json_int(json_get(params, "timeout_ms"), -1),
			result, e);
}

static int preserve(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	const char *name = json_string(json_get(params, "new_name"), "");
	struct domain *d = world_find_guest(n, params, e);
	uint32_t domid = d ? d->domid : 0;
	char uuid[UUID_TEXT];
	uuid_t u;

	if (!d)
		return RPC_FAILED;
	if (uuid_parse(json_string(json_get(params, "new_uuid"), ""), u) || uuid_is_null(u)) {
		fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
		     "new_uuid is no UUID of a domain");
		return fail_field(e, "new_uuid");
	}
	uuid_unparse_lower(u, uuid);
	if (config_check_name(name, e) || world_check_free(n, name, NULL, e))
		return fail_field(e, "new_name");
	if (world_check_free(n, name, uuid, e))
		return fail_field(e, "new_uuid");
	if (lifecycle_preserve(n, d, uuid, name, e))
		return RPC_FAILED;
	d = model_by_domid(&n->model, domid);
	if (!d)
		return fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found",
			    "domain %u was destroyed meanwhile", domid);
	events_domain(n, "domain.renamed", d);
	*result = world_identity(d);
	return RPC_DONE;
}

static int supervise(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find_guest(n, params, e);

	if (!d || lifecycle_supervise(n, d, e))
		return RPC_FAILED;
	*result = world_identity(d);
	return RPC_DONE;
}

static int console_tty(struct nacred *n, struct request *rq, const struct json *params,
		       struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);
	struct store *s;
	char *tty;

	if (!d || !(s = stores_get(n, e)))
		return RPC_FAILED;
	if (store_readf(s, XBT_NULL, &tty, "/local/domain/%u/console/tty", d->domid))
		tty = NULL;
	if (!tty || !*tty) {
		free(tty);
		return fail(e, XL_FAIL, "console.unavailable", "domain %u has no console terminal",
			    d->domid);
	}
	*result = world_identity(d);
	json_set_string(*result, "tty", tty);
	free(tty);
	return RPC_DONE;
}

static int console(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);

	if (!d)
		return RPC_FAILED;
	if (d->domid == 0)
		return fail(e, XL_INVAL, "domain.is_dom0", "domain 0 has no PV console");
	return console_open(n, rq, d, e);
}

static const struct field create_params[] = {
	{.name = "config",
	 .type = F_OBJECT,
	 .summary = "libxl's JSON form, as xl list -l prints it"},
	{.name = "paused", .type = F_BOOL, .optional = true, .summary = "leave it paused"},
	{.name = "keep_ended",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "when it ends leave it: the caller acts on on_poweroff and its like"},
	FIELD_DRY_RUN,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field create_result[] = {
	FIELDS_IDENTITY,
	{.name = "dry_run", .type = F_BOOL, .optional = true, .summary = "nothing was made"},
	FIELD_JOB,
	FIELDS_END,
};

static const struct field destroy_params[] = {
	FIELD_DOMAIN,
	FIELD_IF_REVISION,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field destroy_result[] = {FIELDS_IDENTITY, FIELD_JOB, FIELDS_END};

static const struct field one_domain[] = {FIELD_DOMAIN, FIELDS_END};

static const struct field preserve_params[] = {
	FIELD_DOMAIN,
	{.name = "new_name", .type = F_STRING, .min = 1},
	{.name = "new_uuid", .type = F_STRING, .min = 36, .max = 36},
	FIELDS_END,
};

static const struct field tty_result[] = {
	FIELDS_IDENTITY,
	{.name = "tty", .type = F_STRING, .summary = "path of a pseudo-terminal"},
	FIELDS_END,
};

static const struct field wait_params[] = {
	FIELD_DOMAIN,
	{.name = "for", .type = F_STRING, .choices = wait_words},
	{.name = "timeout_ms",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = LIMIT_WAIT_MSEC,
	 .summary = "no limit when absent"},
	FIELDS_END,
};

static const struct field wait_result[] = {
	FIELDS_IDENTITY,
	{.name = "reached", .type = F_BOOL, .summary = "false: the time was over"},
	FIELD_REASON,
	FIELDS_END,
};

const struct method methods_domain_life[] = {
	{
		.name = "domain.create",
		.summary = "Make a domain and start it",
		.class = METHOD_ADMIN,
		.params = create_params,
		.result = create_result,
		.handle = create,
	},
	{
		.name = "domain.destroy",
		.summary = "End it at once, without asking the guest",
		.class = METHOD_ADMIN,
		.params = destroy_params,
		.result = destroy_result,
		.handle = destroy,
	},
	{
		.name = "domain.wait",
		.summary = "Answer when it has shut down, is destroyed, or has its console",
		.params = wait_params,
		.result = wait_result,
		.handle = wait_for_domain,
	},
	{
		.name = "domain.console",
		.summary = "Its console, as a stream socket beside the first byte of the answer",
		.class = METHOD_OPERATE,
		.no_batch = true,
		.params = one_domain,
		.result = fields_identity,
		.handle = console,
	},
	{
		.name = "domain.supervise",
		.summary = "Act on on_poweroff and its like, which was left to its maker",
		.class = METHOD_ADMIN,
		.params = one_domain,
		.result = fields_identity,
		.handle = supervise,
	},
	{
		.name = "domain.preserve",
		.summary = "Keep it under another name and UUID: it makes room for its next life",
		.class = METHOD_ADMIN,
		.params = preserve_params,
		.result = fields_identity,
		.handle = preserve,
	},
	{
		.name = "domain.console_tty",
		.summary = "The terminal at which xenconsoled offers its console",
		.params = one_domain,
		.result = tty_result,
		.handle = console_tty,
	},
	{.name = NULL},
};
