/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What sched-credit2 has beside Xen's: nacred's answers as they are, and dry runs. */
#include <stdlib.h>
#include <string.h>

#include "json_listing.h"
#include "sched_list.h"
#include "xl.h"

struct json *sched_get_pools(const char *pool)
{
	struct json *params = json_new_object(), *reply;
	uint32_t poolid;

	if (pool && !sched_find_pool(pool, &poolid)) {
		json_free(params);
		return NULL;
	}
	if (pool)
		json_set_string(params, "pool", pool);
	reply = json_listing_get("sched.params.get", params);
	if (!reply || (json_get(reply, "pools") && (json_get(reply, "pools")->nr || !pool)))
		return reply;
	json_free(reply);
	fputs("xl: nacred's answer has no pools\n", stderr);
	return NULL;
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

/* Pools with their domains inside. */
static int print_pools(const struct json *pools, const struct json *domains)
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

int sched_json_list(const char *pool)
{
	struct json *pools = sched_get_pools(pool), *domains;
	int status = EXIT_FAILURE;

	if (!pools)
		return status;
	domains = json_listing_get("sched.credit2.get", NULL);
	if (json_get(domains, "domains"))
		status = print_pools(json_get(pools, "pools"), json_get(domains, "domains"));
	json_free(domains);
	json_free(pools);
	return status;
}

int sched_json_pool(const char *pool)
{
	struct json *reply = sched_get_pools(pool ? pool : "Pool-0");
	int status = reply && xl_print_json(stdout, reply) ? EXIT_SUCCESS : EXIT_FAILURE;

	json_free(reply);
	return status;
}
