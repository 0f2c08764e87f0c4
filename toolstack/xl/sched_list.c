/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "sched_list.h"

#include <libxl_utils.h>
#include <stdlib.h>

#include "ctx.h"
#include "xl.h"

bool sched_find_pool(const char *pool, uint32_t *poolid)
{
	*poolid = 0;
	if (!pool || (!libxl_cpupool_qualifier_to_cpupoolid(xl_ctx(), pool, poolid, NULL) &&
		      libxl_cpupoolid_is_valid(xl_ctx(), *poolid)))
		return true;
	fflush(stdout);
	fprintf(stderr, "unknown cpupool '%s'\n", xl_safe(pool));
	return false;
}

void sched_print_header(FILE *out)
{
	fprintf(out, "%-33s %4s %6s %4s\n", "Name", "ID", "Weight", "Cap");
}

static bool read_credit2(uint32_t domid, libxl_domain_sched_params *params)
{
	libxl_domain_sched_params_init(params);
	if (libxl_domain_sched_params_get(xl_ctx(), domid, params)) {
		fputs("libxl_domain_sched_params_get failed.\n", stderr);
		return false;
	}
	if (params->sched == LIBXL_SCHEDULER_CREDIT2)
		return true;
	fprintf(stderr, "libxl_domain_sched_params_get returned %s not credit2.\n",
		libxl_scheduler_to_string(params->sched));
	return false;
}

int sched_print_domain(FILE *out, uint32_t domid)
{
	libxl_domain_sched_params params;
	bool good;
	char *name;

	fflush(out);
	good = read_credit2(domid, &params);
	if (good) {
		name = libxl_domid_to_name(xl_ctx(), domid);
		fprintf(out, "%-33s %4u %6d %4d\n", xl_safe(name), domid, params.weight,
			params.cap);
		free(name);
	}
	libxl_domain_sched_params_dispose(&params);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A success where there are no such parameters, as in Xen's xl. */
int sched_print_pool(FILE *out, uint32_t poolid)
{
	char *name = libxl_cpupoolid_to_name(xl_ctx(), poolid);
	libxl_sched_credit2_params params;
	int rc;

	libxl_sched_credit2_params_init(&params);
	rc = libxl_sched_credit2_params_get(xl_ctx(), poolid, &params);
	if (rc) {
		fputs("libxl_sched_credit2_params_get failed.\n", stderr);
		fprintf(out, "Cpupool %s: [sched params unavailable]\n", xl_safe(name));
	} else {
		fprintf(out, "Cpupool %s: ratelimit=%dus\n", xl_safe(name), params.ratelimit_us);
	}
	free(name);
	return EXIT_SUCCESS;
}

static void print_members(uint32_t poolid, const libxl_dominfo *domains, int nr)
{
	int i;

	sched_print_pool(stdout, poolid);
	sched_print_header(stdout);
	for (i = 0; i < nr; i++)
		if (domains[i].cpupool == poolid)
			sched_print_domain(stdout, domains[i].domid);
}

int sched_list(const char *pool)
{
	libxl_cpupoolinfo *pools;
	libxl_dominfo *domains;
	int i, nr_pools = 0, nr_domains = 0;
	uint32_t poolid;

	if (!sched_find_pool(pool, &poolid))
		return EXIT_FAILURE;
	domains = libxl_list_domain(xl_ctx(), &nr_domains);
	pools = domains ? libxl_list_cpupool(xl_ctx(), &nr_pools) : NULL;
	if (!pools)
		fprintf(stderr, "%s failed.\n",
			domains ? "libxl_list_cpupool" : "libxl_list_domain");
	for (i = 0; i < nr_pools; i++)
		if (pools[i].sched == LIBXL_SCHEDULER_CREDIT2 &&
		    (!pool || pools[i].poolid == poolid))
			print_members(pools[i].poolid, domains, nr_domains);
	if (pools)
		libxl_cpupoolinfo_list_free(pools, nr_pools);
	if (domains)
		libxl_dominfo_list_free(domains, nr_domains);
	return pools ? EXIT_SUCCESS : EXIT_FAILURE;
}
