/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.pause, unpause, shutdown, reboot, rename: changes to a domain that is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store.h>
#include <string.h>

#include "config.h"
#include "control.h"
#include "events.h"
#include "job.h"
#include "log.h"
#include "nacred.h"
#include "nodes.h"
#include "rpc.h"
#include "stores.h"
#include "undo.h"
#include "wait.h"
#include "world.h"
#include "fields.h"

#include "ctrl/domain.h"
#include "ctrl/hvm.h"

static int done(struct nacred *n, uint32_t domid, struct json **result, struct rpc_error *e)
{
	const struct domain *d;

	if (world_refresh(n, e))
		return RPC_FAILED;
	d = model_by_domid(&n->model, domid);
	if (!d)
		return fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found",
			    "domain %u was destroyed meanwhile", domid);
	*result = world_identity(d);
	return RPC_DONE;
}

static int pause_domain(struct nacred *n, struct request *rq, const struct json *params,
			struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find_change(n, params, e);
	int rc;

	if (!d)
		return RPC_FAILED;
	rc = ctrl_domain_pause(n->ctrl, d->domid);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot pause domain %u", d->domid);
	return done(n, d->domid, result, e);
}

static int unpause_domain(struct nacred *n, struct request *rq, const struct json *params,
			  struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find_change(n, params, e);
	int rc;

	if (!d)
		return RPC_FAILED;
	rc = ctrl_domain_unpause(n->ctrl, d->domid);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot unpause domain %u",
				  d->domid);
	return done(n, d->domid, result, e);
}

/*
 * Whether the guest listens to control/shutdown: it says so by @feature, or it is
 * a PV-aware guest that has set up its event callback but is still booting (the
 * test that libxl makes).
 */
static bool listens(struct nacred *n, struct store *s, const struct domain *d, const char *feature)
{
	uint64_t callback = 0;
	bool yes = false;
	char *value;

	if (store_readf(s, XBT_NULL, &value, "/local/domain/%u/control/%s", d->domid, feature) ==
	    0) {
		yes = strcmp(value, "1") == 0;
		free(value);
	}
	return yes ||
	       (ctrl_hvm_param_get(n->ctrl, d->domid, HVM_PARAM_CALLBACK_IRQ, &callback) == 0 &&
		callback);
}

/* Ask, and with "async" follow the guest to its end. */
static int ask(struct nacred *n, struct request *rq, const struct json *params, const char *word,
	       struct store *s, const struct domain *d, struct json **result, struct rpc_error *e)
{
	bool async = json_bool(json_get(params, "async"), false);
	const char *kind = strcmp(word, "reboot") == 0 ? "domain.reboot" : "domain.shutdown";
	struct job *job = async ? wait_job(n, kind, d, WAIT_SHUTDOWN, e) : NULL;
	struct rpc_error ignored;

	if (async && !job)
		return RPC_FAILED;
	if (control_ask(n, s, d, "shutdown", word, e) == 0)
		return job ? job_answer(job, rq, params, result, e) : done(n, d->domid, result, e);
	if (job)
		job_stop(job, &ignored);
	return RPC_FAILED;
}

static int ask_guest(struct nacred *n, struct request *rq, const struct json *params,
		     const char *word, const char *feature, struct json **result,
		     struct rpc_error *e)
{
	struct domain *d = world_find_change(n, params, e);
	struct store *s = d ? control_open(n, d, e) : NULL;

	if (!s)
		return RPC_FAILED;
	if (!listens(n, s, d, feature)) {
		if (json_bool(json_get(params, "acpi_fallback"), false))
			fail(e, XL_NOPARAVIRT, "domain.no_pv_control",
			     "domain %u (%s) takes no PV "
			     "control requests, and a PVH guest has no ACPI buttons",
			     d->domid, d->name ? d->name : "");
		else
			fail(e, XL_NOPARAVIRT, "domain.no_pv_control",
			     "domain %u (%s) takes no PV control requests", d->domid,
			     d->name ? d->name : "");
		return fail_hint(e, "destroy it, or end it from within");
	}
	return ask(n, rq, params, word, s, d, result, e);
}

static int shut_down(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	return ask_guest(n, rq, params, "poweroff", "feature-poweroff", result, e);
}

static int reboot_domain(struct nacred *n, struct request *rq, const struct json *params,
			 struct json **result, struct rpc_error *e)
{
	return ask_guest(n, rq, params, "reboot", "feature-reboot", result, e);
}

