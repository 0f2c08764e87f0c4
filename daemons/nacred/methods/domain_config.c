/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.update_config: what the next life of a running domain is built from. */
#include <string.h>

#include "config.h"
#include "fields.h"
#include "nacred.h"
#include "pools.h"
#include "revision.h"
#include "rpc.h"
#include "world.h"

/* It stays the same domain: its UUID is kept, and its name has a method of its own. */
static int check(struct nacred *n, const struct domain *d, const struct json *tree,
		 struct rpc_error *e)
{
	struct config c;
	int rc;

	if (config_read(&c, tree, e))
		return -1;
	if (strcmp(c.name, d->name ? d->name : "") != 0) {
		fail(e, XL_INVAL, "domain.name_differs",
		     "the configuration is of \"%.64s\", the domain is \"%.64s\"", c.name,
		     d->name ? d->name : "");
		fail_hint(e, "domain.rename changes the name");
		rc = fail_field(e, "config.c_info.name");
	} else {
		rc = pools_refresh(n, e) || !pools_for_domain(&n->pools, c.pool, e) ? -1 : 0;
	}
	config_free(&c);
	return rc;
}

static const struct json *next_of(const struct record *r)
{
	return r->next_config ? r->next_config : r->config;
}

static int save(struct nacred *n, struct record *r, struct json *config, struct rpc_error *e)
{
	struct json *old = r->next_config;

	r->next_config = config;
	if (record_save(&n->records, r, e)) {
		r->next_config = old;
		json_free(config);
		return -1;
	}
	json_free(old);
	return 0;
}

static int update_config(struct nacred *n, struct request *rq, const struct json *params,
			 struct json **result, struct rpc_error *e)
{
	const struct domain *d = world_find_guest(n, params, e);
	struct json *config, *before, *reply;
	bool dry_run = revision_dry_run(params);
	struct record *r;
	int rc;

	if (!d || check(n, d, json_get(params, "config"), e))
		return RPC_FAILED;
	r = world_record(n, d);
	if (!r) {
		fail(e, XL_INVAL, "domain.not_ours", "domain %u was not made by nacred", d->domid);
		return fail_hint(e, "only whoever made it starts it again");
	}
	before = json_copy(next_of(r));
	config = json_copy(json_get(params, "config"));
	reply = world_identity(d);
	if (!before || !config || !reply ||
	    !json_set_string(json_get(config, "c_info"), "uuid", r->uuid)) {
		rc = fail_memory(e);
		json_free(config);
		config = NULL;
	} else {
		rc = revision_check(params, before, "the domain's stored configuration", e);
	}
	if (!rc && !revision_answer(reply, before, config, dry_run))
		rc = fail_memory(e);
	if (!rc && !dry_run)
		rc = save(n, r, config, e);
	else
		json_free(config);
	json_free(before);
	if (rc)
		json_free(reply);
	else
		*result = reply;
	return rc ? RPC_FAILED : RPC_DONE;
}

static const struct field update_params[] = {
	FIELD_DOMAIN,
	{.name = "config",
	 .type = F_OBJECT,
	 .summary = "libxl's JSON form, complete; the UUID in it does not matter"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field changed[] = {FIELDS_IDENTITY, FIELDS_CHANGED, FIELDS_END};

const struct method methods_domain_config[] = {
	{
		.name = "domain.update_config",
		.summary = "Replace what a domain is built from when it is started again",
		.class = METHOD_ADMIN,
		.params = update_params,
		.result = changed,
		.handle = update_config,
	},
	{.name = NULL},
};
