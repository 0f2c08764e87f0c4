/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpupool_list.h"

#include "xl.h"

void cpupool_list_header(FILE *out, bool cpus)
{
	fprintf(out, "%-19s", "Name");
	fputs(cpus ? "CPU list\n" : "CPUs   Sched     Active   Domain count\n", out);
}

void cpupool_list_row(FILE *out, const struct json *pool, bool cpus)
{
	const struct json *list = json_get(pool, "cpus");
	size_t i, nr = list ? list->nr : 0;

	fprintf(out, "%-19s", xl_safe(json_string(json_get(pool, "name"), NULL)));
	if (!cpus)
		fprintf(out, "%3zu %9s       y       %4lld", nr,
			xl_safe(json_string(json_get(pool, "sched"), "unknown")),
			(long long)json_int(json_get(pool, "nr_domains"), 0));
	for (i = 0; cpus && i < nr; i++)
		fprintf(out, "%s%lld", i ? "," : "", (long long)json_int(list->items[i], -1));
	fputc('\n', out);
}
