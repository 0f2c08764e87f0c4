/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Members of JSON objects in the order of libxl's types, whatever the order they came in. */
#ifndef NACRE_CONFIG_MEMBERS_H
#define NACRE_CONFIG_MEMBERS_H

#include "json.h"

/* @order ends with NULL; members that it does not name go last and keep their order. */
void members_sort(struct json *object, const char *const *order);

/* Nothing happens when @object has no @key. */
void members_remove(struct json *object, const char *key);

/* As libxl's JSON does: a number that has its default is not there.  False when out of memory. */
bool members_set_int(struct json *object, const char *key, int64_t value, int64_t otherwise);

#endif
