/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "columns.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

/* --- names ------------------------------------------------------------------------------ */

void column_name(const char *name, char *text, size_t size)
{
	const char *end = name + strlen(name);
	mbstate_t state = {0};
	size_t used = 0;
	wchar_t c;

	while (name < end && used + 5 + MB_LEN_MAX < size) {
		size_t len = mbrtowc(&c, name, (size_t)(end - name), &state);

		/* Characters without a width of their own could change those beside them. */
		if (len < MB_LEN_MAX + 1 && len && wcwidth(c) > 0) {
			memcpy(text + used, name, len);
			used += len;
			name += len;
		} else {
			used += (size_t)snprintf(text + used, size - used, "\\x%02x",
						 (unsigned char)*name++);
			state = (mbstate_t){0};
		}
	}
	text[used] = '\0';
}

size_t column_clip(const char *text, int most, int *width)
{
	mbstate_t state = {0};
	size_t used = 0;
	wchar_t c;

	*width = 0;
	while (text[used]) {
		size_t len = mbrtowc(&c, text + used, MB_LEN_MAX, &state);
		int wide = len <= MB_LEN_MAX ? wcwidth(c) : 1;

		if (*width + wide > most)
			break;
		*width += wide;
		used += len <= MB_LEN_MAX ? len : 1;
	}
	return used;
}

int column_width(const char *text)
{
	int width;

	column_clip(text, INT_MAX, &width);
	return width;
}

void column_cell(const struct column *column, const struct row *row, int width, char *text,
		 size_t size)
{
	char cell[COLUMN_TEXT];
	size_t bytes;
	int wide;

	column->print(row, cell, sizeof(cell));
	bytes = column_clip(cell, column->word ? width : INT_MAX, &wide);
	snprintf(text, size, "%*s%.*s", wide < width ? width - wide : 0, "", (int)bytes, cell);
}

static void print_name(const struct row *r, char *text, size_t size)
{
	column_name(r->d->name, text, size);
}

static int compare_name(const struct row *a, const struct row *b)
{
	return strcasecmp(a->d->name, b->d->name);
}

static void print_pool(const struct row *r, char *text, size_t size)
{
	column_name(r->d->pool, text, size);
}

static int compare_pool(const struct row *a, const struct row *b)
{
	return strcasecmp(a->d->pool, b->d->pool);
}

static void print_state(const struct row *r, char *text, size_t size)
{
	const struct sample_domain *d = r->d;

	snprintf(text, size, "%c%c%c%c%c%c", d->dying ? 'd' : '-', d->shutdown ? 's' : '-',
		 d->blocked ? 'b' : '-', d->crashed ? 'c' : '-', d->paused ? 'p' : '-',
		 d->running ? 'r' : '-');
}

/* Those that do something first. */
static double number_state(const struct row *r)
{
	const struct sample_domain *d = r->d;

	return d->running * 32 + d->blocked * 16 + d->paused * 8 + d->shutdown * 4 +
	       d->crashed * 2 + d->dying;
}

/* --- numbers ---------------------------------------------------------------------------- */

#define WHOLE(noun, value)                                                                         \
	static double number_##noun(const struct row *r)                                           \
	{                                                                                          \
		return (double)(value);                                                            \
	}                                                                                          \
	static void print_##noun(const struct row *r, char *text, size_t size)                     \
	{                                                                                          \
		snprintf(text, size, "%llu", (unsigned long long)(value));                         \
	}

