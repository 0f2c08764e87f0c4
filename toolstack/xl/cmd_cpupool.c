/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool-list, -destroy, -rename, -cpu-add, -cpu-remove, -migrate, -numa-split. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "cpupool_list.h"
#include "host_cpus.h"
#include "xl.h"

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

static void no_options(const struct verb *verb, int argc, char **argv)
{
	while (xl_option(verb, argc, argv, "+h", help_only) >= 0)
		continue;
}

/* {"pool": @pool, @key: @value} */
static struct json *pool_params(const char *pool, const char *key, struct json *value)
{
	struct json *params = json_new_object();

	if (params && json_set_string(params, "pool", pool) &&
	    (!key || json_set(params, key, value)))
		return params;
	json_free(params);
	return NULL;
}

static bool told_unknown_pool(const char *pool, const struct rpc_error *error)
{
	if (strcmp(error->symbol, "cpupool.not_found") != 0)
		return false;
	fprintf(stderr, "unknown cpupool '%s'\n", xl_safe(pool));
	return true;
}

/* --- cpupool-list ----------------------------------------------------------------------- */

/* By name only: a number is no name. */
static bool is_pool(const struct json *pool, const char *name)
{
	const char *own = json_string(json_get(pool, "name"), NULL);

	return !name || (own && strcmp(own, name) == 0);
}

static bool print_pools(const struct json *pools, const char *name, bool cpus, bool json)
{
	struct json *chosen = json_new_array();
	bool done = true;
	size_t i;

	for (i = 0; i < pools->nr; i++)
		if (is_pool(pools->items[i], name))
			json_append(chosen, json_copy(pools->items[i]));
	if (name && !chosen->nr) {
		fprintf(stderr, "Pool '%s' does not exist\n", xl_safe(name));
		done = false;
	} else if (json) {
		done = xl_print_json(stdout, chosen);
	} else {
		cpupool_list_header(stdout, cpus);
		for (i = 0; i < chosen->nr; i++)
			cpupool_list_row(stdout, chosen->items[i], cpus);
	}
	json_free(chosen);
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
	bool cpus = false, json = false, done;
	struct json *reply;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hc", options)) >= 0) {
		cpus |= letter == 'c';
		json |= letter == XL_OPTION_JSON;
	}
	reply = xl_call("cpupool.list", NULL, RPC_QUICK);
	done = reply && print_pools(json_get(reply, "pools"), argv[optind], cpus, json);
	json_free(reply);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- cpupool-destroy, cpupool-rename ---------------------------------------------------- */

/* @doing: what could not be done, in Xen's words. */
static int change_pool(const char *method, const char *pool, struct json *params, const char *doing)
{
	struct rpc_error error;
	struct json *reply = xl_try(method, params, RPC_QUICK, NULL, &error);

	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (told_unknown_pool(pool, &error))
		return EXIT_FAILURE;
	/* libxl does not say why a pool with domains stays. */
	if (strcmp(error.symbol, "cpupool.has_domains") != 0 || xl.verbose)
		xl_complain(&error);
	fprintf(stderr, "Can't %s cpupool '%s'\n", doing, xl_safe(pool));
	return EXIT_FAILURE;
}

int cmd_cpupool_destroy(const struct verb *verb, int argc, char **argv)
{
	const char *pool;

	no_options(verb, argc, argv);
	pool = argv[optind];
	return change_pool("cpupool.destroy", pool, pool_params(pool, NULL, NULL), "destroy");
}

int cmd_cpupool_rename(const struct verb *verb, int argc, char **argv)
{
	const char *pool;

	no_options(verb, argc, argv);
	pool = argv[optind];
	return change_pool("cpupool.rename", pool,
			   pool_params(pool, "new_name", json_new_string(argv[optind + 1])),
			   "rename");
}

/* --- cpupool-cpu-add, cpupool-cpu-remove ------------------------------------------------ */

static bool pool_exists(const char *pool)
{
	struct rpc_error error;
	struct json *reply =
		xl_try("cpupool.get", pool_params(pool, NULL, NULL), RPC_QUICK, NULL, &error);

	if (!reply && !told_unknown_pool(pool, &error))
		xl_complain(&error);
	json_free(reply);
	return reply;
}

/* One by one, as Xen's xl: those that can go go.  False: not all of them did. */
static bool change_cpus(const char *method, const char *pool, const struct cpumap *map)
{
	bool all = true;
	unsigned int cpu;

	for (cpu = 0; cpu < map->nr_bits; cpu++) {
		struct json *list, *reply;

		if (!cpumap_test(map, cpu))
			continue;
		list = json_new_array();
		json_append(list, json_new_int(cpu));
		reply = xl_call(method, pool_params(pool, "cpus", list), RPC_QUICK);
		all &= reply != NULL;
		json_free(reply);
	}
	return all;
}

/* The set of CPUs that the arguments name, for a pool that exists; false after a message. */
static bool read_cpus(const struct verb *verb, int argc, char **argv, struct cpumap *map)
{
	struct cpumap_host host;

	no_options(verb, argc, argv);
	return host_cpus(&host) && !cpumap_parse(argv[optind + 1], &host, map, stderr) &&
	       pool_exists(argv[optind]);
}

int cmd_cpupool_cpu_add(const struct verb *verb, int argc, char **argv)
{
	struct cpumap map;
	const char *pool;

	if (!read_cpus(verb, argc, argv, &map))
		return EXIT_FAILURE;
	pool = argv[optind];
	if (!change_cpus("cpupool.cpu_add", pool, &map))
		fprintf(stderr, "some cpus may not have been added to %s\n", xl_safe(pool));
	return EXIT_SUCCESS; /* as Xen's xl */
}

int cmd_cpupool_cpu_remove(const struct verb *verb, int argc, char **argv)
{
	struct cpumap map;
	const char *pool;

	if (!read_cpus(verb, argc, argv, &map))
		return EXIT_FAILURE;
	pool = argv[optind];
	if (!change_cpus("cpupool.cpu_remove", pool, &map))
		fprintf(stderr,
			"Some cpus may have not or only partially been removed from '%s'.\n"
			"If a cpu can't be added to another cpupool, add it to '%s' again and "
			"retry.\n",
			xl_safe(pool), xl_safe(pool));
	return EXIT_SUCCESS; /* as Xen's xl */
}

/* --- cpupool-migrate, cpupool-numa-split ------------------------------------------------- */

int cmd_cpupool_migrate(const struct verb *verb, int argc, char **argv)
{
	struct json *params, *reply;
	struct rpc_error error;
	const char *domain, *pool;

	no_options(verb, argc, argv);
	domain = argv[optind];
	pool = argv[optind + 1];
	params = rpc_domain(domain);
	if (params && !json_set_string(params, "pool", pool)) {
		json_free(params);
		params = NULL;
	}
	reply = xl_try("cpupool.move_domain", params, RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (error.libxl == RPC_ERROR_DOMAIN_NOTFOUND)
		fprintf(stderr, "unknown domain '%s'\n", xl_safe(domain));
	else if (!told_unknown_pool(pool, &error))
		xl_complain(&error);
	return EXIT_FAILURE;
}

int cmd_cpupool_numa_split(const struct verb *verb, int argc, char **argv)
{
	struct rpc_error error;
	struct json *reply;

	no_options(verb, argc, argv);
	reply = xl_try("cpupool.numa_split", NULL, RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (strcmp(error.symbol, "cpupool.in_use") == 0)
		fputs("splitting not possible, already cpupools in use\n", stderr);
	else
		xl_complain(&error);
	return EXIT_FAILURE;
}
