/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "members.h"

#include <stdlib.h>
#include <string.h>

static size_t rank(const char *key, const char *const *order)
{
	size_t i;

	for (i = 0; order[i] && strcmp(order[i], key) != 0; i++)
		;
	return i;
}

/* By insertion: it is stable, and objects have a few dozen members. */
void members_sort(struct json *object, const char *const *order)
{
	size_t i, j;

	for (i = 1; i < object->nr; i++) {
		char *key = object->keys[i];
		struct json *item = object->items[i];
		size_t place = rank(key, order);

		for (j = i; j > 0 && rank(object->keys[j - 1], order) > place; j--) {
			object->keys[j] = object->keys[j - 1];
			object->items[j] = object->items[j - 1];
		}
		object->keys[j] = key;
		object->items[j] = item;
	}
}

void members_remove(struct json *object, const char *key)
{
	size_t i;

	for (i = 0; i < object->nr && strcmp(object->keys[i], key) != 0; i++)
		;
	if (i == object->nr)
		return;
	free(object->keys[i]);
	json_free(object->items[i]);
	object->nr--;
	memmove(&object->keys[i], &object->keys[i + 1], (object->nr - i) * sizeof(object->keys[0]));
	memmove(&object->items[i], &object->items[i + 1],
		(object->nr - i) * sizeof(object->items[0]));
}

bool members_set_int(struct json *object, const char *key, int64_t value, int64_t otherwise)
{
	if (value != otherwise)
		return json_set_int(object, key, value);
	members_remove(object, key);
	return true;
}
