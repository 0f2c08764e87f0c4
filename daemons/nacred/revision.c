/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "revision.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

#define PATH_BYTES 160

const struct field fields_change[] = {
	{.name = "path", .type = F_STRING, .summary = "member, dots between levels"},
	{.name = "from", .type = F_ANY, .summary = "null: was not there"},
	{.name = "to", .type = F_ANY, .summary = "null: is not there any more"},
	FIELDS_END,
};

/* FNV-1a, and the finish of MurmurHash3, which spreads a change of the last byte. */
static uint64_t digest(const char *bytes)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *bytes; bytes++)
		h = (h ^ (unsigned char)*bytes) * 0x100000001b3;
	h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
	h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
	return h ^ (h >> 33);
}

/* Sum over the members of objects, so that their order does not matter; 0: no memory. */
static uint64_t state_digest(const struct json *v)
{
	uint64_t sum = 0, part;
	char *text;
	size_t i;

	if (!v)
		return 1;
	if (v->type != JSON_OBJECT) {
		text = json_print(v, false);
		sum = text ? digest(text) | 1 : 0;
		free(text);
		return sum;
	}
	for (i = 0; i < v->nr; i++) {
		char pair[40];

		part = state_digest(v->items[i]);
		if (!part)
			return 0;
		snprintf(pair, sizeof(pair), "%016llx%016llx",
			 (unsigned long long)digest(v->keys[i]), (unsigned long long)part);
		sum += digest(pair);
	}
	return sum | 1;
}

bool revision_of(const struct json *state, char text[REVISION_TEXT])
{
	uint64_t d = state_digest(state);

	snprintf(text, REVISION_TEXT, "%016llx", (unsigned long long)d);
	return d;
}

bool revision_put(struct json *reply, const struct json *state)
{
	char text[REVISION_TEXT];

	return revision_of(state, text) && json_set_string(reply, "revision", text);
}

int revision_check(const struct json *params, const struct json *state, const char *what,
		   struct rpc_error *e)
{
	const char *wanted = json_string(json_get(params, "if_revision"), NULL);
	char now[REVISION_TEXT];

	if (!wanted)
		return 0;
	if (!revision_of(state, now))
		return fail_memory(e);
	if (strcmp(wanted, now) == 0)
		return 0;
	fail(e, XL_FAIL, "revision.mismatch", "%s has changed: it is at revision %s, not %.16s",
	     what, now, wanted);
	fail_hint(e, "read it again and decide anew");
	return fail_field(e, "if_revision");
}

bool revision_dry_run(const struct json *params)
{
	return json_bool(json_get(params, "dry_run"), false);
}

static bool same(const struct json *a, const struct json *b)
{
	return a && b && a->type == b->type && state_digest(a) == state_digest(b);
}

static struct json *or_null(const struct json *v)
{
	return v ? json_copy(v) : json_new_null();
}

static bool add_change(struct json *list, const char *path, const struct json *from,
		       const struct json *to)
{
	struct json *change = json_new_object();

	if (change && json_set_string(change, "path", path) &&
	    json_set(change, "from", or_null(from)) && json_set(change, "to", or_null(to)))
		return json_append(list, change);
	json_free(change);
	return false;
}

static bool compare(struct json *list, const char *prefix, const struct json *before,
		    const struct json *after);

static bool compare_member(struct json *list, const char *prefix, const char *key,
			   const struct json *from, const struct json *to)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", key);
	if (same(from, to) || (!from && !to))
		return true;
	if (from && to && from->type == JSON_OBJECT && to->type == JSON_OBJECT)
		return compare(list, path, from, to);
	return add_change(list, path, from, to);
}

static bool compare(struct json *list, const char *prefix, const struct json *before,
		    const struct json *after)
{
	bool good = true;
	size_t i;

	for (i = 0; before && i < before->nr && good; i++)
		good = compare_member(list, prefix, before->keys[i], before->items[i],
				      json_get(after, before->keys[i]));
	for (i = 0; after && i < after->nr && good; i++)
		if (!json_get(before, after->keys[i]))
			good = compare_member(list, prefix, after->keys[i], NULL, after->items[i]);
	return good;
}

bool revision_answer(struct json *reply, const struct json *before, const struct json *after,
		     bool dry_run)
{
	struct json *changes = json_new_array();
	char now[REVISION_TEXT];

	if (!changes || !compare(changes, "", before, after) || !revision_of(after, now)) {
		json_free(changes);
		return false;
	}
	return json_set(reply, "changes", changes) && json_set_bool(reply, "dry_run", dry_run) &&
	       json_set_string(reply, "revision", now);
}
