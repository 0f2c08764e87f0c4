/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* ioports=, irqs= and iomem=: what of the machine a guest may reach. */
#include <stdint.h>
#include <stdlib.h>

#include "members.h"
#include "sections.h"

typedef struct json *(*read_range)(struct builder *b, const char *text);

/* @what: as the complaint about an entry that is no text names the list. */
static void put_ranges(struct builder *b, const char *key, const char *what, read_range read)
{
	const struct cfg_value *list;
	struct json *ranges;
	size_t i;

	if (cfg_list(b->cfg, key, &list, b->report) || !list->nr)
		return;
	ranges = json_new_array();
	for (i = 0; i < list->nr && !b->failed; i++) {
		if (list->items[i]->type != CFG_STRING)
			builder_fail(b, "xl: Unable to get element %s%zu in %s list",
				     *key == 'i' && key[2] == 'p' ? "#" : "", i, what);
		else if (!json_append(ranges, read(b, list->items[i]->string)))
			b->failed = true;
	}
	builder_set(b, b->at[PLACE_BUILD], key, ranges);
}

/* False after a complaint about the port. */
static bool read_port(struct builder *b, const char *text, char **end, uint32_t *port)
{
	unsigned long number = strtoul(text, end, 16);

	if (*end == text)
		return false;
	if (number < UINT32_MAX) {
		*port = (uint32_t)number;
		return true;
	}
	builder_fail(b, "xl: ioport %lx too big", number);
	return false;
}

static struct json *read_ioports(struct builder *b, const char *text)
{
	struct json *range = json_new_object();
	uint32_t first = 0, last = 0;
	bool good;
	char *end;

	good = read_port(b, text, &end, &first);
	last = first;
	if (good && *end == '-') {
		good = read_port(b, end + 1, &end, &last) && !*end;
	} else if (good && *end) {
		fprintf(b->report, "xl: Invalid argument parsing ioport: %s\n", text);
	}
	if (!good && !b->failed)
		builder_fail(b, "xl: Invalid argument parsing ioport: %s", text);
	if (!members_set_int(range, "first", first, 0) ||
	    !members_set_int(range, "number", (uint32_t)(last - first + 1), 0))
		b->failed = true;
	return range;
}

void section_ioports(struct builder *b)
{
	put_ranges(b, "ioports", "ioport", read_ioports);
}

static struct json *read_irq(struct builder *b, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end)
		builder_fail(b, "xl: Invalid argument parsing irq: %s", text);
	else if (number >= UINT32_MAX)
		builder_fail(b, "xl: irq %lx too big", number);
	return json_new_int((uint32_t)number);
}

void section_irqs(struct builder *b)
{
	put_ranges(b, "irqs", "irq", read_irq);
}

/* A hexadecimal number and the character behind it; *@at: moved behind both. */
static bool read_page(const char **at, uint64_t *page, char *next)
{
	char *end;

	*page = strtoull(*at, &end, 16);
	if (end == *at)
		return false;
	*next = *end;
	*at = *end ? end + 1 : end;
	return true;
}

/* START,NUMBER or START,NUMBER@GFN, in pages and hexadecimal. */
static struct json *read_iomem(struct builder *b, const char *text)
{
	struct json *range = json_new_object();
	uint64_t start = 0, number = 0, gfn = UINT64_MAX; /* none said: the same as start */
	const char *at = text;
	char next = '\0';
	bool good;

	good = read_page(&at, &start, &next) && next == ',' && read_page(&at, &number, &next);
	if (good && next == '@')
		good = read_page(&at, &gfn, &next);
	if (!good || next)
		builder_fail(b, "xl: Invalid argument parsing iomem: %s", text);
	else if (start > INT64_MAX || number > INT64_MAX || (gfn > INT64_MAX && gfn != UINT64_MAX))
		builder_fail(b, "xl: iomem %s is beyond any machine's memory", text);
	else if (!members_set_int(range, "start", (int64_t)start, 0) ||
		 !members_set_int(range, "number", (int64_t)number, 0) ||
		 (gfn != UINT64_MAX && !json_set_int(range, "gfn", (int64_t)gfn)))
		b->failed = true;
	return range;
}

void section_iomem(struct builder *b)
{
	put_ranges(b, "iomem", "iomem", read_iomem);
}
