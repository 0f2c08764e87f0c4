/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* system.*, rpc.*: who speaks, and what can be said. */
#include <stdio.h>

#include "limits.h"
#include "nacred.h"
#include "openrpc.h"
#include "rpc.h"
#include "fields.h"

static const char *const features[] = {
	"batch",     "console-fd",   "events",		 "domain-wait", "cpupools",
	"revisions", "event-resume", "request-id",	 "domain-jobs", "dry-run",
	"snapshot",  "metrics",	     "read-only-socket", NULL,
};

static int hello(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	struct json *v = json_new_object(), *hv = json_new_object(), *list = json_new_array();
	char text[64];
	int i;

	snprintf(text, sizeof(text), "%u.%u%s", n->version.major, n->version.minor,
		 n->version.extra);
	json_set_string(hv, "version", text);
	json_set_string(hv, "build_id", n->version.build_id);
	for (i = 0; features[i]; i++)
		json_append(list, json_new_string(features[i]));
	json_set_string(v, "api", NACRED_API);
	json_set_string(v, "daemon", "nacred " NACRE_VERSION);
	json_set(v, "hypervisor", hv);
	json_set(v, "features", list);
	json_set_string(v, "instance_id", n->instance_id);
	*result = v;
	return RPC_DONE;
}

static int discover(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	*result = openrpc_document();
	return RPC_DONE;
}

static const struct field hypervisor_fields[] = {
	{.name = "version", .type = F_STRING},
	{.name = "build_id", .type = F_STRING},
	FIELDS_END,
};

static const struct field hello_result[] = {
	{.name = "api", .type = F_STRING, .summary = "major.minor; additions raise minor only"},
	{.name = "daemon", .type = F_STRING},
	{.name = "hypervisor", .type = F_OBJECT, .of = hypervisor_fields},
	{.name = "features", .type = F_ARRAY, .element = F_STRING},
	{.name = "instance_id", .type = F_STRING, .summary = "UUID of this run of the hypervisor"},
	FIELDS_END,
};

static const struct field discover_result[] = {
	{.name = "openrpc", .type = F_STRING},
	{.name = "info", .type = F_OBJECT},
	{.name = "methods", .type = F_ARRAY, .element = F_OBJECT},
	{.name = "components", .type = F_OBJECT},
	FIELDS_END,
};

const struct method methods_system[] = {
	{
		.name = "system.hello",
		.summary = "Versions and features of daemon and hypervisor",
		.result = hello_result,
		.handle = hello,
	},
	{
		.name = "rpc.discover",
		.summary = "This description of all methods, as an OpenRPC document",
		.result = discover_result,
		.handle = discover,
	},
	{.name = NULL},
};
