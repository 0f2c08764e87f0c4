/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpupool_list.h"

#include <libxl_utils.h>

#include "xl.h"

void cpupool_list_header(FILE *out, bool cpus)
{
	fprintf(out, "%-19s", "Name");
	fputs(cpus ? "CPU list\n" : "CPUs   Sched     Active   Domain count\n", out);
}

void cpupool_list_row(FILE *out, const libxl_cpupoolinfo *pool, bool cpus)
{
	int cpu, bits = (int)pool->cpumap.size * 8;
	const char *comma = "";

	fprintf(out, "%-19s", xl_safe(pool->pool_name));
	if (!cpus)
		fprintf(out, "%3d %9s       y       %4u", libxl_bitmap_count_set(&pool->cpumap),
			libxl_scheduler_to_string(pool->sched), pool->n_dom);
	for (cpu = 0; cpus && cpu < bits; cpu++) {
		if (!libxl_bitmap_test(&pool->cpumap, cpu))
			continue;
		fprintf(out, "%s%d", comma, cpu);
		comma = ",";
	}
	fputc('\n', out);
}
