/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMARY_ROWS 3
#define VCPU_WIDTH   40 /* columns of one vCPU's figures and the blanks behind */
#define VCPU_BLANKS  4

/* What a frame is made from, and how far it is. */
struct canvas {
	struct view *v;
	struct frame *f;
	const struct table *table;
	int name_width;
	size_t from, to; /* columns shown beside the fixed ones: from <= i < to */
	int row;	 /* the next one */
	int end;	 /* of the rows for domains */
};

/* --- which columns ---------------------------------------------------------------------- */

static int width_of(const struct canvas *c, size_t i)
{
	return i ? c->table->columns[i].width : c->name_width;
}

static int table_width(const struct table *t)
{
	int width = -1;
	size_t i;

	for (i = 0; i < t->nr; i++)
		width += t->columns[i].width + 1;
	return width;
}

/* As wide as the longest name, if there is room; at least as xentop's. */
static int name_width(const struct canvas *c, const struct sample *now)
{
	int least = c->table->columns[0].width, spare = c->f->cols - table_width(c->table);
	int most = c->v->full_name ? c->f->cols / 2 : spare > 0 ? least + spare : least;
	int width = least;
	char text[COLUMN_TEXT];
	size_t i;

	for (i = 0; now && i < now->nr; i++) {
		column_name(now->domains[i].name, text, sizeof(text));
		if (column_width(text) > width)
			width = column_width(text);
	}
	return width < most ? width : most < least ? least : most;
}

/* How many columns from @from on fit beside the fixed ones. */
static size_t columns_to(const struct canvas *c, size_t from)
{
	int left = c->f->cols + 1;
	size_t i;

	for (i = 0; i < c->table->nr_fixed; i++)
		left -= width_of(c, i) + 1;
	for (i = from; i < c->table->nr && width_of(c, i) + 1 <= left; i++)
		left -= width_of(c, i) + 1;
	return i;
}

/* Scrolled no further than until the last column is there. */
static void choose_columns(struct canvas *c)
{
	size_t fixed = c->table->nr_fixed;

	for (c->from = fixed; c->from < fixed + c->v->column; c->from++)
		if (columns_to(c, c->from) >= c->table->nr)
			break;
	c->v->column = c->from - fixed;
	c->to = columns_to(c, c->from);
}

/* --- parts of the screen ---------------------------------------------------------------- */

static void put_summary(struct canvas *c, const struct sample *s, const char *clock)
{
	unsigned int running = 0, blocked = 0, paused = 0, crashed = 0, dying = 0, shutdown = 0;
	char version[COLUMN_TEXT];
	size_t i;

	for (i = 0; i < s->nr; i++) {
		running += s->domains[i].running;
		blocked += s->domains[i].blocked;
		paused += s->domains[i].paused;
		crashed += s->domains[i].crashed;
		dying += s->domains[i].dying;
		shutdown += s->domains[i].shutdown;
	}
	column_name(s->version, version, sizeof(version));
	frame_put(c->f, 0, FRAME_PLAIN, "xentop - %s   Xen %s", clock, version);
	frame_put(c->f, 1, FRAME_PLAIN,
		  "%zu domains: %u running, %u blocked, %u paused, %u crashed, %u dying, %u "
		  "shutdown",
		  s->nr, running, blocked, paused, crashed, dying, shutdown);
	frame_put(c->f, 2, FRAME_PLAIN,
		  "Mem: %lluk total, %lluk used, %lluk free    CPUs: %u @ %uMHz",
		  (unsigned long long)s->total_kib,
		  (unsigned long long)(s->total_kib - s->free_kib), (unsigned long long)s->free_kib,
		  s->nr_cpus, s->mhz);
}

static void put_title(struct canvas *c, size_t i)
{
	bool sorted = i == c->v->sort[c->v->sched];

	frame_put(c->f, c->row, FRAME_REVERSE, "%s", i ? " " : "");
	frame_put(c->f, c->row, sorted ? FRAME_REVERSE_BOLD : FRAME_REVERSE, "%*s", width_of(c, i),
		  c->table->columns[i].title);
}

static void put_header(struct canvas *c)
{
	struct frame_line *line;
	size_t i;

	if (c->row >= c->end)
		return;
	for (i = 0; i < c->table->nr_fixed; i++)
		put_title(c, i);
	for (i = c->from; i < c->to; i++)
		put_title(c, i);
	line = &c->f->line[c->row];
	frame_put(c->f, c->row++, FRAME_REVERSE, "%*s", c->f->cols - line->width, "");
}

static void put_cell(struct canvas *c, const struct row *row, size_t i)
{
	char text[COLUMN_TEXT + FRAME_COLS];
	bool sorted = i == c->v->sort[c->v->sched];

	column_cell(&c->table->columns[i], row, width_of(c, i), text, sizeof(text));
	frame_put(c->f, c->row, FRAME_PLAIN, "%s", i ? " " : "");
	frame_put(c->f, c->row, sorted ? FRAME_BOLD : FRAME_PLAIN, "%s", text);
}

