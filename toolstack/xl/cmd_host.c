/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* info, dmesg. */
#include <stdlib.h>

#include "cmds.h"
#include "ctx.h"
#include "info.h"
#include "json_listing.h"
#include "xl.h"

/* False after a message: 0 or more free CPUs in *@nr. */
static bool count_free_cpus(int *nr)
{
	libxl_bitmap cpus;

	libxl_bitmap_init(&cpus);
	if (libxl_get_freecpus(xl_ctx(), &cpus)) {
		fputs("libxl_get_freecpus failed.\n", stderr);
		return false;
	}
	*nr = libxl_bitmap_count_set(&cpus);
	libxl_bitmap_dispose(&cpus);
	return true;
}

static bool ask_host(struct info *info)
{
	int sched = libxl_get_scheduler(xl_ctx());

	uname(&info->system);
	info->version = libxl_get_version_info(xl_ctx());
	info->scheduler = (libxl_scheduler)sched;
	if (!info->version)
		fputs("libxl_get_version_info failed.\n", stderr);
	else if (libxl_get_physinfo(xl_ctx(), &info->machine))
		fputs("libxl_physinfo failed.\n", stderr);
	else if (sched < 0)
		fputs("get_scheduler sysctl failed.\n", stderr);
	else
		return count_free_cpus(&info->free_cpus);
	return false;
}

static int print_info(const char *key, bool numa)
{
	libxl_cputopology *cpus = NULL;
	libxl_numainfo *nodes = NULL;
	struct info info = {.nr_cpus = 0};
	bool good;

	libxl_physinfo_init(&info.machine);
	good = ask_host(&info);
	if (good && numa && !key) {
		cpus = libxl_get_cpu_topology(xl_ctx(), &info.nr_cpus);
		nodes = libxl_get_numainfo(xl_ctx(), &info.nr_nodes);
		info.cpus = cpus;
		info.nodes = nodes;
		good = cpus && nodes;
	}
	if (good)
		info_print(stdout, &info, key, numa);
	if (cpus)
		libxl_cputopology_list_free(cpus, info.nr_cpus);
	if (nodes)
		libxl_numainfo_list_free(nodes, info.nr_nodes);
	libxl_physinfo_dispose(&info.machine);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_info(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"numa", no_argument, NULL, 'n'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool numa = false, json = false;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hn", options)) >= 0) {
		numa |= letter == 'n';
		json |= letter == XL_OPTION_JSON;
	}
	return json ? json_listing("host.info", NULL, NULL) : print_info(argv[optind], numa);
}

int cmd_dmesg(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"clear", no_argument, NULL, 'c'},
		XL_OPTION_END,
	};
	libxl_xen_console_reader *reader;
	bool clear = false;
	char *line;
	int rc;

	while (xl_option(verb, argc, argv, "hc", options) >= 0)
		clear = true;
	reader = libxl_xen_console_read_start(xl_ctx(), clear);
	if (!reader)
		return EXIT_FAILURE;
	while ((rc = libxl_xen_console_read_line(xl_ctx(), reader, &line)) > 0)
		dmesg_print(stdout, line);
	libxl_xen_console_read_finish(xl_ctx(), reader);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
