/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * sched-credit, sched-rtds: schedulers that this hypervisor does not have.  What Xen's xl
 * says where no pool has them: nothing in lists, and which scheduler it is instead.
 */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "sched_list.h"
#include "xl.h"

/* The domain's parameters of a scheduler that it does not have. */
static int show_domain(const char *domain, const char *header, const char *sched)
{
	libxl_domain_sched_params params;
	uint32_t domid;

	if (!xl_domid(domain, &domid))
		return EXIT_FAILURE;
	puts(header);
	fflush(stdout);
	libxl_domain_sched_params_init(&params);
	if (libxl_domain_sched_params_get(xl_ctx(), domid, &params))
		fputs("libxl_domain_sched_params_get failed.\n", stderr);
	else
		fprintf(stderr, "libxl_domain_sched_params_get returned %s not %s.\n",
			libxl_scheduler_to_string(params.sched), sched);
	libxl_domain_sched_params_dispose(&params);
	return EXIT_FAILURE;
}

/* No pool has it, so that this fails. */
static int failed(const char *call, int rc)
{
	if (rc)
		fprintf(stderr, "%s failed.\n", call);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- sched-credit ----------------------------------------------------------------------- */

/* A pool's parameters: shown as not there, or not to be set. */
static int credit_pool(const char *pool, bool set)
{
	libxl_sched_credit_params params;
	uint32_t poolid;
	char *name;
	int rc;

	if (!sched_find_pool(pool, &poolid))
		return EXIT_FAILURE;
	libxl_sched_credit_params_init(&params);
	rc = failed("libxl_sched_credit_params_get",
		    libxl_sched_credit_params_get(xl_ctx(), poolid, &params));
	if (set)
		return rc ? rc
			  : failed("libxl_sched_credit_params_set",
				   libxl_sched_credit_params_set(xl_ctx(), poolid, &params));
	name = libxl_cpupoolid_to_name(xl_ctx(), poolid);
	printf("Cpupool %s: [sched params unavailable]\n", xl_safe(name));
	free(name);
	return EXIT_SUCCESS;
}

static int credit_set(const char *domain)
{
	libxl_domain_sched_params params;
	uint32_t domid;

	if (!xl_domid(domain, &domid))
		return EXIT_FAILURE;
	libxl_domain_sched_params_init(&params);
	params.sched = LIBXL_SCHEDULER_CREDIT;
	return failed("libxl_domain_sched_params_set",
		      libxl_domain_sched_params_set(xl_ctx(), domid, &params));
}

struct credit_options {
	const char *domain, *pool;
	bool domain_params, pool_params, schedparam;
};

static bool credit_options_agree(const struct credit_options *o)
{
	const char *why = NULL;

	if ((o->pool || o->schedparam) && (o->domain || o->domain_params))
		why = "Specifying a cpupool or schedparam is not allowed with domain options.";
	else if (!o->domain && o->domain_params)
		why = "Must specify a domain.";
	else if (!o->schedparam && o->pool_params)
		why = "Must specify schedparam to set schedule parameter values.";
	if (why)
		fprintf(stderr, "%s\n", why);
	return !why;
}

int cmd_sched_credit(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"domain", required_argument, NULL, 'd'},
		{"weight", required_argument, NULL, 'w'},
		{"cap", required_argument, NULL, 'c'},
		{"schedparam", no_argument, NULL, 's'},
		{"tslice_ms", required_argument, NULL, 't'},
		{"ratelimit_us", required_argument, NULL, 'r'},
		{"migration_delay_us", required_argument, NULL, 'm'},
		{"cpupool", required_argument, NULL, 'p'},
		XL_OPTION_END,
	};
	struct credit_options o = {.domain = NULL};
	uint32_t poolid;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "+hd:w:c:st:r:m:p:", options)) >= 0) {
		o.domain = letter == 'd' ? optarg : o.domain;
		o.pool = letter == 'p' ? optarg : o.pool;
		o.domain_params |= letter == 'w' || letter == 'c';
		o.pool_params |= letter == 't' || letter == 'r' || letter == 'm';
		o.schedparam |= letter == 's';
	}
	if (!credit_options_agree(&o))
		return EXIT_FAILURE;
	if (o.schedparam)
		return credit_pool(o.pool, o.pool_params);
	if (!o.domain)
		return sched_find_pool(o.pool, &poolid) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (o.domain_params)
		return credit_set(o.domain);
	return show_domain(o.domain, "Name                                ID Weight  Cap",
			   "credit");
}

