/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched-credit2 --drift: domains that run with another weight or cap than their file has. */
#include <stdlib.h>

#include "sched_list.h"
#include "xl.h"

#define DRIFTING 3 /* exit status: there is some, and it stays */

enum { OPTION_FIX = XL_OPTION_LONG, OPTION_DRY_RUN, OPTION_DRIFT };

struct wish {
	const char *domain; /* NULL: all */
	bool fix, dry_run, json;
};

static int64_t configured(const struct json *d, const char *member)
{
	return json_int(json_get(json_get(d, "configured"), member), -1);
}

/* What runs: a dash where the scheduler has no such parameter. */
static void print_running(const struct json *d, const char *member)
{
	const struct json *v = json_get(d, member);

	if (v && v->type == JSON_INT)
		printf(" %10lld", (long long)v->integer);
	else
		printf(" %10s", "-");
}

static void print_drift(const struct json *d)
{
	printf("%-33s %4lld", xl_safe(json_string(json_get(d, "name"), NULL)),
	       (long long)json_int(json_get(d, "domid"), -1));
	print_running(d, "weight");
	printf(" %10lld", (long long)configured(d, "weight"));
	print_running(d, "cap");
	printf(" %10lld\n", (long long)configured(d, "cap"));
}

/* Back to what is configured, unless somebody was faster. */
static bool mend(const struct json *d, bool dry_run)
{
	struct json *params = json_new_object(), *reply = NULL;
	struct rpc_error error = {.libxl = RPC_ERROR_NOMEM, .text = "out of memory"};

	if (json_set_int(params, "domain", json_int(json_get(d, "domid"), -1)) &&
	    json_set_int(params, "weight", configured(d, "weight")) &&
	    json_set_int(params, "cap", configured(d, "cap")) &&
	    json_set_bool(params, "dry_run", dry_run) &&
	    json_set_string(params, "if_revision", json_string(json_get(d, "revision"), "")))
		reply = xl_try("sched.credit2.set", params, RPC_QUICK, NULL, &error);
	if (reply)
		sched_print_changes(stdout, reply);
	else
		xl_complain(&error);
	json_free(reply);
	return reply;
}

static int report(const struct json *domains, const struct wish *w)
{
	struct json *list = json_new_array();
	int status = EXIT_SUCCESS;
	size_t i;

	for (i = 0; list && i < domains->nr; i++)
		if (json_bool(json_get(domains->items[i], "drift"), false))
			json_append(list, json_copy(domains->items[i]));
	if (w->json && !w->fix) {
		status = xl_print_json(stdout, list) ? EXIT_SUCCESS : EXIT_FAILURE;
	} else if (list && list->nr && !w->fix) {
		printf("%-33s %4s %10s %10s %10s %10s\n", "Name", "ID", "Weight", "Configured",
		       "Cap", "Configured");
		for (i = 0; i < list->nr; i++)
			print_drift(list->items[i]);
	} else if (list) {
		for (i = 0; i < list->nr; i++)
			if (!mend(list->items[i], w->dry_run))
				status = EXIT_FAILURE;
	}
	if (list && list->nr && !status && (!w->fix || w->dry_run))
		status = DRIFTING;
	if (list && !list->nr && !w->json)
		puts("Every domain runs with the weight and the cap of its file.");
	json_free(list);
	return status;
}

int sched_drift(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"drift", no_argument, NULL, OPTION_DRIFT},
		{"fix", no_argument, NULL, OPTION_FIX},
		{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
		{"domain", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	struct wish w = {.domain = NULL};
	struct json *reply;
	int letter, status = EXIT_FAILURE;

	while ((letter = xl_option(verb, argc, argv, "d:h", options)) >= 0) {
		w.fix |= letter == OPTION_FIX;
		w.dry_run |= letter == OPTION_DRY_RUN;
		w.json |= letter == XL_OPTION_JSON;
		w.domain = letter == 'd' ? optarg : w.domain;
	}
	if (argv[optind] || (w.dry_run && !w.fix) || (w.json && w.fix))
		return xl_misuse(verb);
	reply = w.domain ? xl_domain_call("sched.credit2.get", w.domain, NULL, RPC_QUICK)
			 : xl_call("sched.credit2.get", NULL, RPC_QUICK);
	if (json_get(reply, "domains"))
		status = report(json_get(reply, "domains"), &w);
	json_free(reply);
	return status;
}
