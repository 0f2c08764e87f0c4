/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Helpers of domain_config.c and build_info.c: from one setting to one member. */
#ifndef NACRE_CONFIG_BUILDER_H
#define NACRE_CONFIG_BUILDER_H

#include <stdbool.h>
#include <stdio.h>

#include "cfg.h"
#include "cpumap.h"
#include "json.h"

struct builder {
	const struct cfg *cfg;
	const struct cpumap_host *host;
	FILE *report;
	bool failed;
};

/* One line to the report; the build fails. */
void builder_fail(struct builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with "source:line: " of that key's setting in front. */
void builder_fail_at(struct builder *b, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add @v to @object; NULL or lack of memory fails the build. */
void builder_set(struct builder *b, struct json *object, const char *member, struct json *v);

/* NULL when the key is not set (or is a list, which is reported). */
const char *builder_string(struct builder *b, const char *key);

/* True when @key is set to a number within the limits; anything else that is
 * set fails the build. */
bool builder_number(struct builder *b, const char *key, long min, long max, long *value);

/* Members that appear only when their key is set. */
void builder_put_string(struct builder *b, struct json *object, const char *member,
			const char *key);
void builder_put_number(struct builder *b, struct json *object, const char *member, const char *key,
			long min, long max, long scale);
void builder_put_bool(struct builder *b, struct json *object, const char *member, const char *key);

/* A name out of @names (ended by NULL), or deprecated: its index. -1 when not
 * set or wrong, which fails the build. */
int builder_choice(struct builder *b, const char *key, const char *const *names);

/* build_info.c */
struct json *build_info(struct builder *b, bool hvm);

#endif
