/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched-credit2: weights, caps and the rate limit, with real xl's words. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "json_listing.h"
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

/* False after a message.  Real xl takes what is no number for 0, and lifts a cap that way;
 * what no int holds is as far out of range as the largest. */
static bool read_number(const char *text, int *value)
{
	char *end;
	long v;

	if (!text)
		return true;
	errno = 0;
	v = strtol(text, &end, 10);
	if (end == text || *end || errno) {
		fflush(stdout);
		fprintf(stderr, "xl: \"%s\" is not a number\n", xl_safe(text));
		return false;
	}
	*value = v > INT_MAX ? INT_MAX : v < INT_MIN ? INT_MIN : (int)v;
	return true;
}

/* A dry run, which libxl does not have: what nacred would change.  @params owned; @call is
 * the one of libxl that does it. */
static int dry_run(const struct orders *o, const char *method, struct json *params,
		   const char *call)
{
	struct json *reply;
	int status = EXIT_SUCCESS;

	json_set_bool(params, "dry_run", true);
	reply = xl_call(method, params, RPC_QUICK);
	if (!reply) {
		fprintf(stderr, "%s failed.\n", call);
		return EXIT_FAILURE;
	}
	if (!o->json)
		sched_print_changes(stdout, reply);
	else if (!xl_print_json(stdout, reply))
		status = EXIT_FAILURE;
	json_free(reply);
	return status;
}

/* --- -s: a pool's parameters ------------------------------------------------------------ */

static int set_params(const struct orders *o, uint32_t poolid)
{
	libxl_sched_credit2_params params;
	struct json *json;
	char id[16];

	libxl_sched_credit2_params_init(&params);
	if (!read_number(o->ratelimit, &params.ratelimit_us))
		return EXIT_FAILURE;
	if (!o->dry_run) {
		if (!libxl_sched_credit2_params_set(xl_ctx(), poolid, &params))
			return EXIT_SUCCESS;
		return say("libxl_sched_credit2_params_set failed.");
	}
	json = json_new_object();
	snprintf(id, sizeof(id), "%u", poolid);
	json_set_string(json, "pool", id);
	json_set_int(json, "ratelimit_us", params.ratelimit_us);
	return dry_run(o, "sched.params.set", json, "libxl_sched_credit2_params_set");
}

static int schedparam(const struct orders *o)
{
	uint32_t poolid;

	if (!o->ratelimit && o->json)
		return sched_json_pool(o->pool);
	if (!sched_find_pool(o->pool, &poolid))
		return EXIT_FAILURE;
	return o->ratelimit ? set_params(o, poolid) : sched_print_pool(stdout, poolid);
}

/* --- -d: a domain ------------------------------------------------------------------------- */

static int show_json(const char *domain)
{
	struct json *reply = json_listing_get("sched.credit2.get", rpc_domain(domain));
	const struct json *domains = json_get(reply, "domains");
	int status = EXIT_FAILURE;

	if (domains && domains->nr && xl_print_json(stdout, domains->items[0]))
		status = EXIT_SUCCESS;
	json_free(reply);
	return status;
}

static int show_domain(const struct orders *o)
{
	uint32_t domid;

	if (!xl_domid(o->domain, &domid))
		return EXIT_FAILURE;
	if (o->json)
		return show_json(o->domain);
	sched_print_header(stdout);
	return sched_print_domain(stdout, domid);
}

/* What is given of it; -1 is libxl's "unchanged". */
static struct json *dry_params(const struct orders *o, const libxl_domain_sched_params *p)
{
	struct json *params = rpc_domain(o->domain);

	if (p->weight != LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT)
		json_set_int(params, "weight", p->weight);
	if (p->cap != LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT)
		json_set_int(params, "cap", p->cap);
	return params;
}

static int set_domain(const struct orders *o)
{
	libxl_domain_sched_params params;
	int status = EXIT_FAILURE;
	uint32_t domid;

	libxl_domain_sched_params_init(&params);
	params.sched = LIBXL_SCHEDULER_CREDIT2;
	if (!xl_domid(o->domain, &domid) || !read_number(o->weight, &params.weight) ||
	    !read_number(o->cap, &params.cap))
		status = EXIT_FAILURE;
	else if (o->dry_run)
		status = dry_run(o, "sched.credit2.set", dry_params(o, &params),
				 "libxl_domain_sched_params_set");
	else if (libxl_domain_sched_params_set(xl_ctx(), domid, &params))
		status = say("libxl_domain_sched_params_set failed.");
	else
		status = EXIT_SUCCESS;
	libxl_domain_sched_params_dispose(&params);
	return status;
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
		return o.json ? sched_json_list(o.pool) : sched_list(o.pool);
	return o.weight || o.cap ? set_domain(&o) : show_domain(&o);
}
