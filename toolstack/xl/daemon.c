/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <string.h>

#include "xl.h"

static struct rpc *connection;

static bool connect_daemon(struct rpc_error *error)
{
	if (!connection)
		connection = rpc_open_nacred(error);
	return connection;
}

struct rpc *xl_connection(void)
{
	struct rpc_error error;

	if (!connect_daemon(&error))
		xl_complain(&error);
	return connection;
}

void xl_disconnect(void)
{
	rpc_close(connection);
	connection = NULL;
}

struct json *xl_try(const char *method, struct json *params, int timeout_ms, int *fd,
		    struct rpc_error *error)
{
	if (!connect_daemon(error)) {
		json_free(params);
		return NULL;
	}
	return rpc_call(connection, method, params, timeout_ms, fd, error);
}

struct json *xl_event(int timeout_ms)
{
	struct rpc_error error;
	struct json *event = rpc_event(connection, timeout_ms, &error);

	if (!event)
		xl_complain(&error);
	return event;
}

static bool is_transport(const struct rpc_error *error)
{
	return !strncmp(error->symbol, "rpc.", 4);
}

void xl_complain(const struct rpc_error *error)
{
	size_t len = strlen(error->text);

	fflush(stdout);
	fprintf(stderr, "%s: %s", is_transport(error) ? "xl" : "libxl: error",
		xl_safe(error->text));
	if (error->hint[0])
		fprintf(stderr, "%s %s", len && error->text[len - 1] == '.' ? "" : ";",
			xl_safe(error->hint));
	fputc('\n', stderr);
}

struct json *xl_call(const char *method, struct json *params, int timeout_ms)
{
	struct rpc_error error;
	struct json *result = xl_try(method, params, timeout_ms, NULL, &error);

	if (!result)
		xl_complain(&error);
	return result;
}

bool xl_told_unknown(const char *domain, const struct rpc_error *error)
{
	if (strcmp(error->symbol, "domain.not_found") != 0 &&
	    error->libxl != RPC_ERROR_DOMAIN_NOTFOUND)
		return false;
	fflush(stdout);
	fprintf(stderr, "%s is an invalid domain identifier (rc=-%d)\n", xl_safe(domain),
		RPC_ERROR_INVAL);
	return true;
}

/* Put "domain" into @params, which may be NULL. */
static struct json *with_domain(const char *domain, struct json *params)
{
	struct json *selector = rpc_domain(domain);

	if (!params || !selector)
		goto out;
	if (!json_set(params, "domain", json_copy(json_get(selector, "domain"))))
		goto out;
	json_free(selector);
	return params;
out:
	json_free(params);
	return selector;
}

struct json *xl_domain_call(const char *method, const char *domain, struct json *params,
			    int timeout_ms)
{
	struct rpc_error error;
	struct json *result = xl_try(method, with_domain(domain, params), timeout_ms, NULL, &error);

	if (!result && !xl_told_unknown(domain, &error))
		xl_complain(&error);
	return result;
}
