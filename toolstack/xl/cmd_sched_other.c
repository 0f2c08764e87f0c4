/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * sched-credit, sched-rtds: schedulers that this hypervisor does not have.  What Xen's xl
 * says where no pool has them: nothing in lists, and which scheduler it is instead.
 */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "xl.h"

/* False after a message. */
static bool pool_exists(const char *pool)
{
	struct json *params = json_new_object(), *reply;
	struct rpc_error error;

	json_set_string(params, "pool", pool);
	reply = xl_try("cpupool.get", params, RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return true;
	if (strcmp(error.symbol, "cpupool.not_found") == 0)
		fprintf(stderr, "unknown cpupool '%s'\n", xl_safe(pool));
	else
		xl_complain(&error);
	return false;
}

/* The scheduler of the pool that a domain runs in. */
struct found {
	char word[24]; /* empty: there is no domain of that number */
};

/* False after a message. */
static bool find_scheduler(const char *domain, struct found *found)
{
	struct rpc_error error;
	struct json *reply = xl_try("domain.get", rpc_domain(domain), RPC_QUICK, NULL, &error);
	struct json *params, *pool;

	found->word[0] = '\0';
	if (!reply && error.libxl == RPC_ERROR_DOMAIN_NOTFOUND &&
	    strspn(domain, "0123456789") == strlen(domain))
		return true;
	if (!reply) {
		if (!xl_told_unknown(domain, &error))
			xl_complain(&error);
		return false;
	}
	params = json_new_object();
	json_set(params, "pool", json_copy(json_get(reply, "cpupool")));
	json_free(reply);
	pool = xl_call("cpupool.get", params, RPC_QUICK);
	snprintf(found->word, sizeof(found->word), "%s",
		 json_string(json_get(pool, "sched"), "unknown"));
	json_free(pool);
	return pool;
}

/* The domain's parameters of a scheduler that it does not have. */
static int show_domain(const char *domain, const char *header, const char *sched)
{
	struct found found;

	if (!find_scheduler(domain, &found))
		return EXIT_FAILURE;
	puts(header);
	fflush(stdout);
	if (found.word[0])
		fprintf(stderr, "libxl_domain_sched_params_get returned %s not %s.\n",
			xl_safe(found.word), sched);
	else
		fprintf(stderr,
			"libxl: error: getinfolist failed 0: No such file or directory\n"
			"libxl: error: Domain %s:Unknown scheduler\n"
			"libxl_domain_sched_params_get failed.\n",
			domain);
	return EXIT_FAILURE;
}

/* What libxl says when the hypervisor refuses it, and xl: @call failed. */
static int refuse_domain(const char *domain, const char *why, const char *call)
{
	struct found found;

	if (!find_scheduler(domain, &found))
		return EXIT_FAILURE;
	if (found.word[0])
		fprintf(stderr, "libxl: error: %s\n", why);
	fprintf(stderr, "%s failed.\n", call);
	return EXIT_FAILURE;
}

/* --- sched-credit ----------------------------------------------------------------------- */

#define CREDIT_PARAMS                                                                              \
	"libxl: error: getting Credit scheduler parameters: Invalid argument\n"                    \
	"libxl_sched_credit_params_get failed.\n"

/* A pool's parameters: shown as not there, or not to be set. */
static int credit_pool(const char *pool, bool set)
{
	struct json *params = json_new_object(), *reply;

	if (pool && !pool_exists(pool)) {
		json_free(params);
		return EXIT_FAILURE;
	}
	json_set_string(params, "pool", pool ? pool : "0");
	reply = xl_call("cpupool.get", params, RPC_QUICK);
	if (!reply)
		return EXIT_FAILURE;
	fputs(CREDIT_PARAMS, stderr);
	if (!set)
		printf("Cpupool %s: [sched params unavailable]\n",
		       xl_safe(json_string(json_get(reply, "name"), NULL)));
	json_free(reply);
	return set ? EXIT_FAILURE : EXIT_SUCCESS;
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
		return !o.pool || pool_exists(o.pool) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (o.domain_params)
		return refuse_domain(o.domain, "Getting domain sched credit: Invalid argument",
				     "libxl_domain_sched_params_set");
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

static int rtds_vcpus(const struct rtds_options *o)
{
	struct found found;

	if (o->periods)
		return refuse_domain(o->domain, "Setting vcpu sched rtds: Invalid argument",
				     o->all ? "libxl_vcpu_sched_params_set_all"
					    : "libxl_vcpu_sched_params_set");
	if (!find_scheduler(o->domain, &found))
		return EXIT_FAILURE;
	puts("Name                                ID VCPU    Period    Budget  Extratime");
	fflush(stdout);
	return refuse_domain(
		o->domain, "per-VCPU parameter getting not supported for this scheduler",
		o->all ? "libxl_vcpu_sched_params_get_all" : "libxl_vcpu_sched_params_get");
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
		return !pool || pool_exists(pool) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (o.all || o.vcpus)
		return rtds_vcpus(&o);
	return show_domain(o.domain,
			   "Name                                ID    Period    Budget  Extratime",
			   "rtds");
}
