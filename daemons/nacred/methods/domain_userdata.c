/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * domain.userdata.get, domain.userdata.set: what clients of libxl keep beside a domain
 * (libxl_userdata_*).  It stands in the domain's record, so it lives exactly as long as
 * the configuration does, and is as durable.  Not for everybody to read: libvirt keeps
 * passwords of displays in it.
 */
#include <string.h>

#include "fields.h"
#include "limits.h"
#include "nacred.h"
#include "rpc.h"
#include "world.h"

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	const struct json *data;
	struct domain *d = world_find(n, params, e);
	const struct record *r = d ? world_record(n, d) : NULL;

	if (!d)
		return RPC_FAILED;
	/* Beside a domain that others made is nothing, as libxl says of domain 0. */
	data = r ? json_get(r->userdata, json_string(json_get(params, "key"), "")) : NULL;
	*result = world_identity(d);
	json_set(*result, "data", data ? json_copy(data) : json_new_null());
	return RPC_DONE;
}

static int check_data(const char *data, struct rpc_error *e)
{
	size_t len = strspn(data, "0123456789abcdef");

	if (!data[len] && len % 2 == 0)
		return 0;
	fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
	     "\"data\" must be pairs of hexadecimal digits");
	return fail_field(e, "data");
}

/* All old ones but @key, and that with @data unless NULL. NULL: no memory. */
static struct json *changed(const struct json *old, const char *key, const char *data)
{
	struct json *v = json_new_object();
	bool good = v != NULL;
	size_t i;

	for (i = 0; good && old && i < old->nr; i++)
		if (strcmp(old->keys[i], key) != 0)
			good = json_set(v, old->keys[i], json_copy(old->items[i]));
	if (good && data)
		good = json_set_string(v, key, data);
	if (good)
		return v;
	json_free(v);
	return NULL;
}

static int check_size(const struct json *userdata, struct rpc_error *e)
{
	size_t i, digits = 0;

	for (i = 0; i < userdata->nr; i++)
		digits += strlen(json_string(userdata->items[i], ""));
	if (userdata->nr <= LIMIT_USERDATA_KEYS && digits / 2 <= LIMIT_USERDATA_BYTES)
		return 0;
	fail(e, XL_BUFFERFULL, "domain.userdata_full",
	     "at most %d values of together %d bytes are kept for a domain", LIMIT_USERDATA_KEYS,
	     LIMIT_USERDATA_BYTES);
	return fail_field(e, "data");
}

static int set(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	const char *key = json_string(json_get(params, "key"), "");
	const char *data = json_string(json_get(params, "data"), NULL);
	struct json *old, *new;
	struct domain *d = world_find(n, params, e);
	struct record *r = d ? world_record(n, d) : NULL;

	if (!d)
		return RPC_FAILED;
	if (!r) {
		fail(e, XL_FAIL, "domain.no_record", "domain %u was not made by nacred", d->domid);
		fail_hint(e, "data is kept beside the configuration, which nacred does not have");
		return fail_field(e, "domain");
	}
	if (data && check_data(data, e))
		return RPC_FAILED;
	new = changed(r->userdata, key, data);
	if (!new)
		return fail_memory(e);
	if (check_size(new, e)) {
		json_free(new);
		return RPC_FAILED;
	}
	old = r->userdata;
	r->userdata = new;
	if (record_save(&n->records, r, e)) {
		r->userdata = old;
		json_free(new);
		return RPC_FAILED;
	}
	json_free(old);
	*result = world_identity(d);
	return RPC_DONE;
}

#define FIELD_KEY                                                                                  \
	{                                                                                          \
		.name = "key", .type = F_STRING, .min = 1, .max = 64,                              \
		.summary = "whose it is: \"xl\", \"libvirt-xml\""                                  \
	}

static const struct field get_params[] = {FIELD_DOMAIN, FIELD_KEY, FIELDS_END};

static const struct field get_result[] = {
	FIELDS_IDENTITY,
	{.name = "data",
	 .type = F_STRING,
	 .nullable = true,
	 .summary = "in hexadecimal digits; null: none of that key"},
	FIELDS_END,
};

static const struct field set_params[] = {
	FIELD_DOMAIN,
	FIELD_KEY,
	{.name = "data",
	 .type = F_STRING,
	 .optional = true,
	 .min = 2,
	 .max = 2 * LIMIT_USERDATA_BYTES,
	 .summary = "in hexadecimal digits; absent: forget what there is"},
	FIELDS_END,
};

const struct method methods_domain_userdata[] = {
	{
		.name = "domain.userdata.get",
		.summary = "What a client keeps beside a domain",
		.class = METHOD_OPERATE,
		.params = get_params,
		.result = get_result,
		.handle = get,
	},
	{
		.name = "domain.userdata.set",
		.summary = "Keep it, as long as the domain is there",
		.class = METHOD_OPERATE,
		.params = set_params,
		.result = fields_identity,
		.handle = set,
	},
	{.name = NULL},
};
