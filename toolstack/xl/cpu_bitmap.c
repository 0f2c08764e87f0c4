/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpu_bitmap.h"

#include "ctx.h"

bool cpu_bitmap_of(const struct cpumap *map, libxl_bitmap *bitmap)
{
	unsigned int cpu;

	libxl_bitmap_init(bitmap);
	if (libxl_bitmap_alloc(xl_ctx(), bitmap, CPUMAP_BITS)) {
		fputs("libxl_cpu_bitmap_alloc failed\n", stderr);
		return false;
	}
	for (cpu = 0; cpu < map->nr_bits; cpu++)
		if (cpumap_test(map, cpu))
			libxl_bitmap_set(bitmap, (int)cpu);
	return true;
}

/* The last CPU of the run that begins with @cpu. */
static int run_end(const libxl_bitmap *bitmap, int cpu, int nr_cpus)
{
	while (cpu + 1 < nr_cpus && libxl_bitmap_test(bitmap, cpu + 1))
		cpu++;
	return cpu;
}

void cpu_bitmap_print(FILE *out, const libxl_bitmap *bitmap, int nr_cpus)
{
	const char *comma = "";
	int cpu, last;

	for (cpu = 0; cpu < nr_cpus; cpu = last + 1) {
		last = cpu;
		if (!libxl_bitmap_test(bitmap, cpu))
			continue;
		last = run_end(bitmap, cpu, nr_cpus);
		if (!cpu && last + 1 == nr_cpus) {
			fputs("all", out);
			return;
		}
		fprintf(out, last > cpu ? "%s%d-%d" : "%s%d", comma, cpu, last);
		comma = ",";
	}
	if (!*comma)
		fputs("none", out);
}
