/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Arguments and results of a method as a table: the same rows check a call and
 * produce its part of the OpenRPC document.
 */
#ifndef NACRED_SCHEMA_H
#define NACRED_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "json.h"

enum field_type {
	F_STRING,
	F_INT,
	F_REAL,
	F_BOOL,
	F_OBJECT, /* @of: its members, or any when NULL */
	F_ARRAY,  /* @of: members of each element, which is an object; or @element */
	F_DOMAIN, /* name or UUID as string, or domain id as integer */
	F_CPUS,	  /* list of CPU numbers, or the word "all" */
	F_ANY,	  /* any value */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_type type;
	bool optional;
	bool nullable;
	int64_t min, max;	    /* F_INT, when max != 0 or min != 0; F_STRING: bytes */
	const char *const *choices; /* F_STRING, or elements of F_ARRAY: NULL-terminated */
	const struct field *of;
	enum field_type element; /* of an F_ARRAY without @of */
	const char *summary;
};

/* Every member of @params is known, present when required, of its type and
 * range. 0, or -1 with @e filled (RPC_INVALID_PARAMS and the field). @params may be
 * NULL, which is the empty object. */
int schema_check(const struct field *fields, const struct json *params, struct rpc_error *e);

/* The same with the optional members @also, which may be NULL. */
int schema_check_both(const struct field *fields, const struct field *also,
		      const struct json *params, struct rpc_error *e);
/* The same for a result of ours. */
int schema_check_result(const struct field *fields, const struct json *result, struct rpc_error *e);

/* The row of @name, or NULL; @fields may be NULL. */
const struct field *schema_find(const struct field *fields, const char *name);

/* JSON Schema of an object with these members / of one field; NULL: no memory. */
struct json *schema_object(const struct field *fields);
struct json *schema_field(const struct field *field);

#endif