#define TENTHS(noun, value)                                                                        \
	static double number_##noun(const struct row *r)                                           \
	{                                                                                          \
		return value;                                                                      \
	}                                                                                          \
	static void print_##noun(const struct row *r, char *text, size_t size)                     \
	{                                                                                          \
		snprintf(text, size, "%.1f", number_##noun(r));                                    \
	}

/* Of devices: no guest has any yet. */
WHOLE(device, 0)

static uint64_t whole_seconds(uint64_t ns)
{
	return ns / 1000000000;
}

static double share_of_memory(const struct row *r, uint64_t kib)
{
	return r->now->total_kib ? (double)kib / (double)r->now->total_kib * 100 : 0;
}

WHOLE(seconds, whole_seconds(r->d->cpu_ns))
TENTHS(cpu,
       sample_percent(r->now, r->was ? r->before : NULL, r->d->cpu_ns, r->was ? r->was->cpu_ns : 0))
WHOLE(mem, r->d->mem_kib)
TENTHS(mem_share, share_of_memory(r, r->d->mem_kib))
WHOLE(vcpus, r->d->nr_vcpus)

static double number_max(const struct row *r)
{
	return (double)r->d->max_kib;
}

static void print_max(const struct row *r, char *text, size_t size)
{
	if (r->d->max_kib == SAMPLE_NO_LIMIT)
		snprintf(text, size, "no limit");
	else
		snprintf(text, size, "%llu", (unsigned long long)r->d->max_kib);
}

static void print_max_share(const struct row *r, char *text, size_t size)
{
	if (r->d->max_kib == SAMPLE_NO_LIMIT)
		snprintf(text, size, "n/a");
	else
		snprintf(text, size, "%.1f", share_of_memory(r, r->d->max_kib));
}

#define NUMBER(title_, width_, noun)                                                               \
	{                                                                                          \
		.title = (title_), .width = (width_), .print = print_##noun,                       \
		.number = number_##noun                                                            \
	}
#define WORD(title_, width_, noun)                                                                 \
	{                                                                                          \
		.title = (title_), .width = (width_), .word = true, .print = print_##noun,         \
		.compare = compare_##noun                                                          \
	}

static const struct column domain_columns[] = {
	WORD("NAME", 10, name),
	NUMBER("STATE", 6, state),
	NUMBER("CPU(sec)", 10, seconds),
	NUMBER("CPU(%)", 6, cpu),
	NUMBER("MEM(k)", 10, mem),
	NUMBER("MEM(%)", 6, mem_share),
	NUMBER("MAXMEM(k)", 10, max),
	{.title = "MAXMEM(%)", .width = 9, .print = print_max_share, .number = number_max},
	NUMBER("VCPUS", 5, vcpus),
	NUMBER("NETS", 4, device),
	NUMBER("NETTX(k)", 8, device),
	NUMBER("NETRX(k)", 8, device),
	NUMBER("VBDS", 4, device),
	NUMBER("VBD_OO", 8, device),
	NUMBER("VBD_RD", 8, device),
	NUMBER("VBD_WR", 8, device),
	NUMBER("VBD_RSECT", 10, device),
	NUMBER("VBD_WSECT", 10, device),
	NUMBER("SSID", 4, device),
};
const struct table table_domains = {
	.columns = domain_columns,
	.nr = sizeof(domain_columns) / sizeof(domain_columns[0]),
	.nr_fixed = 2,
};

/* --- the scheduler ---------------------------------------------------------------------- */

/* Cells of a scheduler that does not know them. */
#define UNKNOWN "-"

#define SCHED_WHOLE(noun, known, value)                                                            \
	static double number_##noun(const struct row *r)                                           \
	{                                                                                          \
		return r->d->sched.known ? (double)(value) : -1;                                   \
	}                                                                                          \
	static void print_##noun(const struct row *r, char *text, size_t size)                     \
	{                                                                                          \
		if (r->d->sched.known)                                                             \
			snprintf(text, size, "%lld", (long long)(value));                          \
		else                                                                               \
			snprintf(text, size, UNKNOWN);                                             \
	}

/* Percent of the time between the samples, 100 for each vCPU. */
#define SCHED_SHARE(noun, member)                                                                  \
	static double number_##noun(const struct row *r)                                           \
	{                                                                                          \
		bool known = r->was && r->was->sched.has_stats;                                    \
                                                                                                   \
		if (!r->d->sched.has_stats)                                                        \
			return -1;                                                                 \
		return sample_percent(r->now, known ? r->before : NULL, r->d->sched.member,        \
				      known ? r->was->sched.member : 0);                           \
	}                                                                                          \
	static void print_##noun(const struct row *r, char *text, size_t size)                     \
	{                                                                                          \
		if (r->d->sched.has_stats)                                                         \
			snprintf(text, size, "%.1f", number_##noun(r));                            \
		else                                                                               \
			snprintf(text, size, UNKNOWN);                                             \
	}

SCHED_WHOLE(weight, has_share, r->d->sched.weight)
SCHED_WHOLE(cap, has_share, r->d->sched.cap)
SCHED_WHOLE(parked, has_stats, whole_seconds(r->d->sched.parked_ns))
SCHED_WHOLE(parks, has_stats, r->d->sched.parks)
SCHED_WHOLE(wakes, has_stats, r->d->sched.wakes)
SCHED_SHARE(run, running_ns)
SCHED_SHARE(wait, waiting_ns)
SCHED_SHARE(block, blocked_ns)
SCHED_SHARE(park, parked_ns)

static const struct column sched_columns[] = {
	WORD("NAME", 10, name),	      NUMBER("STATE", 6, state),  NUMBER("WEIGHT", 6, weight),
	NUMBER("CAP(%)", 6, cap),     NUMBER("RUN(%)", 6, run),	  NUMBER("WAIT(%)", 7, wait),
	NUMBER("BLOCK(%)", 8, block), NUMBER("PARK(%)", 7, park), NUMBER("PARK(sec)", 9, parked),
	NUMBER("VCPUS", 5, vcpus),    NUMBER("PARKS", 10, parks), NUMBER("WAKES", 10, wakes),
	WORD("CPUPOOL", 16, pool),
};
const struct table table_sched = {
	.columns = sched_columns,
	.nr = sizeof(sched_columns) / sizeof(sched_columns[0]),
	.nr_fixed = 2,
};

/* --- rows ------------------------------------------------------------------------------- */

static int compare_rows(const void *x, const void *y, void *arg)
{
	const struct row *a = x, *b = y;
	const struct column *c = arg;
	double difference = c->compare ? c->compare(a, b) : c->number(b) - c->number(a);

	if (difference < 0 || difference > 0)
		return difference < 0 ? -1 : 1;
	return (a->d->domid > b->d->domid) - (a->d->domid < b->d->domid);
}

struct row *rows_new(const struct sample *now, const struct sample *before,
		     const struct table *table, size_t sort)
{
	struct row *rows = calloc(now->nr + 1, sizeof(*rows));
	size_t i;

	if (!rows)
		return NULL;
	for (i = 0; i < now->nr; i++)
		rows[i] = (struct row){
			.now = now,
			.before = before,
			.d = &now->domains[i],
			.was = sample_find(before, now->domains[i].domid),
		};
	qsort_r(rows, now->nr, sizeof(*rows), compare_rows, (void *)&table->columns[sort]);
	return rows;
}
