/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpumap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cpumap_test(const struct cpumap *map, unsigned int cpu)
{
	return cpu < CPUMAP_BITS && map->words[cpu / 64] >> (cpu % 64) & 1;
}

bool cpumap_is_all(const struct cpumap *map)
{
	return map->words[0] == ~0ull;
}

static void change(struct cpumap *map, unsigned long first, unsigned long last, bool add)
{
	unsigned long cpu;

	for (cpu = first; cpu <= last; cpu++) {
		if (add)
			map->words[cpu / 64] |= 1ull << (cpu % 64);
		else
			map->words[cpu / 64] &= ~(1ull << (cpu % 64));
	}
}

/* "N" or "N-M", decimal. */
static int parse_range(const char *text, unsigned long *first, unsigned long *last)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	*first = *last = strtoul(text, &end, 10);
	if (*end == '-') {
		text = end + 1;
		if (*text < '0' || *text > '9')
			return -EINVAL;
		*last = strtoul(text, &end, 10);
	}
	return *end || *last < *first || *last >= CPUMAP_BITS ? -EINVAL : 0;
}

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

static int parse_nodes(const char *text, struct cpumap *map, bool add)
{
	unsigned long first = 0, last = 0;

	if (strcmp(text, "all") != 0 && parse_range(text, &first, &last))
		return -EINVAL;
	if (first)
		return -EINVAL;
	change(map, 0, CPUMAP_ALL - 1, add);
	return 0;
}

static int parse_part(const char *part, struct cpumap *map, FILE *report)
{
	bool add = *part != '^';
	unsigned long first, last;
	const char *nodes;

	if (!add)
		part++;
	if (!strcmp(part, "all")) {
		if (add) {
			change(map, 0, CPUMAP_ALL - 1, true);
			return 0;
		}
		fputs("Can't combine \"^\" and \"all\".\n", report);
		return -EINVAL;
	}
	nodes = skip_prefix(part, "nodes:");
	if (!nodes)
		nodes = skip_prefix(part, "node:");
	if (nodes ? !parse_nodes(nodes, map, add) : !parse_range(part, &first, &last)) {
		if (!nodes)
			change(map, first, last, add);
		return 0;
	}
	fprintf(report, "Invalid pcpu range: %s.\n", part);
	return -EINVAL;
}

int cpumap_parse(const char *text, struct cpumap *map, FILE *report)
{
	char *copy = strdup(text), *rest, *part;
	int rc = 0;

	memset(map, 0, sizeof(*map));
	if (!copy)
		return -ENOMEM;
	for (part = strtok_r(copy, ", ", &rest); part && !rc; part = strtok_r(NULL, ", ", &rest))
		rc = parse_part(part, map, report);
	free(copy);
	return rc;
}

struct json *cpumap_to_json(const struct cpumap *map)
{
	struct json *list = json_new_array();
	unsigned int cpu;

	for (cpu = 0; list && cpu < CPUMAP_BITS; cpu++) {
		if (!cpumap_test(map, cpu) || json_append(list, json_new_int(cpu)))
			continue;
		json_free(list);
		list = NULL;
	}
	return list;
}
