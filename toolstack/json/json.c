/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The tree: building, looking up, copying, freeing. */
#include "json_internal.h"

#include <stdlib.h>
#include <string.h>

const struct json_limits json_default_limits = {
	.max_bytes = 1024 * 1024,
	.max_depth = 32,
	.max_values = 65536,
};

static struct json *json_new(enum json_type type)
{
	struct json *v = calloc(1, sizeof(*v));

	if (v)
		v->type = type;
	return v;
}

struct json *json_new_null(void)
{
	return json_new(JSON_NULL);
}

struct json *json_new_bool(bool b)
{
	struct json *v = json_new(JSON_BOOL);

	if (v)
		v->boolean = b;
	return v;
}

struct json *json_new_int(int64_t i)
{
	struct json *v = json_new(JSON_INT);

	if (v)
		v->integer = i;
	return v;
}

struct json *json_new_real(double d)
{
	struct json *v = json_new(JSON_REAL);

	if (v)
		v->real = d;
	return v;
}

struct json *json_new_array(void)
{
	return json_new(JSON_ARRAY);
}

struct json *json_new_object(void)
{
	return json_new(JSON_OBJECT);
}

size_t json_utf8_sequence(const unsigned char *s)
{
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* Copy of @s as valid UTF-8: each bad byte becomes U+FFFD, so that bytes which
 * a guest wrote can never make a whole reply unreadable. */
static char *utf8_dup(const char *s)
{
	static const char replacement[3] = {'\xef', '\xbf', '\xbd'};
	const unsigned char *p;
	size_t need = 1;
	char *copy, *out;

	for (p = (const unsigned char *)s; *p;) {
		size_t len = json_utf8_sequence(p);

		need += len ? len : sizeof(replacement);
		p += len ? len : 1;
	}
	copy = out = malloc(need);
	if (!copy)
		return NULL;
	for (p = (const unsigned char *)s; *p;) {
		size_t len = json_utf8_sequence(p);

		memcpy(out, len ? (const char *)p : replacement, len ? len : sizeof(replacement));
		out += len ? len : sizeof(replacement);
		p += len ? len : 1;
	}
	*out = '\0';
	return copy;
}

struct json *json_new_string(const char *s)
{
	struct json *v = json_new(JSON_STRING);

	if (!v)
		return NULL;
	v->string = utf8_dup(s);
	if (!v->string) {
		free(v);
		return NULL;
	}
	return v;
}

void json_free(struct json *v)
{
	size_t i;

	if (!v)
		return;
	if (v->type == JSON_STRING)
		free(v->string);
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT) {
		for (i = 0; i < v->nr; i++) {
			if (v->keys)
				free(v->keys[i]);
			json_free(v->items[i]);
		}
		free(v->keys);
		free(v->items);
	}
	free(v);
}

/* Room for one more member. */
static bool json_grow(struct json *v)
{
	size_t cap = v->cap ? v->cap * 2 : 4;
	void *p;

	if (v->nr < v->cap)
		return true;
	p = reallocarray(v->items, cap, sizeof(struct json *));
	if (!p)
		return false;
	v->items = p;
	if (v->type == JSON_OBJECT) {
		p = reallocarray(v->keys, cap, sizeof(char *));
		if (!p)
			return false;
		v->keys = p;
	}
	v->cap = cap;
	return true;
}

bool json_append(struct json *array, struct json *v)
{
	if (!v || !array || array->type != JSON_ARRAY || !json_grow(array)) {
		json_free(v);
		return false;
	}
	array->items[array->nr++] = v;
	return true;
}

static struct json **json_slot(const struct json *object, const char *key)
{
	size_t i;

	for (i = 0; i < object->nr; i++)
		if (strcmp(object->keys[i], key) == 0)
			return &object->items[i];
	return NULL;
}

