/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool-create: out of a file of xlcpupool.cfg(5) and settings on the command line. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cfg.h"
#include "cmds.h"
#include "config_file.h"
#include "host_cpus.h"
#include "xl.h"

struct new_pool {
	const char *source; /* the file, or "command line" */
	struct cfg *cfg;
	const char *name, *sched;
	const struct json *pools, *free_cpus; /* of cpupool.list */
	struct cpumap cpus;
	unsigned int nr_cpus;
	int failure; /* exit status of what follows */
};

/* The schedulers that Xen 4.17 has a word for, with the numbers it gives them. */
static const struct {
	const char *word;
	int number;
} schedulers[] = {{"unknown", 0},  {"sedf", 4}, {"credit", 5}, {"credit2", 6},
		  {"arinc653", 7}, {"rtds", 8}, {"null", 9}};

static int scheduler_number(const char **word)
{
	size_t i;

	for (i = 0; i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
		if (strcasecmp(schedulers[i].word, *word) != 0)
			continue;
		*word = schedulers[i].word;
		return schedulers[i].number;
	}
	return -1;
}

static bool is_free(const struct new_pool *p, long cpu)
{
	size_t i;

	for (i = 0; i < p->free_cpus->nr; i++)
		if (json_int(p->free_cpus->items[i], -1) == cpu)
			return true;
	return false;
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
	size_t i;

	if (cfg_string(p->cfg, "name", &p->name, stderr)) {
		if (!file) {
			fputs("Missing cpupool name!\n", stderr);
			return false;
		}
		p->name = base ? base + 1 : file;
	}
	for (i = 0; i < p->pools->nr; i++) {
		const char *other = json_string(json_get(p->pools->items[i], "name"), NULL);

		if (!other || strcmp(other, p->name) != 0)
			continue;
		fprintf(stderr, "Pool name \"%s\" already exists\n", xl_safe(p->name));
		return false;
	}
	return true;
}

static bool read_sched(struct new_pool *p)
{
	if (!cfg_string(p->cfg, "sched", &p->sched, stderr)) {
		if (scheduler_number(&p->sched) >= 0)
			return true;
		fputs("Unknown scheduler\n", stderr);
		return false;
	}
	/* That of Pool-0.  What fails from here on makes Xen's xl exit with its number. */
	p->sched = json_string(json_get(p->pools->items[0], "sched"), "credit2");
	p->failure = scheduler_number(&p->sched);
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

	if (cpumap_parse(text, host, &map, stderr))
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

	if (!host_cpus(&host))
		return false;
	p->cpus.nr_bits = CPUMAP_BITS;
	if (!cfg_list(p->cfg, "nodes", &list, stderr))
		return read_nodes(p, list, &host);
	if (!cfg_list(p->cfg, "cpus", &list, NULL))
		return read_list(p, list);
	return cfg_string(p->cfg, "cpus", &text, stderr) || read_range(p, text, &host);
}

/* --- the command ------------------------------------------------------------------------ */

static int make(const struct new_pool *p)
{
	struct json *params = json_new_object(), *reply;

	printf("Using config file \"%s\"\ncpupool name:   %s\nscheduler:      %s\n"
	       "number of cpus: %u\n",
	       xl_safe(p->source), xl_safe(p->name), xl_safe(p->sched), p->nr_cpus);
	if (xl.dryrun) {
		json_free(params);
		return EXIT_SUCCESS;
	}
	json_set_string(params, "name", p->name);
	json_set_string(params, "sched", p->sched);
	json_set(params, "cpus", cpumap_to_json(&p->cpus));
	reply = xl_call("cpupool.create", params, RPC_QUICK);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	fputs("error on creating cpupool\n", stderr);
	return p->failure;
}

static int create(struct new_pool *p, const char *file)
{
	struct json *reply = xl_call("cpupool.list", NULL, RPC_QUICK);
	int status;

	p->pools = json_get(reply, "pools");
	p->free_cpus = json_get(reply, "free_cpus");
	if (p->pools && p->pools->nr && p->free_cpus && read_name(p, file) && read_sched(p) &&
	    read_cpus(p))
		status = make(p);
	else
		status = p->failure;
	json_free(reply);
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
