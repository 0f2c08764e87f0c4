/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpumap.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void cpumap_host_any(struct cpumap_host *host)
{
	memset(host, 0, sizeof(*host));
	host->nr_cpus = 64;
}

bool cpumap_test(const struct cpumap *map, unsigned int cpu)
{
	return cpu < map->nr_bits && map->words[cpu / 64] >> (cpu % 64) & 1;
}

bool cpumap_is_empty(const struct cpumap *map)
{
	unsigned int i;

	for (i = 0; i < CPUMAP_BITS / 64; i++)
		if (map->words[i])
			return false;
	return true;
}

void cpumap_and(struct cpumap *map, const struct cpumap *mask)
{
	unsigned int i;

	for (i = 0; i < CPUMAP_BITS / 64; i++)
		map->words[i] &= mask->words[i];
}

static void change(struct cpumap *map, unsigned long cpu, bool add)
{
	if (cpu >= map->nr_bits)
		return;
	if (add)
		map->words[cpu / 64] |= 1ull << (cpu % 64);
	else
		map->words[cpu / 64] &= ~(1ull << (cpu % 64));
}

/* Decimal, with white space in front but no sign. */
static int parse_number(const char **text, unsigned long *number)
{
	char *end;

	while (isspace((unsigned char)**text))
		++*text;
	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	*number = strtoul(*text, &end, 10);
	*text = end;
	return *number == ULONG_MAX ? -EINVAL : 0;
}

/* "N" or "N-M". */
static int parse_range(const char *text, unsigned long *first, unsigned long *last)
{
	if (parse_number(&text, first))
		return -EINVAL;
	*last = *first;
	if (*text == '-') {
		text++;
		if (parse_number(&text, last))
			return -EINVAL;
	}
	return *text || *last < *first ? -EINVAL : 0;
}

static bool skip_prefix(const char **text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*text, prefix, len) != 0)
		return false;
	*text += len;
	return true;
}

static int parse_part(const char *part, const struct cpumap_host *host, struct cpumap *map,
		      FILE *report)
{
	bool add = !skip_prefix(&part, "^");
	bool nodes = skip_prefix(&part, "node:") || skip_prefix(&part, "nodes:");
	bool all = strcmp(part, "all") == 0;
	unsigned long first, last = map->nr_bits - 1, cpu;

	if (all && !add) {
		fputs("Can't combine \"^\" and \"all\".\n", report);
		return -EINVAL;
	}
	if (all) {
		first = 0;
		nodes = false;
	} else if (parse_range(part, &first, &last)) {
		fprintf(report, "Invalid pcpu range: %s.\n", part);
		return -EINVAL;
	}
	for (cpu = 0; cpu < map->nr_bits; cpu++) {
		long long where = (long long)cpu;

		if (nodes)
			where = cpu < host->nr_cpus ? host->node[cpu] : -1;
		if (where >= 0 && (unsigned long)where >= first && (unsigned long)where <= last)
			change(map, cpu, add);
	}
	return 0;
}

int cpumap_parse(const char *text, const struct cpumap_host *host, struct cpumap *map, FILE *report)
{
	char *copy = strdup(text), *rest, *part;
	int rc = 0;

	memset(map, 0, sizeof(*map));
	map->nr_bits = (host->nr_cpus + 7) / 8 * 8;
	if (map->nr_bits > CPUMAP_BITS)
		map->nr_bits = CPUMAP_BITS;
	if (!copy)
		return -ENOMEM;
	for (part = strtok_r(copy, ",", &rest); part && !rc; part = strtok_r(NULL, ",", &rest))
		rc = parse_part(part, host, map, report);
	free(copy);
	return rc;
}

struct json *cpumap_to_json(const struct cpumap *map)
{
	struct json *list = json_new_array();
	unsigned int cpu;

	for (cpu = 0; list && cpu < map->nr_bits; cpu++) {
		if (!cpumap_test(map, cpu) || json_append(list, json_new_int(cpu)))
			continue;
		json_free(list);
		list = NULL;
	}
	return list;
}
