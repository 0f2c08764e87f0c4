/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "batch.h"

#include <stdlib.h>

#include "columns.h"

#define VCPUS_IN_LINE 5

static int width_of(size_t i, int name_width)
{
	return i ? table_domains.columns[i].width : name_width;
}

static int name_width(const struct batch *b, const struct sample *now)
{
	int width = table_domains.columns[0].width;
	char text[COLUMN_TEXT];
	size_t i;

	for (i = 0; b->full_name && i < now->nr; i++) {
		column_name(now->domains[i].name, text, sizeof(text));
		if (column_width(text) > width)
			width = column_width(text);
	}
	return width;
}

static void print_header(FILE *out, int width)
{
	size_t i;

	for (i = 0; i < table_domains.nr; i++)
		fprintf(out, "%s%*s", i ? " " : "", width_of(i, width),
			table_domains.columns[i].title);
	fputc('\n', out);
}

static void print_row(FILE *out, const struct row *row, int width)
{
	char text[COLUMN_TEXT * 2];
	size_t i;

	for (i = 0; i < table_domains.nr; i++) {
		column_cell(&table_domains.columns[i], row, width_of(i, width), text, sizeof(text));
		fprintf(out, "%s%s", i ? " " : "", text);
	}
	fputc('\n', out);
}

/* Offline ones are left out, but lines end where they would with them. */
static void print_vcpus(FILE *out, const struct sample_domain *d)
{
	size_t i;

	fputs("VCPUs(sec): ", out);
	for (i = 0; i < d->nr_known; i++) {
		if (!d->vcpus[i].online)
			continue;
		fprintf(out, "%s %2u: %10llus", i && i % VCPUS_IN_LINE == 0 ? "\n        " : "",
			d->vcpus[i].id, (unsigned long long)(d->vcpus[i].time_ns / 1000000000));
	}
	fputc('\n', out);
}

bool batch_print(FILE *out, const struct batch *b, const struct sample *now,
		 const struct sample *before)
{
	struct row *rows = rows_new(now, before, &table_domains, 0);
	int width = name_width(b, now);
	size_t i;

	if (!rows)
		return false;
	for (i = 0; i < now->nr; i++) {
		if (!i || b->repeat)
			print_header(out, width);
		print_row(out, &rows[i], width);
		if (b->vcpus)
			print_vcpus(out, rows[i].d);
	}
	free(rows);
	return true;
}
