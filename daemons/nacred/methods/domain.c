/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.list, domain.get, domain.identify: what there is. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "nacred.h"
#include "pools.h"
#include "revision.h"
#include "rows.h"
#include "rpc.h"
#include "synthesis.h"
#include "world.h"
#include "fields.h"

const struct field fields_identity[] = {FIELDS_IDENTITY, FIELDS_END};

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct json *v, *domains;
	size_t i;

	if (world_refresh(n, e) || pools_refresh(n, e))
		return RPC_FAILED;
	domains = json_new_array();
	for (i = 0; i < n->model.nr; i++)
		json_append(domains, world_describe(n, n->model.domains[i]));
	v = json_new_object();
	json_set(v, "domains", domains);
	*result = v;
	return RPC_DONE;
}

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);
	const struct record *r;
	struct json *config, *v, *state;

	if (!d || pools_refresh(n, e))
		return RPC_FAILED;
	r = world_record(n, d);
	config = r ? json_copy(r->config) : synthesise_config(n, d);
	complete_running_config(n, d, config);
	v = world_describe(n, d);
	json_set(v, "config", config);
	state = world_state(n, d);
	revision_put(v, state);
	json_free(state);
	if (r && r->next_config)
		json_set(v, "next_config", json_copy(r->next_config));
	*result = v;
	return RPC_DONE;
}

static int identify(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);

	if (!d)
		return RPC_FAILED;
	*result = world_identity(d);
	return RPC_DONE;
}

static const struct field state_fields[] = {
	{.name = "running", .type = F_BOOL},
	{.name = "blocked", .type = F_BOOL},
	{.name = "paused", .type = F_BOOL},
	{.name = "shutdown", .type = F_BOOL},
	{.name = "dying", .type = F_BOOL},
	{.name = "building", .type = F_BOOL},
	FIELDS_END,
};

#define FIELDS_DOMAIN                                                                              \
	FIELDS_IDENTITY, {.name = "type", .type = F_STRING, .summary = "pvh, hvm or pv"},          \
		{.name = "state", .type = F_OBJECT, .of = state_fields}, FIELD_REASON,             \
		{.name = "current_memkb", .type = F_INT, .summary = "KiB"},                        \
		{.name = "outstanding_memkb",                                                      \
		 .type = F_INT,                                                                    \
		 .summary = "KiB claimed, not yet given"},                                         \
		{.name = "shared_memkb", .type = F_INT, .summary = "KiB shared with others"},      \
		{.name = "max_memkb", .type = F_INT, .summary = "KiB"},                            \
		{.name = "cpu_time_ns", .type = F_INT}, {.name = "vcpu_online", .type = F_INT},    \
		{.name = "vcpu_max_id", .type = F_INT, .summary = "-1: it has no vCPU"},           \
		FIELD_CPUPOOL, {.name = "cpupool_id", .type = F_INT},                              \
		{.name = "shared_memkb", .type = F_INT, .summary = "KiB"},                         \
		{.name = "paged_memkb", .type = F_INT, .summary = "KiB paged out"},                \
		{.name = "gpaddr_bits", .type = F_INT, .summary = "of a guest address"},           \
		{.name = "start_time",                                                             \
		 .type = F_REAL,                                                                   \
		 .summary = "seconds since the epoch, 0: unknown"},                                \
	{                                                                                          \
		.name = "has_config", .type = F_BOOL,                                              \
		.summary = "made by nacred, which has its config"                                  \
	}

const struct field domain_fields[] = {FIELDS_DOMAIN, FIELDS_END};

static const struct field get_fields[] = {
	FIELDS_DOMAIN,
	{.name = "config", .type = F_OBJECT, .summary = "libxl's JSON form"},
	FIELD_REVISION,
	{.name = "next_config",
	 .type = F_OBJECT,
	 .optional = true,
	 .summary = "what domain.update_config stored for its next life"},
	FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "domains", .type = F_ARRAY, .of = domain_fields},
	FIELDS_END,
};

static const struct field one_domain[] = {FIELD_DOMAIN, FIELDS_END};

const struct method methods_domain[] = {
	{
		.name = "domain.list",
		.summary = "All domains, domain 0 among them",
		.result = list_result,
		.handle = list,
	},
	{
		.name = "domain.get",
		.summary = "One domain with its configuration",
		.params = one_domain,
		.result = get_fields,
		.handle = get,
	},
	{
		.name = "domain.identify",
		.summary = "Which domain that is: for a name its id, for an id its name",
		.params = one_domain,
		.result = fields_identity,
		.handle = identify,
	},
	{.name = NULL},
};
