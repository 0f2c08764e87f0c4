/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched-credit2: weights, caps and the rate limit, with real xl's words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "sched_list.h"
#include "xl.h"

/* What the verb does beside real xl's work; each reads its options itself. */
static const struct mode {
	const char *option;
	int (*run)(const struct verb *verb, int argc, char **argv);
} modes[] = {
	{"--stats", sched_stats},
	{"--drift", sched_drift},
	{"--simulate", sched_simulate},
};

struct orders {
	const char *domain, *pool;
	const char *weight, *cap, *ratelimit; /* as typed; NULL: not given */
	bool schedparam, dry_run, json;
};

enum { OPTION_DRY_RUN = XL_OPTION_LONG };

static void read_orders(struct orders *o, const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"domain", required_argument, NULL, 'd'},
		{"weight", required_argument, NULL, 'w'},
		{"cap", required_argument, NULL, 'c'},
		{"schedparam", no_argument, NULL, 's'},
		{"ratelimit_us", required_argument, NULL, 'r'},
		{"cpupool", required_argument, NULL, 'p'},
		{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	int letter;

	while ((letter = xl_option(verb, argc, argv, "+d:w:c:p:r:sh", options)) >= 0) {
		switch (letter) {
		case 'd':
			o->domain = optarg;
			break;
		case 'w':
			o->weight = optarg;
			break;
		case 'c':
			o->cap = optarg;
			break;
		case 'r':
			o->ratelimit = optarg;
			break;
		case 'p':
			o->pool = optarg;
			break;
		case 's':
			o->schedparam = true;
			break;
		case OPTION_DRY_RUN:
			o->dry_run = true;
			break;
		default:
			o->json = true;
		}
	}
}

static int say(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s\n", what);
	return EXIT_FAILURE;
}

/* A member of @params; -1 leaves it out (libxl's "unchanged"), but for the rate limit.
 * Real xl takes what is no number for 0, and lifts a cap that way. */
static bool put_number(struct json *params, const char *member, const char *text)
{
	char *end;
	long long value;

	if (!text)
		return true;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || errno) {
		fflush(stdout);
		fprintf(stderr, "xl: \"%s\" is not a number\n", xl_safe(text));
		return false;
	}
	if (value == -1 && strcmp(member, "ratelimit_us") != 0)
		return true;
	return json_set_int(params, member, value);
}

/* Prints what a dry run found, frees @reply. */
static int dry_run_done(const struct orders *o, struct json *reply)
{
	int status = EXIT_SUCCESS;

	if (!o->dry_run)
		status = EXIT_SUCCESS;
	else if (o->json)
		status = xl_print_json(stdout, reply) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		sched_print_changes(stdout, reply);
	json_free(reply);
	return status;
}

/* --- -s: a pool's parameters ------------------------------------------------------------ */

static int set_params(const struct orders *o)
{
	struct json *params = json_new_object(), *reply = NULL;
	struct rpc_error error;

	if (!put_number(params, "ratelimit_us", o->ratelimit)) {
		json_free(params);
		return EXIT_FAILURE;
	}
	if (json_set_string(params, "pool", o->pool ? o->pool : "Pool-0") &&
	    json_set_bool(params, "dry_run", o->dry_run))
		reply = xl_try("sched.params.set", params, RPC_QUICK, NULL, &error);
	if (reply)
		return dry_run_done(o, reply);
	if (sched_told_no_pool(o->pool, &error))
		return EXIT_FAILURE;
	xl_complain(&error);
	return say("libxl_sched_credit2_params_set failed.");
}

static int schedparam(const struct orders *o)
{
	struct json *reply;
	int status;

	if (o->ratelimit)
		return set_params(o);
	reply = sched_get_pools(o->pool ? o->pool : "Pool-0");
	if (!reply)
		return EXIT_FAILURE;
	if (o->json)
		status = xl_print_json(stdout, reply) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		status = sched_print_pool(stdout, json_get(reply, "pools")->items[0]);
	json_free(reply);
	return status;
}

/* --- -d: a domain ------------------------------------------------------------------------- */

/* Real xl looks up names only, and takes any number for a domain's. */
static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static bool told_unknown(const struct orders *o, const struct rpc_error *error)
{
	return !is_number(o->domain) && xl_told_unknown(o->domain, error);
}

static int show_domain(const struct orders *o)
{
	struct rpc_error error;
	struct json *reply =
		xl_try("sched.credit2.get", rpc_domain(o->domain), RPC_QUICK, NULL, &error);
	const struct json *domains = json_get(reply, "domains"), *d;
	int status = EXIT_SUCCESS;

	if (!reply && told_unknown(o, &error))
		return EXIT_FAILURE;
	d = domains && domains->nr ? domains->items[0] : NULL;
	if (o->json && d) {
		status = xl_print_json(stdout, d) ? EXIT_SUCCESS : EXIT_FAILURE;
	} else {
		sched_print_header(stdout);
		if (!reply)
			xl_complain(&error);
		if (!d)
			status = say("libxl_domain_sched_params_get failed.");
		else
			status = sched_print_domain(stdout, d);
	}
	json_free(reply);
	return status;
}

static int set_domain(const struct orders *o)
{
	struct json *params = rpc_domain(o->domain), *reply = NULL;
	struct rpc_error error = {.libxl = RPC_ERROR_NOMEM, .text = "out of memory"};

	if (!put_number(params, "weight", o->weight) || !put_number(params, "cap", o->cap)) {
		json_free(params);
		return EXIT_FAILURE;
	}
	if (json_set_bool(params, "dry_run", o->dry_run))
		reply = xl_try("sched.credit2.set", params, RPC_QUICK, NULL, &error);
	if (reply)
		return dry_run_done(o, reply);
	if (told_unknown(o, &error))
		return EXIT_FAILURE;
	if (error.libxl != RPC_ERROR_DOMAIN_NOTFOUND)
		xl_complain(&error);
	return say("libxl_domain_sched_params_set failed.");
}

/* --- all -------------------------------------------------------------------------------- */

static bool changes_something(const struct orders *o)
{
	return o->weight || o->cap || (o->schedparam && o->ratelimit);
}

int cmd_sched_credit2(const struct verb *verb, int argc, char **argv)
{
	struct orders o = {.domain = NULL};
	size_t i;
	int k;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		for (k = 1; k < argc; k++)
			if (!strcmp(argv[k], modes[i].option))
				return modes[i].run(verb, argc, argv);
	read_orders(&o, verb, argc, argv);
	if (o.pool && (o.domain || o.weight || o.cap))
		return say("Specifying a cpupool is not allowed with other options.");
	if (!o.domain && (o.weight || o.cap))
		return say("Must specify a domain.");
	if (o.domain && !*o.domain) /* real xl takes it for domain 0 */
		return say(" is an invalid domain identifier (rc=-6)");
	if (o.dry_run && !changes_something(&o))
		return say("xl: --dry-run needs a change: -w, -c, or -s with -r");
	if (o.schedparam)
		return schedparam(&o);
	if (!o.domain)
		return sched_list(o.pool, o.json);
	return o.weight || o.cap ? set_domain(&o) : show_domain(&o);
}
