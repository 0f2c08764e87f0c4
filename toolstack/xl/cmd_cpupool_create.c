/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool-create: out of a file of xlcpupool.cfg(5) and settings on the command line. */
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "cmds.h"
#include "config_file.h"
#include "cpu_bitmap.h"
#include "ctx.h"
#include "host_cpus.h"
#include "xl.h"
#include "plain.h"

struct new_pool {
	const char *source; /* the file, or "command line" */
	struct cfg *cfg;
	const char *name;
	libxl_scheduler sched;
	libxl_bitmap free_cpus;
	struct cpumap cpus;
	unsigned int nr_cpus;
	int failure; /* exit status of what follows */
};

static bool is_free(const struct new_pool *p, long cpu)
{
	return cpu >= 0 && cpu < CPUMAP_BITS && libxl_bitmap_test(&p->free_cpus, (int)cpu);
}

static bool take(struct new_pool *p, long cpu)
{
	if (!is_free(p, cpu)) {
		fprintf(stderr, "cpu %ld illegal or not free\n", cpu);
		return false;
	}
	p->cpus.words[cpu / 64] |= 1ull << (cpu % 64);
	return true;
}

/* --- what the settings say; false after a message ------------------------------------------ */

static bool read_name(struct new_pool *p, const char *file)
{
	const char *base = file ? strrchr(file, '/') : NULL;
	uint32_t poolid;

	if (cfg_string(p->cfg, "name", &p->name, plain_stderr())) {
		if (!file) {
			fputs("Missing cpupool name!\n", stderr);
			return false;
		}
		p->name = base ? base + 1 : file;
	}
	if (libxl_name_to_cpupoolid(xl_ctx(), p->name, &poolid))
		return true;
	fprintf(stderr, "Pool name \"%s\" already exists\n", xl_safe(p->name));
	return false;
}

/* That of the machine, when none is given.  What fails from there on makes Xen's xl exit with
 * its number. */
static bool read_sched(struct new_pool *p)
{
	const char *word;
	int sched;

	if (!cfg_string(p->cfg, "sched", &word, plain_stderr())) {
		if (!libxl_scheduler_from_string(word, &p->sched))
			return true;
		fputs("Unknown scheduler\n", stderr);
		return false;
	}
	sched = libxl_get_scheduler(xl_ctx());
	if (sched < 0) {
		fputs("get_scheduler sysctl failed\n", stderr);
		return false;
	}
	p->sched = (libxl_scheduler)sched;
	p->failure = sched;
	return true;
}

static long item_number(const struct cfg_value *item)
{
	return strtol(item->string, NULL, 10);
}

/* All free CPUs of these memory nodes. */
static bool read_nodes(struct new_pool *p, const struct cfg_value *nodes,
		       const struct cpumap_host *host)
{
	unsigned int cpu;
	size_t i;

	for (i = 0; i < nodes->nr && nodes->items[i]->type == CFG_STRING; i++)
		for (cpu = 0; cpu < host->nr_cpus; cpu++)
			if (host->node[cpu] == item_number(nodes->items[i]) && is_free(p, cpu) &&
			    take(p, cpu))
				p->nr_cpus++;
	if (p->nr_cpus)
		return true;
	fputs("no free cpu found\n", stderr);
	return false;
}

static bool read_list(struct new_pool *p, const struct cfg_value *cpus)
{
	for (; p->nr_cpus < cpus->nr && cpus->items[p->nr_cpus]->type == CFG_STRING; p->nr_cpus++)
		if (!take(p, item_number(cpus->items[p->nr_cpus])))
			return false;
	return true;
}

static bool read_range(struct new_pool *p, const char *text, const struct cpumap_host *host)
{
	struct cpumap map;
	unsigned int cpu;

	if (cpumap_parse(text, host, &map, plain_stderr()))
		return false;
	for (cpu = 0; cpu < map.nr_bits; cpu++) {
		if (!cpumap_test(&map, cpu))
			continue;
		if (!take(p, cpu))
			return false;
		p->nr_cpus++;
	}
	return true;
}

static bool read_cpus(struct new_pool *p)
{
	const struct cfg_value *list;
	struct cpumap_host host;
	const char *text;

	if (libxl_get_freecpus(xl_ctx(), &p->free_cpus)) {
		fputs("libxl_get_freecpus failed\n", stderr);
		return false;
	}
	if (!host_cpus(&host))
		return false;
	p->cpus.nr_bits = CPUMAP_BITS;
	if (!cfg_list(p->cfg, "nodes", &list, plain_stderr()))
		return read_nodes(p, list, &host);
	if (!cfg_list(p->cfg, "cpus", &list, NULL))
		return read_list(p, list);
	return cfg_string(p->cfg, "cpus", &text, plain_stderr()) || read_range(p, text, &host);
}

/* --- the command ------------------------------------------------------------------------ */

static int make(const struct new_pool *p)
{
	uint32_t poolid = LIBXL_CPUPOOL_POOLID_ANY;
	libxl_bitmap cpus;
	libxl_uuid uuid;
	int rc = ERROR_NOMEM;

	printf("Using config file \"%s\"\ncpupool name:   %s\nscheduler:      %s\n"
	       "number of cpus: %u\n",
	       xl_safe(p->source), xl_safe(p->name), libxl_scheduler_to_string(p->sched),
	       p->nr_cpus);
	if (xl.dryrun)
		return EXIT_SUCCESS;
	libxl_uuid_generate(&uuid);
	if (cpu_bitmap_of(&p->cpus, &cpus))
		rc = libxl_cpupool_create(xl_ctx(), p->name, p->sched, cpus, &uuid, &poolid);
	libxl_bitmap_dispose(&cpus);
	if (!rc)
		return EXIT_SUCCESS;
	fputs("error on creating cpupool\n", stderr);
	return p->failure;
}

static int create(struct new_pool *p, const char *file)
{
	int status;

	libxl_bitmap_init(&p->free_cpus);
	status = read_name(p, file) && read_sched(p) && read_cpus(p) ? make(p) : p->failure;
	libxl_bitmap_dispose(&p->free_cpus);
	return status;
}

int cmd_cpupool_create(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"defconfig", required_argument, NULL, 'f'},
		{"dryrun", no_argument, NULL, 'n'},
		XL_OPTION_END,
	};
	struct new_pool p = {.failure = EXIT_FAILURE};
	struct config_file text;
	const char *file = NULL;
	int letter, i;

	while ((letter = xl_option(verb, argc, argv, "+hnf:", options)) >= 0) {
		xl.dryrun |= letter == 'n';
		if (letter == 'f')
			file = optarg;
	}
	for (i = optind; argv[i]; i++) {
		if (config_file_is_setting(argv[i]))
			continue;
		if (file) {
			verb_usage(verb, stdout);
			return EXIT_FAILURE;
		}
		file = argv[i];
	}
	if (!config_file_open(&text) || (file && !config_file_add(&text, file))) {
		config_file_close(&text);
		return EXIT_FAILURE;
	}
	config_file_add_settings(&text, argv + optind);
	p.source = file ? file : "command line";
	p.cfg = config_file_parse(&text, p.source);
	if (!p.cfg)
		fputs("Failed to parse config file: Invalid argument\n", stderr);
	i = p.cfg ? create(&p, file) : EXIT_FAILURE;
	cfg_free(p.cfg);
	config_file_close(&text);
	return i;
}
