/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * JSON values as a tree, over yajl: the one representation that the daemon, the
 * RPC client and xl share.  Parsing has limits and refuses duplicate keys;
 * printing is compact for the wire, or yajl's beautified form with four spaces
 * as real xl prints it.
 */
#ifndef NACRE_JSON_H
#define NACRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	union {
		bool boolean;
		int64_t integer;
		double real;
		char *string; /* UTF-8, NUL-terminated; a NUL inside is refused by the parser */
		struct {      /* arrays: keys is NULL */
			size_t nr, cap;
			char **keys;
			struct json **items;
		};
	};
};

struct json_limits {
	size_t max_bytes; /* of text */
	unsigned int max_depth;
	size_t max_values;
};
extern const struct json_limits json_default_limits; /* 1 MiB, 32, 65536 */

/* Parse one whole value. NULL on error; @error (may be NULL) gets one line
 * without newline that says what and where. */
struct json *json_parse(const char *text, size_t len, const struct json_limits *limits, char *error,
			size_t error_len);
void json_free(struct json *v); /* NULL allowed */
struct json *json_copy(const struct json *v);

/* Builders; NULL only when out of memory.  Adding takes ownership of @v and
 * accepts NULL by failing; functions return false on failure (memory) and then
 * free @v. */
struct json *json_new_null(void);
struct json *json_new_bool(bool b);
struct json *json_new_int(int64_t i);
struct json *json_new_real(double d);
struct json *json_new_string(const char *s);
struct json *json_new_array(void);
struct json *json_new_object(void);
bool json_append(struct json *array, struct json *v);
bool json_set(struct json *object, const char *key, struct json *v); /* replaces */
bool json_set_string(struct json *object, const char *key, const char *s);
bool json_set_int(struct json *object, const char *key, int64_t i);
bool json_set_bool(struct json *object, const char *key, bool b);
bool json_set_real(struct json *object, const char *key, double d);

/* Look-up: NULL when absent or @object is not an object. */
struct json *json_get(const struct json *object, const char *key);
/* Follows a path such as "c_info.name"; for keys that themselves hold a dot use json_get. */
struct json *json_path(const struct json *object, const char *path);
/* The same, and the member leaves @object: the caller frees it. */
struct json *json_take(struct json *object, const char *key);
const char *json_string(const struct json *v, const char *fallback);
int64_t json_int(const struct json *v, int64_t fallback);
double json_real(const struct json *v, double fallback); /* integers too */
bool json_bool(const struct json *v, bool fallback);

/* Malloc'd text, NUL-terminated; NULL when out of memory. */
char *json_print(const struct json *v, bool beautify);

#endif
