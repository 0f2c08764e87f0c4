/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool-list, -destroy, -rename, -cpu-add, -cpu-remove, -migrate, -numa-split. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "cpupool_list.h"
#include "cpu_bitmap.h"
#include "ctx.h"
#include "host_cpus.h"
#include "json_listing.h"
#include "xl.h"
#include "plain.h"

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

static void no_options(const struct verb *verb, int argc, char **argv)
{
	while (xl_option(verb, argc, argv, "+h", help_only) >= 0)
		continue;
}

/* By name or number; false after a message. */
static bool find_pool(const char *pool, uint32_t *poolid)
{
	if (!libxl_cpupool_qualifier_to_cpupoolid(xl_ctx(), pool, poolid, NULL) &&
	    libxl_cpupoolid_is_valid(xl_ctx(), *poolid))
		return true;
	fprintf(stderr, "unknown cpupool '%s'\n", xl_safe(pool));
	return false;
}

/* --- cpupool-list ----------------------------------------------------------------------- */

/* By name only: a number is no name. */
static bool is_named(const char *own, const char *name)
{
	return !name || (own && strcmp(own, name) == 0);
}

static int no_such_pool(const char *name)
{
	fprintf(stderr, "Pool '%s' does not exist\n", xl_safe(name));
	return EXIT_FAILURE;
}

static int list_json(const char *name)
{
	struct json *reply = json_listing_get("cpupool.list", NULL), *chosen = json_new_array();
	const struct json *pools = json_get(reply, "pools");
	int status = EXIT_FAILURE;
	size_t i;

	for (i = 0; pools && i < pools->nr; i++)
		if (is_named(json_string(json_get(pools->items[i], "name"), NULL), name))
			json_append(chosen, json_copy(pools->items[i]));
	if (pools && name && !chosen->nr)
		status = no_such_pool(name);
	else if (pools && xl_print_json(stdout, chosen))
		status = EXIT_SUCCESS;
	json_free(chosen);
	json_free(reply);
	return status;
}

static int list_pools(const char *name, bool cpus)
{
	int i, nr = 0, found = 0;
	libxl_cpupoolinfo *pools = libxl_list_cpupool(xl_ctx(), &nr);

	if (!pools) {
		fputs("error: libxl_list_cpupool failed\n", stderr);
		return EXIT_FAILURE;
	}
	for (i = 0; i < nr; i++) {
		if (!is_named(pools[i].pool_name, name))
			continue;
		if (!found++)
			cpupool_list_header(stdout, cpus);
		cpupool_list_row(stdout, &pools[i], cpus);
	}
	libxl_cpupoolinfo_list_free(pools, nr);
	return found ? EXIT_SUCCESS : no_such_pool(name);
}

int cmd_cpupool_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"cpus", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool cpus = false, json = false;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hc", options)) >= 0) {
		cpus |= letter == 'c';
		json |= letter == XL_OPTION_JSON;
	}
	return json ? list_json(argv[optind]) : list_pools(argv[optind], cpus);
}

/* --- cpupool-destroy, cpupool-rename ---------------------------------------------------- */

static int told(int rc, const char *doing, const char *pool)
{
	if (rc)
		fprintf(stderr, "Can't %s cpupool '%s'\n", doing, xl_safe(pool));
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_cpupool_destroy(const struct verb *verb, int argc, char **argv)
{
	uint32_t poolid;

	no_options(verb, argc, argv);
	if (!find_pool(argv[optind], &poolid))
		return EXIT_FAILURE;
	return told(libxl_cpupool_destroy(xl_ctx(), poolid), "destroy", argv[optind]);
}

int cmd_cpupool_rename(const struct verb *verb, int argc, char **argv)
{
	uint32_t poolid;

	no_options(verb, argc, argv);
	if (!find_pool(argv[optind], &poolid))
		return EXIT_FAILURE;
	return told(libxl_cpupool_rename(xl_ctx(), argv[optind + 1], poolid), "rename",
		    argv[optind]);
}

/* --- cpupool-cpu-add, cpupool-cpu-remove ------------------------------------------------ */

/* The set of CPUs that the arguments name, which the caller disposes of, for a pool that
 * exists; false after a message. */
static bool read_cpus(const struct verb *verb, int argc, char **argv, uint32_t *poolid,
		      libxl_bitmap *bitmap)
{
	struct cpumap_host host;
	struct cpumap map;

	no_options(verb, argc, argv);
	libxl_bitmap_init(bitmap);
	return host_cpus(&host) && !cpumap_parse(argv[optind + 1], &host, &map, plain_stderr()) &&
	       find_pool(argv[optind], poolid) && cpu_bitmap_of(&map, bitmap);
}

int cmd_cpupool_cpu_add(const struct verb *verb, int argc, char **argv)
{
	libxl_bitmap map;
	uint32_t poolid;
	bool good = read_cpus(verb, argc, argv, &poolid, &map);

	if (good && libxl_cpupool_cpuadd_cpumap(xl_ctx(), poolid, &map))
		fprintf(stderr, "some cpus may not have been added to %s\n", xl_safe(argv[optind]));
	libxl_bitmap_dispose(&map);
	return good ? EXIT_SUCCESS : EXIT_FAILURE; /* as Xen's xl */
}

int cmd_cpupool_cpu_remove(const struct verb *verb, int argc, char **argv)
{
	libxl_bitmap map;
	uint32_t poolid;
	bool good = read_cpus(verb, argc, argv, &poolid, &map);

	if (good && libxl_cpupool_cpuremove_cpumap(xl_ctx(), poolid, &map))
		fprintf(stderr,
			"Some cpus may have not or only partially been removed from '%s'.\n"
			"If a cpu can't be added to another cpupool, add it to '%s' again and "
			"retry.\n",
			xl_safe(argv[optind]), xl_safe(argv[optind]));
	libxl_bitmap_dispose(&map);
	return good ? EXIT_SUCCESS : EXIT_FAILURE; /* as Xen's xl */
}

/* --- cpupool-migrate, cpupool-numa-split ------------------------------------------------- */

static bool domain_exists(const char *domain, uint32_t *domid)
{
	if (!libxl_domain_qualifier_to_domid(xl_ctx(), domain, domid) &&
	    !libxl_domain_info(xl_ctx(), NULL, *domid))
		return true;
	fprintf(stderr, "unknown domain '%s'\n", xl_safe(domain));
	return false;
}

int cmd_cpupool_migrate(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid, poolid;

	no_options(verb, argc, argv);
	if (!domain_exists(argv[optind], &domid) || !find_pool(argv[optind + 1], &poolid))
		return EXIT_FAILURE;
	return libxl_cpupool_movedomain(xl_ctx(), poolid, domid) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Xen's xl does this in many steps and leaves what it has done when one fails; libxl has no
 * function for the whole, nacred has. */
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
