/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* info, dmesg, cpupool-list. */
#include <stdlib.h>

#include "cmds.h"
#include "info.h"
#include "xl.h"

int cmd_info(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"numa", no_argument, NULL, 'n'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool numa = false, json = false, done = true;
	struct json *info;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hn", options)) >= 0) {
		numa |= letter == 'n';
		json |= letter == XL_OPTION_JSON;
	}
	info = xl_call("host.info", NULL, RPC_QUICK);
	if (!info)
		return EXIT_FAILURE;
	if (json)
		done = xl_print_json(stdout, info);
	else
		info_print(stdout, info, argv[optind], numa);
	json_free(info);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_dmesg(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"clear", no_argument, NULL, 'c'},
		XL_OPTION_END,
	};
	struct json *params = json_new_object(), *reply;
	bool clear = false;

	while (xl_option(verb, argc, argv, "hc", options) >= 0)
		clear = true;
	if (!params || !json_set_bool(params, "clear", clear)) {
		json_free(params);
		fputs("xl: out of memory\n", stderr);
		return EXIT_FAILURE;
	}
	reply = xl_call("host.dmesg", params, RPC_QUICK);
	if (reply)
		dmesg_print(stdout, json_string(json_get(reply, "text"), ""));
	json_free(reply);
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* [{name, cpus, sched, domains}] */
static bool print_pool_json(const struct json *info, size_t nr_domains)
{
	struct json *list = json_new_array(), *pool = json_new_object();
	bool done = list && pool && json_set_string(pool, "name", "Pool-0") &&
		    json_set(pool, "cpus", json_copy(json_get(info, "nr_cpus"))) &&
		    json_set(pool, "sched", json_copy(json_get(info, "xen_scheduler"))) &&
		    json_set_int(pool, "domains", (int64_t)nr_domains);

	if (done)
		done = json_append(list, pool) && xl_print_json(stdout, list);
	else
		json_free(pool);
	json_free(list);
	return done;
}

int cmd_cpupool_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"cpus", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool cpus = false, json = false, done = false;
	struct json *info, *reply = NULL;
	const struct json *domains = NULL;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hc", options)) >= 0) {
		cpus |= letter == 'c';
		json |= letter == XL_OPTION_JSON;
	}
	info = xl_call("host.info", NULL, RPC_QUICK);
	if (info)
		domains = xl_domains(&reply);
	if (domains && json)
		done = print_pool_json(info, domains->nr);
	else if (domains)
		done = cpupool_print(stdout, info, domains, argv[optind], cpus);
	json_free(info);
	json_free(reply);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
