/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "json_listing.h"

#include <stdlib.h>

#include "xl.h"

struct json *json_listing_get(const char *method, struct json *params)
{
	return xl_call(method, params, RPC_QUICK);
}

int json_listing(const char *method, struct json *params, const char *member)
{
	struct json *reply = json_listing_get(method, params);
	const struct json *v = member ? json_get(reply, member) : reply;
	int status = v && xl_print_json(stdout, v) ? EXIT_SUCCESS : EXIT_FAILURE;

	json_free(reply);
	return status;
}
