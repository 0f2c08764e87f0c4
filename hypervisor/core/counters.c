/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/counters.h>
#include <hv/pcpu.h>
#include <hv/printk.h>

static uint64_t counters[NR_CPUS][NR_COUNTERS] __attribute__((aligned(64)));

static const char *const names[NR_COUNTERS] = {
#define COUNTER_NAME(id, name) [CNT_##id] = (name),
	COUNTER_LIST(COUNTER_NAME)
#undef COUNTER_NAME
};

void counter_inc(enum counter c)
{
	uint64_t *p = &counters[this_cpu()->id][c];

	WRITE_ONCE(*p, *p + 1);
}

uint64_t counter_read(enum counter c)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		sum += READ_ONCE(counters[cpu][c]);
	return sum;
}

const char *counter_name(enum counter c)
{
	return names[c];
}

void counters_print(void)
{
	for (unsigned int c = 0; c < NR_COUNTERS; c++) {
		uint64_t n = counter_read(c);

		if (n)
			printk("%s: %lu\n", names[c], (unsigned long)n);
	}
}