bool json_add_unchecked(struct json *object, char *key, struct json *v)
{
	if (!key || !v || !json_grow(object)) {
		free(key);
		json_free(v);
		return false;
	}
	object->keys[object->nr] = key;
	object->items[object->nr++] = v;
	return true;
}

bool json_set(struct json *object, const char *key, struct json *v)
{
	struct json **slot;

	if (!v || !object || object->type != JSON_OBJECT) {
		json_free(v);
		return false;
	}
	slot = json_slot(object, key);
	if (slot) {
		json_free(*slot);
		*slot = v;
		return true;
	}
	return json_add_unchecked(object, utf8_dup(key), v);
}

bool json_set_string(struct json *object, const char *key, const char *s)
{
	return json_set(object, key, json_new_string(s));
}

bool json_set_int(struct json *object, const char *key, int64_t i)
{
	return json_set(object, key, json_new_int(i));
}

bool json_set_bool(struct json *object, const char *key, bool b)
{
	return json_set(object, key, json_new_bool(b));
}

bool json_set_real(struct json *object, const char *key, double d)
{
	return json_set(object, key, json_new_real(d));
}

static struct json *json_copy_members(const struct json *v)
{
	struct json *copy = json_new(v->type);
	size_t i;
	bool ok = copy != NULL;

	for (i = 0; ok && i < v->nr; i++) {
		struct json *item = json_copy(v->items[i]);

		if (v->type == JSON_ARRAY)
			ok = json_append(copy, item);
		else
			ok = json_add_unchecked(copy, strdup(v->keys[i]), item);
	}
	if (ok)
		return copy;
	json_free(copy);
	return NULL;
}

struct json *json_copy(const struct json *v)
{
	struct json *copy;

	if (!v)
		return NULL;
	switch (v->type) {
	case JSON_STRING:
		return json_new_string(v->string);
	case JSON_ARRAY:
	case JSON_OBJECT:
		return json_copy_members(v);
	default:
		copy = malloc(sizeof(*copy));
		if (copy)
			*copy = *v;
		return copy;
	}
}

struct json *json_get(const struct json *object, const char *key)
{
	struct json **slot;

	if (!object || object->type != JSON_OBJECT)
		return NULL;
	slot = json_slot(object, key);
	return slot ? *slot : NULL;
}

struct json *json_take(struct json *object, const char *key)
{
	struct json **slot = object && object->type == JSON_OBJECT ? json_slot(object, key) : NULL;
	struct json *v;
	size_t at;

	if (!slot)
		return NULL;
	v = *slot;
	at = (size_t)(slot - object->items);
	free(object->keys[at]);
	object->nr--;
	memmove(slot, slot + 1, (object->nr - at) * sizeof(*slot));
	memmove(&object->keys[at], &object->keys[at + 1],
		(object->nr - at) * sizeof(*object->keys));
	return v;
}

struct json *json_path(const struct json *object, const char *path)
{
	const struct json *at = object;
	size_t i, len;

	for (;;) {
		const struct json *next = NULL;

		len = strcspn(path, ".");
		if (!at || at->type != JSON_OBJECT)
			return NULL;
		for (i = 0; i < at->nr && !next; i++)
			if (strncmp(at->keys[i], path, len) == 0 && at->keys[i][len] == '\0')
				next = at->items[i];
		if (!path[len])
			return (struct json *)next;
		path += len + 1;
		at = next;
	}
}

const char *json_string(const struct json *v, const char *fallback)
{
	return v && v->type == JSON_STRING ? v->string : fallback;
}

int64_t json_int(const struct json *v, int64_t fallback)
{
	return v && v->type == JSON_INT ? v->integer : fallback;
}

double json_real(const struct json *v, double fallback)
{
	if (v && v->type == JSON_INT)
		return (double)v->integer;
	return v && v->type == JSON_REAL ? v->real : fallback;
}

bool json_bool(const struct json *v, bool fallback)
{
	return v && v->type == JSON_BOOL ? v->boolean : fallback;
}
