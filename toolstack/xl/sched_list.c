/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "sched_list.h"

#include <stdlib.h>
#include <string.h>

#include "xl.h"

bool sched_told_no_pool(const char *pool, const struct rpc_error *error)
{
	if (strcmp(error->symbol, "cpupool.not_found") != 0 &&
	    (!pool || *pool || strcmp(error->symbol, "request.invalid_params") != 0))
		return false;
	fflush(stdout);
	fprintf(stderr, "unknown cpupool '%s'\n", xl_safe(pool));
	return true;
}

struct json *sched_get_pools(const char *pool)
{
	struct json *params = json_new_object(), *reply;
	struct rpc_error error;

	if (pool)
		json_set_string(params, "pool", pool);
	reply = xl_try("sched.params.get", params, RPC_QUICK, NULL, &error);
	if (json_get(reply, "pools") && (json_get(reply, "pools")->nr || !pool))
		return reply;
	json_free(reply);
	if (reply)
		fputs("xl: nacred's answer has no pools\n", stderr);
	else if (!sched_told_no_pool(pool, &error))
		xl_complain(&error);
	return NULL;
}

static const char *name_of(const struct json *v)
{
	return xl_safe(json_string(json_get(v, "name"), NULL));
}

static bool is_credit2(const struct json *v)
{
	return !strcmp(json_string(json_get(v, "sched"), ""), "credit2");
}

void sched_print_header(FILE *out)
{
	fprintf(out, "%-33s %4s %6s %4s\n", "Name", "ID", "Weight", "Cap");
}

int sched_print_domain(FILE *out, const struct json *domain)
{
	if (!is_credit2(domain)) {
		fflush(out);
		fprintf(stderr, "libxl_domain_sched_params_get returned %s not credit2.\n",
			xl_safe(json_string(json_get(domain, "sched"), NULL)));
		return EXIT_FAILURE;
	}
	fprintf(out, "%-33s %4lld %6lld %4lld\n", name_of(domain),
		(long long)json_int(json_get(domain, "domid"), -1),
		(long long)json_int(json_get(domain, "weight"), -1),
		(long long)json_int(json_get(domain, "cap"), -1));
	return EXIT_SUCCESS;
}

int sched_print_pool(FILE *out, const struct json *pool)
{
	if (is_credit2(pool)) {
		fprintf(out, "Cpupool %s: ratelimit=%lldus\n", name_of(pool),
			(long long)json_int(json_get(pool, "ratelimit_us"), -1));
		return EXIT_SUCCESS;
	}
	/* Real xl succeeds here, too. */
	fprintf(out, "Cpupool %s: [sched params unavailable]\n", name_of(pool));
	fflush(out);
	fprintf(stderr,
		"libxl: error: getting Credit2 scheduler parameters: the scheduler is %s\n"
		"libxl_sched_credit2_params_get failed.\n",
		xl_safe(json_string(json_get(pool, "sched"), NULL)));
	return EXIT_SUCCESS;
}

bool sched_in_pool(const struct json *domain, const struct json *pool)
{
	const char *label = json_string(json_get(domain, "cpupool"), "");
	const char *name = json_string(json_get(pool, "name"), NULL);
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)json_int(json_get(pool, "id"), -1));
	return !strcmp(label, name ? name : id);
}

void sched_print_changes(FILE *out, const struct json *reply)
{
	const struct json *changes = json_get(reply, "changes");
	const char *name = json_string(json_get(reply, "name"), NULL);
	char subject[400];
	size_t i;

	if (json_get(reply, "domid"))
		snprintf(subject, sizeof(subject), "Domain %lld (%s)",
			 (long long)json_int(json_get(reply, "domid"), -1), xl_safe(name));
	else
		snprintf(subject, sizeof(subject), "Cpupool %s", xl_safe(name));
	if (!changes || !changes->nr)
		fprintf(out, "%s: nothing to change\n", subject);
	for (i = 0; changes && i < changes->nr; i++)
		fprintf(out, "%s: %s %lld -> %lld\n", subject,
			xl_safe(json_string(json_get(changes->items[i], "path"), NULL)),
			(long long)json_int(json_get(changes->items[i], "from"), -1),
			(long long)json_int(json_get(changes->items[i], "to"), -1));
}

static void print_all(const struct json *pools, const struct json *domains)
{
	size_t i, k;

	for (i = 0; i < pools->nr; i++) {
		if (!is_credit2(pools->items[i]))
			continue;
		sched_print_pool(stdout, pools->items[i]);
		sched_print_header(stdout);
		for (k = 0; k < domains->nr; k++)
			if (sched_in_pool(domains->items[k], pools->items[i]))
				sched_print_domain(stdout, domains->items[k]);
	}
}

/* Pools with their domains inside. */
static int print_json(const struct json *pools, const struct json *domains)
{
	struct json *all = json_copy(pools);
	bool good = all;
	size_t i, k;

	for (i = 0; good && i < all->nr; i++) {
		struct json *in = json_new_array();

		for (k = 0; in && k < domains->nr; k++)
			if (sched_in_pool(domains->items[k], all->items[i]))
				json_append(in, json_copy(domains->items[k]));
		good = json_set(all->items[i], "domains", in);
	}
	good = good && xl_print_json(stdout, all);
	json_free(all);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int sched_list(const char *pool, bool json)
{
	struct json *pools = sched_get_pools(pool), *domains;
	int status = EXIT_FAILURE;

	if (!pools)
		return status;
	domains = xl_call("sched.credit2.get", NULL, RPC_QUICK);
	if (json_get(domains, "domains")) {
		status = EXIT_SUCCESS;
		if (json)
			status = print_json(json_get(pools, "pools"), json_get(domains, "domains"));
		else
			print_all(json_get(pools, "pools"), json_get(domains, "domains"));
	}
	json_free(domains);
	json_free(pools);
	return status;
}
