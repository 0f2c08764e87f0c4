/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cfg_value.h"

#include <stdlib.h>
#include <string.h>

static struct cfg_value *new_value(enum cfg_type type, int line)
{
	struct cfg_value *value = calloc(1, sizeof(*value));

	if (value) {
		value->type = type;
		value->line = line;
	}
	return value;
}

struct cfg_value *cfg_value_string(char *string, int line)
{
	struct cfg_value *value = string ? new_value(CFG_STRING, line) : NULL;

	if (!value) {
		free(string);
		return NULL;
	}
	value->string = string;
	return value;
}

struct cfg_value *cfg_value_list(int line)
{
	return new_value(CFG_LIST, line);
}

void cfg_value_free(struct cfg_value *value)
{
	size_t i;

	if (!value)
		return;
	for (i = 0; i < value->nr; i++)
		cfg_value_free(value->items[i]);
	free(value->items);
	free(value->string);
	free(value);
}

bool cfg_value_append(struct cfg_value *list, struct cfg_value *item)
{
	struct cfg_value **items;

	if (!item)
		return false;
	/* Room doubles whenever the count is a power of two. */
	if (!(list->nr & (list->nr - 1))) {
		items = reallocarray(list->items, list->nr ? list->nr * 2 : 1, sizeof(void *));
		if (!items) {
			cfg_value_free(item);
			return false;
		}
		list->items = items;
	}
	list->items[list->nr++] = item;
	return true;
}

static struct cfg_value *copy(const struct cfg_value *from)
{
	struct cfg_value *to;
	size_t i;

	if (from->type == CFG_STRING)
		return cfg_value_string(strdup(from->string), from->line);
	to = cfg_value_list(from->line);
	for (i = 0; to && i < from->nr; i++) {
		if (cfg_value_append(to, copy(from->items[i])))
			continue;
		cfg_value_free(to);
		to = NULL;
	}
	return to;
}

static struct cfg_value *concat_strings(const struct cfg_value *old, const struct cfg_value *more)
{
	char *joined;

	if (asprintf(&joined, "%s%s", old->string, more->string) < 0)
		return NULL;
	return cfg_value_string(joined, more->line);
}

struct cfg_value *cfg_value_concat(const struct cfg_value *old, const struct cfg_value *more)
{
	struct cfg_value *joined;
	size_t i;

	if (old->type == CFG_STRING)
		return concat_strings(old, more);
	joined = copy(old);
	for (i = 0; joined && i < more->nr; i++) {
		if (cfg_value_append(joined, copy(more->items[i])))
			continue;
		cfg_value_free(joined);
		joined = NULL;
	}
	return joined;
}