static double vcpu_percent(const struct row *row, const struct sample_vcpu *v)
{
	size_t i;

	for (i = 0; row->was && i < row->was->nr_known; i++)
		if (row->was->vcpus[i].id == v->id)
			return sample_percent(row->now, row->before, v->time_ns,
					      row->was->vcpus[i].time_ns);
	return 0;
}

/* Those that are online, as many beside each other as fit. */
static void put_vcpus(struct canvas *c, const struct row *row)
{
	size_t i, fit = (size_t)((c->f->cols + VCPU_BLANKS) / VCPU_WIDTH), nr = 0;

	for (i = 0; i < row->d->nr_known; i++) {
		const struct sample_vcpu *v = &row->d->vcpus[i];

		if (!v->online)
			continue;
		if (nr && nr % (fit ? fit : 1) == 0)
			c->row++;
		if (c->row >= c->end)
			return;
		frame_put(c->f, c->row, FRAME_PLAIN, "%*s%5u: %6.1f%% %8llus  CPU %-3u %c%c",
			  c->f->line[c->row].width ? VCPU_BLANKS : 0, "", v->id,
			  vcpu_percent(row, v), (unsigned long long)(v->time_ns / 1000000000),
			  v->cpu, v->running ? 'r' : '-', v->blocked ? 'b' : '-');
		nr++;
	}
	c->row += nr > 0;
}

static void put_domain(struct canvas *c, const struct row *row)
{
	size_t i;

	for (i = 0; i < c->table->nr_fixed; i++)
		put_cell(c, row, i);
	for (i = c->from; i < c->to; i++)
		put_cell(c, row, i);
	c->row++;
	if (c->v->vcpus)
		put_vcpus(c, row);
}

static void put_domains(struct canvas *c, const struct row *rows, size_t nr)
{
	size_t i;

	for (i = c->v->first; i < nr && c->row < c->end; i++) {
		if (c->v->repeat && i > c->v->first)
			put_header(c);
		if (c->row < c->end)
			put_domain(c, &rows[i]);
	}
	c->v->shown = i - c->v->first;
}

static void put_keys(struct canvas *c)
{
	const struct view *v = c->v;
	const struct {
		const char *before;
		char key;
		const char *behind;
		bool on;
	} keys[] = {
		{"", 'D', "elay", false},
		{"", 'N', "etworks", v->networks},
		{"v", 'B', "ds", v->vbds},
		{"", 'V', "CPUs", v->vcpus},
		{"", 'R', "epeat header", v->repeat},
		{"", 'S', "ort order", false},
		{"s", 'C', "heduler", v->sched},
		{"", 'Q', "uit", false},
	};
	int row = c->f->rows - 1;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		enum frame_style style = keys[i].on ? FRAME_BOLD : FRAME_PLAIN;

		frame_put(c->f, row, FRAME_PLAIN, "%s", i ? "  " : "");
		frame_put(c->f, row, style, "%s", keys[i].before);
		frame_put(c->f, row, FRAME_REVERSE, "%c", keys[i].key);
		frame_put(c->f, row, style, "%s", keys[i].behind);
	}
	if (c->from > c->table->nr_fixed || c->to < c->table->nr)
		frame_put(c->f, row, FRAME_PLAIN, "  %c%c",
			  c->from > c->table->nr_fixed ? '<' : ' ',
			  c->to < c->table->nr ? '>' : ' ');
}

static void put_foot(struct canvas *c)
{
	int row = c->f->rows - 1;

	if (c->v->asking)
		frame_put(c->f, row, FRAME_PLAIN, "Delay(sec): %s", c->v->typed);
	else if (c->v->message[0])
		frame_put(c->f, row, FRAME_REVERSE, "%s", c->v->message);
	else
		put_keys(c);
}

/* A screen too low for everything has the table first. */
static bool put_table(struct canvas *c, const struct sample *now, const struct sample *before)
{
	struct row *rows = rows_new(now, before, c->table, c->v->sort[c->v->sched]);

	if (!rows)
		return false;
	c->v->nr = now->nr;
	if (c->v->first >= now->nr)
		c->v->first = now->nr ? now->nr - 1 : 0;
	put_header(c);
	put_domains(c, rows, now->nr);
	free(rows);
	return true;
}

struct frame *view_compose(struct view *v, const struct sample *now, const struct sample *before,
			   int rows, int cols, const char *clock)
{
	struct canvas c = {
		.v = v,
		.f = frame_new(rows, cols),
		.table = v->sched ? &table_sched : &table_domains,
	};

	if (!c.f)
		return NULL;
	c.name_width = name_width(&c, now);
	choose_columns(&c);
	c.end = c.f->rows - 1;
	if (now && c.f->rows > SUMMARY_ROWS + 3) {
		put_summary(&c, now, clock);
		c.row = SUMMARY_ROWS;
	}
	if (now && !put_table(&c, now, before)) {
		frame_free(c.f);
		return NULL;
	}
	put_foot(&c);
	return c.f;
}
