/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched-credit2 --stats: where domains' time went. */
#include <stdlib.h>
#include <string.h>

#include "sched_list.h"
#include "xl.h"

struct column {
	const char *title;
	int width;
	const char *member; /* in ns when @seconds */
	bool seconds;
};

static const struct column columns[] = {
	{"Run(s)", 10, "running_ns", true},   {"Wait(s)", 10, "waiting_ns", true},
	{"Block(s)", 10, "blocked_ns", true}, {"Park(s)", 10, "parked_ns", true},
	{"Parks", 7, "parks", false},	      {"Held(s)", 9, "held_ns", true},
	{"Holds", 7, "holds", false},	      {"Wakes", 9, "wakes", false},
	{"CPUmov", 7, "cpu_moves", false},    {"Qmov", 6, "queue_moves", false},
	{"Resets", 8, "resets", false},
};

#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void print_header(void)
{
	size_t i;

	printf("%-24s %4s", "Name", "ID");
	for (i = 0; i < NR_COLUMNS; i++)
		printf(" %*s", columns[i].width, columns[i].title);
	printf(" %8s %8s\n", "Wake50", "Wake99");
}

/* The end of the bucket in which the @percent-th wake-up lies. */
static void print_delay(const struct json *buckets, int percent)
{
	int64_t all = 0, below = 0;
	char text[24] = "-";
	size_t i;

	for (i = 0; i < buckets->nr; i++)
		all += json_int(buckets->items[i], 0);
	for (i = 0; all && i < buckets->nr; i++) {
		below += json_int(buckets->items[i], 0);
		if (below * 100 >= all * percent)
			break;
	}
	if (all && i + 1 >= buckets->nr)
		snprintf(text, sizeof(text), ">=%.0fms", (double)(1ULL << (i - 1)) / 1000);
	else if (all && i < 10)
		snprintf(text, sizeof(text), "<%lluus", 1ULL << i);
	else if (all)
		snprintf(text, sizeof(text), "<%.1fms", (double)(1ULL << i) / 1000);
	printf(" %8s", text);
}

static void print_row(const struct json *d)
{
	const struct json *delays = json_get(d, "wake_delay");
	size_t i;

	printf("%-24s %4lld", xl_safe(json_string(json_get(d, "name"), NULL)),
	       (long long)json_int(json_get(d, "domid"), -1));
	for (i = 0; i < NR_COLUMNS; i++) {
		int64_t value = json_int(json_get(d, columns[i].member), 0);

		if (columns[i].seconds)
			printf(" %*.3f", columns[i].width, (double)value / 1e9);
		else
			printf(" %*lld", columns[i].width, (long long)value);
	}
	if (delays && delays->type == JSON_ARRAY && delays->nr > 1 && delays->nr < 64) {
		print_delay(delays, 50);
		print_delay(delays, 99);
	}
	putchar('\n');
}

/* Only those of @pool (NULL: all). False: no memory. */
static bool keep_pool(struct json *reply, const struct json *pool)
{
	const struct json *domains = json_get(reply, "domains");
	struct json *kept = json_new_array();
	size_t i;

	for (i = 0; kept && i < domains->nr; i++)
		if (!pool || sched_in_pool(domains->items[i], pool))
			json_append(kept, json_copy(domains->items[i]));
	return kept && json_set(reply, "domains", kept);
}

static int show(const char *domain, const struct json *pool, bool json)
{
	struct json *reply = domain ? xl_domain_call("sched.stats", domain, NULL, RPC_QUICK)
				    : xl_call("sched.stats", NULL, RPC_QUICK);
	const struct json *domains;
	bool good = json_get(reply, "domains") && keep_pool(reply, pool);
	size_t i;

	if (good && json) {
		good = xl_print_json(stdout, reply);
	} else if (good) {
		domains = json_get(reply, "domains");
		print_header();
		for (i = 0; i < domains->nr; i++)
			print_row(domains->items[i]);
	}
	json_free(reply);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int sched_stats(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"stats", no_argument, NULL, XL_OPTION_LONG},
		{"domain", required_argument, NULL, 'd'},
		{"cpupool", required_argument, NULL, 'p'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	const char *domain = NULL, *pool = NULL;
	struct json *pools = NULL;
	bool json = false;
	int letter, status;

	while ((letter = xl_option(verb, argc, argv, "d:p:h", options)) >= 0) {
		json |= letter == XL_OPTION_JSON;
		domain = letter == 'd' ? optarg : domain;
		pool = letter == 'p' ? optarg : pool;
	}
	if (argv[optind])
		return xl_misuse(verb);
	if (domain && pool) {
		fputs("Specifying a cpupool is not allowed with other options.\n", stderr);
		return EXIT_FAILURE;
	}
	if (pool && !(pools = sched_get_pools(pool)))
		return EXIT_FAILURE;
	status = show(domain, pools ? json_get(pools, "pools")->items[0] : NULL, json);
	json_free(pools);
	return status;
}
