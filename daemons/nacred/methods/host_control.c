/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* host.debug_keys, host.set_parameters: what an administrator asks of the hypervisor. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/host.h"
#include "ctrl/hypfs.h"
#include "fields.h"
#include "limits.h"
#include "nacred.h"
#include "rpc.h"

static int debug_keys(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	const char *keys = json_string(json_get(params, "keys"), "");
	int rc = *keys ? ctrl_host_debug_keys(n->ctrl, keys) : 0;

	if (rc) {
		fail_errno(e, rc, "hypervisor.refused", "sending debug keys");
		return fail_hint(e, "key h prints the keys that there are");
	}
	*result = json_new_object();
	return RPC_DONE;
}

/* --- parameters ------------------------------------------------------------------------ */

/* One word "name=value" of the line, or "noname", which means name=no. */
static int set_parameter(struct nacred *n, char *word, struct rpc_error *e)
{
	char path[LIMIT_PARAMETERS_BYTES + 16];
	char *value = strchr(word, '=');
	int rc;

	if (value)
		*value++ = '\0';
	else if (strncmp(word, "no", 2) == 0)
		word += 2;
	else {
		fail(e, XL_INVAL, "host.parameter_without_value",
		     "setting parameters: %.64s: a value is missing", word);
		return fail_hint(e, "write %.64s=VALUE", word);
	}
	snprintf(path, sizeof(path), "/params/%s", word);
	rc = ctrl_hypfs_write(n->ctrl, path, value ? value : "no");
	if (!rc)
		return 0;
	fail_errno(e, rc, rc == -ENOENT ? "host.parameter_unknown" : "hypervisor.refused",
		   "setting parameters");
	return fail_hint(e, "it is about %.64s", word);
}

static int set_parameters(struct nacred *n, struct request *rq, const struct json *params,
			  struct json **result, struct rpc_error *e)
{
	char line[LIMIT_PARAMETERS_BYTES + 1], *word, *rest;
	int rc = ctrl_hypfs_probe(n->ctrl);

	if (rc) {
		fail_errno(e, rc, "host.no_parameters", "opening Xen hypfs");
		return fail_hint(e, "this hypervisor takes parameters at its start only: see "
				    "xen_commandline of host.info");
	}
	snprintf(line, sizeof(line), "%s", json_string(json_get(params, "parameters"), ""));
	for (word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
		if (set_parameter(n, word, e))
			return fail_field(e, "parameters");
	*result = json_new_object();
	return RPC_DONE;
}

static const struct field keys_params[] = {
	{.name = "keys",
	 .type = F_STRING,
	 .min = 0,
	 .max = LIMIT_DEBUG_KEYS,
	 .summary = "one after the other; what they print is in host.dmesg"},
	FIELDS_END,
};

static const struct field parameters_params[] = {
	{.name = "parameters",
	 .type = F_STRING,
	 .min = 0,
	 .max = LIMIT_PARAMETERS_BYTES,
	 .summary = "name=value, with spaces between; those before a bad one stay set"},
	FIELDS_END,
};

static const struct field nothing[] = {FIELDS_END};

const struct method methods_host_control[] = {
	{
		.name = "host.debug_keys",
		.summary = "Press the hypervisor's debug keys (R starts the machine again)",
		.class = METHOD_ADMIN,
		.params = keys_params,
		.result = nothing,
		.handle = debug_keys,
	},
	{
		.name = "host.set_parameters",
		.summary = "Change parameters of the hypervisor while it runs, where it has such",
		.class = METHOD_ADMIN,
		.params = parameters_params,
		.result = nothing,
		.handle = set_parameters,
	},
	{.name = NULL},
};