/* --- sched-rtds ------------------------------------------------------------------------- */

struct rtds_options {
	const char *domain;
	bool pool, all;
	unsigned int vcpus, periods, budgets, extratimes;
};

static bool rtds_options_agree(const struct rtds_options *o)
{
	bool sets = o->periods || o->budgets || o->extratimes;
	const char *why = NULL;

	if (o->pool && (o->domain || sets || o->vcpus || o->all))
		why = "Specifying a cpupool is not allowed with other options.";
	else if (!o->domain && (sets || o->vcpus))
		why = "Missing parameters.";
	else if (o->domain && !o->vcpus && !o->all && sets)
		why = "Must specify VCPU.";
	else if (o->vcpus && o->all)
		why = "Incorrect VCPU IDs.";
	else if (o->periods != o->budgets || o->periods != o->extratimes ||
		 (sets && o->vcpus > o->periods))
		why = "Incorrect number of period, budget and extratime";
	if (why)
		fprintf(stderr, "%s\n", why);
	return !why;
}

static int rtds_set(const struct rtds_options *o, uint32_t domid)
{
	libxl_vcpu_sched_params params;
	int status;

	libxl_vcpu_sched_params_init(&params);
	params.sched = LIBXL_SCHEDULER_RTDS;
	status = o->all ? failed("libxl_vcpu_sched_params_set_all",
				 libxl_vcpu_sched_params_set_all(xl_ctx(), domid, &params))
			: failed("libxl_vcpu_sched_params_set",
				 libxl_vcpu_sched_params_set(xl_ctx(), domid, &params));
	libxl_vcpu_sched_params_dispose(&params);
	return status;
}

static int rtds_show(const struct rtds_options *o, uint32_t domid)
{
	libxl_vcpu_sched_params params;
	int status;

	puts("Name                                ID VCPU    Period    Budget  Extratime");
	fflush(stdout);
	libxl_vcpu_sched_params_init(&params);
	status = o->all ? failed("libxl_vcpu_sched_params_get_all",
				 libxl_vcpu_sched_params_get_all(xl_ctx(), domid, &params))
			: failed("libxl_vcpu_sched_params_get",
				 libxl_vcpu_sched_params_get(xl_ctx(), domid, &params));
	libxl_vcpu_sched_params_dispose(&params);
	return status;
}

static int rtds_vcpus(const struct rtds_options *o)
{
	uint32_t domid;

	if (!xl_domid(o->domain, &domid))
		return EXIT_FAILURE;
	return o->periods ? rtds_set(o, domid) : rtds_show(o, domid);
}

int cmd_sched_rtds(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"domain", required_argument, NULL, 'd'},
		{"period", required_argument, NULL, 'p'},
		{"budget", required_argument, NULL, 'b'},
		{"extratime", required_argument, NULL, 'e'},
		{"vcpuid", required_argument, NULL, 'v'},
		{"cpupool", required_argument, NULL, 'c'},
		XL_OPTION_END,
	};
	struct rtds_options o = {.domain = NULL};
	const char *pool = NULL;
	uint32_t poolid;
	int letter;

	/* -c without an argument, --cpupool with one: so it is in Xen's xl. */
	while ((letter = xl_option(verb, argc, argv, "+hd:p:b:e:v:c", options)) >= 0) {
		if (letter == 'e' && strcmp(optarg, "0") != 0 && strcmp(optarg, "1") != 0) {
			fputs("Invalid extratime.\n", stderr);
			return EXIT_FAILURE;
		}
		o.domain = letter == 'd' ? optarg : o.domain;
		pool = letter == 'c' ? optarg : pool;
		o.all |= letter == 'v' && strcmp(optarg, "all") == 0;
		o.vcpus += letter == 'v' && strcmp(optarg, "all") != 0;
		o.periods += letter == 'p';
		o.budgets += letter == 'b';
		o.extratimes += letter == 'e';
	}
	o.pool = pool;
	if (!rtds_options_agree(&o))
		return EXIT_FAILURE;
	if (!o.domain)
		return sched_find_pool(pool, &poolid) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (o.all || o.vcpus)
		return rtds_vcpus(&o);
	return show_domain(o.domain,
			   "Name                                ID    Period    Budget  Extratime",
			   "rtds");
}