/* The record first: what stands in it is what a nacred that starts again says. */
static int set_name(struct nacred *n, struct domain *d, const char *name, struct rpc_error *e)
{
	struct record *r = world_record(n, d);
	int rc;

	if (r && record_set_name(r, name))
		return fail_memory(e);
	if (r && record_save(&n->records, r, e)) {
		if (d->name)
			record_set_name(r, d->name);
		return -1;
	}
	rc = nodes_rename(n->store, d->domid, d->uuid, name);
	if (rc)
		log_warning("cannot rename domain %u in xenstore: %s", d->domid, strerror(-rc));
	return 0;
}

struct new_name {
	struct domain *d;
	const char *name;
};

static int rename_steps(struct nacred *n, void *arg, struct rpc_error *e)
{
	const struct new_name *new = arg;

	return set_name(n, new->d, new->name, e);
}

static int rename_domain(struct nacred *n, struct request *rq, const struct json *params,
			 struct json **result, struct rpc_error *e)
{
	const char *name = json_string(json_get(params, "new_name"), "");
	struct domain *d = world_find_change(n, params, e);
	struct new_name new = {.d = d, .name = name};
	struct json *before;
	char *copy;
	int rc;

	if (!d || !stores_get(n, e))
		return RPC_FAILED;
	if (config_check_name(name, e) ||
	    (strcmp(name, d->name ? d->name : "") != 0 && world_check_free(n, name, NULL, e)))
		return fail_field(e, "new_name");
	copy = strdup(name);
	if (!copy)
		return fail_memory(e);
	before = json_new_object();
	json_set_string(before, "uuid", d->uuid);
	json_set_string(before, "name", d->name ? d->name : "");
	rc = undo_run(n, UNDO_NAME, before, rename_steps, &new, e);
	if (rc) {
		free(copy);
		return RPC_FAILED;
	}
	free(d->name);
	d->name = copy;
	events_domain(n, "domain.renamed", d);
	*result = world_identity(d);
	return RPC_DONE;
}

int undo_name(struct nacred *n, const struct json *before)
{
	struct domain *d = model_by_uuid(&n->model, json_string(json_get(before, "uuid"), ""));
	const char *name = json_string(json_get(before, "name"), "");
	char *copy = d && name[0] ? strdup(name) : NULL;
	struct rpc_error e;

	if (!copy)
		return d && name[0] ? -ENOMEM : 0; /* with the domain its name went */
	if (!n->store || set_name(n, d, name, &e)) {
		free(copy);
		return -EIO;
	}
	free(d->name);
	d->name = copy;
	return 0;
}

static const struct field one_domain[] = {FIELD_DOMAIN, FIELD_IF_REVISION, FIELDS_END};

static const struct field end_params[] = {
	FIELD_DOMAIN,
	{.name = "acpi_fallback",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "press a button when the guest takes no PV requests (PVH has none)"},
	FIELD_IF_REVISION,
	{.name = "async",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "answer with a job that ends when the guest has shut down"},
	FIELDS_END,
};

static const struct field end_result[] = {FIELDS_IDENTITY, FIELD_JOB, FIELDS_END};

static const struct field rename_params[] = {
	FIELD_DOMAIN,
	{.name = "new_name", .type = F_STRING, .min = 1},
	FIELD_IF_REVISION,
	FIELDS_END,
};

const struct method methods_domain_state[] = {
	{
		.name = "domain.pause",
		.summary = "Stop its vCPUs until domain.unpause",
		.class = METHOD_OPERATE,
		.params = one_domain,
		.result = fields_identity,
		.handle = pause_domain,
	},
	{
		.name = "domain.unpause",
		.summary = "Let its vCPUs run",
		.class = METHOD_OPERATE,
		.params = one_domain,
		.result = fields_identity,
		.handle = unpause_domain,
	},
	{
		.name = "domain.shutdown",
		.summary = "Ask the guest to power off; domain.wait tells when it has",
		.class = METHOD_OPERATE,
		.params = end_params,
		.result = end_result,
		.handle = shut_down,
	},
	{
		.name = "domain.reboot",
		.summary = "Ask the guest to reboot",
		.class = METHOD_OPERATE,
		.params = end_params,
		.result = end_result,
		.handle = reboot_domain,
	},
	{
		.name = "domain.rename",
		.summary = "Give it another name",
		.class = METHOD_OPERATE,
		.params = rename_params,
		.result = fields_identity,
		.handle = rename_domain,
	},
	{.name = NULL},
};
