/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched-credit2 --simulate: what other weights and caps would do, before they are set. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sched_list.h"
#include "xl.h"

enum { OPTION_SIMULATE = XL_OPTION_LONG, OPTION_LOAD };

struct orders {
	struct json *params, *changes;
	struct json *change; /* of the last -d; in @changes */
	const char *domain;  /* of that */
	bool json;
};

static int say(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s\n", what);
	return -1;
}

static int put_number(struct json *object, const char *member, const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end != text && !*end && !errno)
		return json_set_int(object, member, value) ? 0 : say("xl: out of memory");
	fflush(stdout);
	fprintf(stderr, "xl: \"%s\" is not a number\n", xl_safe(text));
	return -1;
}

/* The domain of the -d before has what it gets. */
static int end_change(const struct orders *o)
{
	if (!o->change || json_get(o->change, "weight") || json_get(o->change, "cap"))
		return 0;
	return say("xl: --simulate: a domain needs -w or -c");
}

static int add_change(struct orders *o, const char *domain)
{
	if (end_change(o))
		return -1;
	o->domain = domain;
	o->change = rpc_domain(domain);
	return json_append(o->changes, o->change) ? 0 : say("xl: out of memory");
}

static int read_option(struct orders *o, int letter)
{
	switch (letter) {
	case 't':
		return put_number(o->params, "seconds", optarg);
	case 'd':
		return add_change(o, optarg);
	case 'w':
	case 'c':
		if (!o->change)
			return say("Must specify a domain.");
		return put_number(o->change, letter == 'w' ? "weight" : "cap", optarg);
	case OPTION_LOAD:
		return json_set_string(o->params, "load", optarg) ? 0 : say("xl: out of memory");
	case XL_OPTION_JSON:
		o->json = true;
		return 0;
	default:
		return 0;
	}
}

static int read_orders(struct orders *o, const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"simulate", no_argument, NULL, OPTION_SIMULATE},
		{"time", required_argument, NULL, 't'},
		{"domain", required_argument, NULL, 'd'},
		{"weight", required_argument, NULL, 'w'},
		{"cap", required_argument, NULL, 'c'},
		{"load", required_argument, NULL, OPTION_LOAD},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	int letter;

	while ((letter = xl_option(verb, argc, argv, "+t:d:w:c:h", options)) >= 0)
		if (read_option(o, letter))
			return -1;
	return end_change(o);
}

/* --- the table ------------------------------------------------------------------------ */

/* "33.3 -> 50.0"; one number where nothing was to be changed. */
static void print_pair(int width, double was, double will, int decimals, bool both)
{
	char text[64];

	if (both)
		snprintf(text, sizeof(text), "%.*f -> %.*f", decimals, was, decimals, will);
	else
		snprintf(text, sizeof(text), "%.*f", decimals, was);
	printf(" %*s", width, text);
}

static const struct column {
	const char *title, *member;
	int width, wide; /* for one number, for two */
	int decimals;
	double unit;
} columns[] = {
	{"Weight", "weight", 6, 14, 0, 1},
	{"Cap", "cap", 4, 12, 0, 1},
	{"Share(%)", "share_percent", 8, 16, 1, 1},
	{"Delay(ms)", "worst_delay_us", 9, 18, 1, 1000},
	{"Parked(%)", "cap_loss_percent", 9, 16, 1, 1},
};

static void print_row(const struct json *d, bool both)
{
	const struct json *before = json_get(d, "before"), *after = json_get(d, "after");

	printf("%-24s %4d %5d %7.1f", xl_safe(json_string(json_get(d, "name"), NULL)),
	       (int)json_int(json_get(d, "domid"), 0), (int)json_int(json_get(d, "vcpus"), 0),
	       json_real(json_get(d, "load_percent"), 0));
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const struct column *c = &columns[i];

		print_pair(both ? c->wide : c->width,
			   json_real(json_get(before, c->member), 0) / c->unit,
			   json_real(json_get(after, c->member), 0) / c->unit, c->decimals, both);
	}
	putchar('\n');
}

static void print_table(const struct json *reply, bool both)
{
	const struct json *domains = json_get(reply, "domains");
	double wanted = json_real(json_get(reply, "seconds"), 0);
	double seconds = json_real(json_get(reply, "simulated_seconds"), 0);

	printf("%-24s %4s %5s %7s", "Name", "ID", "VCPUs", "Load(%)");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		printf(" %*s", both ? columns[i].wide : columns[i].width, columns[i].title);
	putchar('\n');
	for (size_t i = 0; domains && i < domains->nr; i++)
		print_row(domains->items[i], both);
	if (domains && domains->nr && seconds < wanted)
		fprintf(stderr, "xl: only %.1f of %.0f seconds were simulated: it took too long\n",
			seconds, wanted);
}

/* xl's words for a domain that is not there, where it can be told which one. */
static int tell(const struct orders *o, const struct rpc_error *error)
{
	if (o->changes->nr != 1 || !xl_told_unknown(o->domain, error))
		xl_complain(error);
	return EXIT_FAILURE;
}

int sched_simulate(const struct verb *verb, int argc, char **argv)
{
	struct orders o = {.params = json_new_object(), .changes = json_new_array()};
	int status = EXIT_FAILURE, bad = read_orders(&o, verb, argc, argv);
	struct rpc_error error;
	struct json *reply;
	bool both = o.changes->nr;

	if (bad) {
		json_free(o.params);
		json_free(o.changes);
		return EXIT_FAILURE;
	}
	json_set(o.params, "changes", json_copy(o.changes));
	reply = xl_try("sched.simulate", o.params, RPC_SLOW, NULL, &error);
	if (!reply) {
		status = tell(&o, &error);
	} else if (o.json) {
		status = xl_print_json(stdout, reply) ? EXIT_SUCCESS : EXIT_FAILURE;
	} else {
		print_table(reply, both);
		status = EXIT_SUCCESS;
	}
	json_free(reply);
	json_free(o.changes);
	return status;
}
