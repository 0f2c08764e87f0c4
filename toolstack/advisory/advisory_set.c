/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisory_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory_file.h"

#define PROBLEMS_MAX 64

bool advisory_set_init(struct advisory_set *rs)
{
	*rs = (struct advisory_set){.problems = json_new_array()};
	return rs->problems;
}

void advisory_set_free(struct advisory_set *rs)
{
	size_t i;

	for (i = 0; i < rs->nr; i++)
		json_free(rs->entries[i].record);
	free(rs->entries);
	json_free(rs->problems);
	*rs = (struct advisory_set){0};
}

bool advisory_set_add(struct advisory_set *rs, struct json *record, enum advisory_layer layer)
{
	struct advisory_entry *more;

	if (rs->nr == rs->cap) {
		size_t cap = rs->cap ? rs->cap * 2 : 64;

		more = reallocarray(rs->entries, cap, sizeof(*more));
		if (!more) {
			json_free(record);
			return false;
		}
		rs->entries = more;
		rs->cap = cap;
	}
	rs->entries[rs->nr++] = (struct advisory_entry){.record = record, .layer = layer};
	return true;
}

static void problem(struct advisory_set *rs, const char *path, const char *error)
{
	struct json *v;

	if (rs->problems->nr >= PROBLEMS_MAX)
		return;
	v = json_new_object();
	if (v && json_set_string(v, "file", path) && json_set_string(v, "error", error))
		json_append(rs->problems, v);
	else
		json_free(v);
}

struct loading {
	struct advisory_set *rs;
	enum advisory_layer layer;
};

/* A file of several records: all of them, or none. */
static bool load_many(struct advisory_set *rs, struct json *file, enum advisory_layer layer,
		      char *error, size_t error_len)
{
	struct json *records = json_get(file, "records");
	size_t i;

	if (json_int(json_get(file, "format"), 0) != ADVISORY_FORMAT ||
	    records->type != JSON_ARRAY) {
		snprintf(error, error_len, "format: not %d", ADVISORY_FORMAT);
		return false;
	}
	if (strcmp(json_string(json_get(file, "layer"), ""), "index") == 0)
		layer = LAYER_INDEX;
	for (i = 0; i < records->nr; i++)
		if (!advisory_check(records->items[i], error, error_len))
			return false;
	for (i = 0; i < records->nr; i++) {
		struct json *copy = json_copy(records->items[i]);

		if (!copy || !advisory_set_add(rs, copy, layer)) {
			snprintf(error, error_len, "out of memory");
			return false;
		}
	}
	return true;
}

static void load_file(void *ctx, const char *path)
{
	struct loading *l = ctx;
	char error[200] = "";
	struct json *v = advisory_file_read(path, error, sizeof(error));

	if (v && json_get(v, "records")) {
		load_many(l->rs, v, l->layer, error, sizeof(error));
	} else if (v && advisory_check(v, error, sizeof(error))) {
		if (!advisory_set_add(l->rs, v, l->layer))
			snprintf(error, sizeof(error), "out of memory");
		v = NULL;
	}
	json_free(v);
	if (error[0])
		problem(l->rs, path, error);
}

int advisory_set_load(struct advisory_set *rs, const char *dir, enum advisory_layer layer)
{
	struct loading l = {.rs = rs, .layer = layer};

	return advisory_dir_each(dir, load_file, &l);
}

/* By id, then by layer; within a layer the later one wins, as it was added. */
static int compare_entries(const void *a, const void *b)
{
	const struct advisory_entry *const *ea = a, *const *eb = b;
	int order = advisory_id_compare(advisory_id((*ea)->record), advisory_id((*eb)->record));

	if (order)
		return order;
	if ((*ea)->layer != (*eb)->layer)
		return (*ea)->layer < (*eb)->layer ? -1 : 1;
	return *ea < *eb ? -1 : 1;
}

/* One id: entries first to last, which are sorted by layer. */
static bool merge_one(struct json *view, const struct advisory_entry *const *first, size_t nr,
		      int64_t now, bool privileged)
{
	enum advisory_layer top = LAYER_LOCAL;
	struct json *merged = NULL;
	size_t i;

	for (i = 0; i < nr && !privileged; i++)
		if (advisory_embargoed(first[i]->record, now))
			top = LAYER_INSTALLED;
	for (i = 0; i < nr; i++) {
		const struct json *record = first[i]->record;

		if (!privileged && (first[i]->layer > top || advisory_embargoed(record, now)))
			continue;
		if (!merged)
			merged = json_copy(record);
		else if (!advisory_merge(merged, record))
			goto fail;
		if (!merged)
			return false;
	}
	return !merged || json_append(view, merged);
fail:
	json_free(merged);
	return false;
}

struct json *advisory_set_view(const struct advisory_set *rs, int64_t now, bool privileged)
{
	const struct advisory_entry **sorted = calloc(rs->nr + 1, sizeof(*sorted));
	struct json *view = json_new_array();
	bool ok = sorted && view;
	size_t i, first = 0;

	for (i = 0; ok && i < rs->nr; i++)
		sorted[i] = &rs->entries[i];
	if (ok)
		qsort(sorted, rs->nr, sizeof(*sorted), compare_entries);
	for (i = 1; ok && i <= rs->nr; i++) {
		if (i < rs->nr &&
		    strcmp(advisory_id(sorted[i]->record), advisory_id(sorted[first]->record)) == 0)
			continue;
		ok = merge_one(view, sorted + first, i - first, now, privileged);
		first = i;
	}
	free(sorted);
	if (ok)
		return view;
	json_free(view);
	return NULL;
}

int64_t advisory_set_next_disclosure(const struct advisory_set *rs, int64_t now)
{
	int64_t next = INT64_MAX, t;
	size_t i;

	for (i = 0; i < rs->nr; i++) {
		t = advisory_disclosure(rs->entries[i].record);
		if (t > now && t < next)
			next = t;
	}
	return next;
}

const struct json *advisory_find(const struct json *view, const char *id)
{
	size_t low = 0, high = view->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = advisory_id_compare(advisory_id(view->items[mid]), id);

		if (order == 0)
			return view->items[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct json *advisory_find_cve(const struct json *view, const char *cve)
{
	const struct json *found = NULL;
	size_t i;

	for (i = 0; i < view->nr; i++) {
		if (!advisory_has_cve(view->items[i], cve))
			continue;
		if (found)
			return NULL;
		found = view->items[i];
	}
	return found;
}
