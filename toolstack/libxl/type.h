/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Any type of libxl as a table, and what is done with any of them: initialise, dispose,
 * copy, print, parse.  The tables of structs and enumerations are made from idl/, those
 * of the builtin types stand in builtin.c.  No locks; nothing here is shared.
 */
#ifndef NACRE_LIBXL_TYPE_H
#define NACRE_LIBXL_TYPE_H

#include <libxl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yajl/yajl_gen.h>

#include "json_node.h"

/* What a builtin type needs functions for. */
struct libxl__ops {
	unsigned int accepts; /* NODE_*: anything else in JSON is passed over in silence */
	/* NULL: as plain bytes, of which none is freed. */
	void (*dispose)(void *p);
	void (*copy)(libxl_ctx *ctx, void *dst, const void *src);
	/* NULL: when the bytes are zero.  Not asked for a type with an init value. */
	bool (*is_default)(const void *p);
	yajl_gen_status (*gen)(yajl_gen hand, const void *p);
	/* To initialised memory: 0 or ERROR_*, and what it holds can be disposed of. */
	int (*parse)(const struct json_node *node, void *p);
};

/* Each pointer is relocated when a program starts, each page that has one is copied then:
 * so the rest is no wider than it must be. */
struct libxl__type {
	const char *name;
	const struct libxl__ops *ops;	      /* builtin */
	const libxl_enum_string_table *words; /* enumeration */
	const struct libxl__field *fields;    /* struct */
	uint64_t init;			      /* as many low bytes as the type has */
	uint16_t size;
	uint16_t nr_fields;
	bool has_init; /* else zero */
};

enum libxl__kind {
	LIBXL__VALUE,
	LIBXL__ARRAY,  /* pointer to elements of the type; int count at .other */
	LIBXL__SWITCH, /* union; its key, of the type, at .other */
	LIBXL__HIDDEN, /* only zeroed */
};

struct libxl__arm {
	int key;
	const char *json_key;
	const struct libxl__type *body; /* NULL: the key says it all */
};

struct libxl__switch {
	const struct libxl__arm *arms;
	size_t nr;
};

/* What few fields have stands in lists, which they have the index of. */
struct libxl__field {
	const char *name;
	const struct libxl__type *type;
	uint16_t at, other;  /* bytes from the begin of the struct */
	uint8_t kind;	     /* enum libxl__kind */
	uint8_t init;	     /* of libxl__inits[], in place of the type's; 0: none */
	uint8_t arms;	     /* of libxl__switches[] */
	uint8_t replaced_by; /* of libxl__replacements[]; 0: nothing */
};

extern const uint64_t libxl__inits[];
extern const struct libxl__switch libxl__switches[];
extern const char *const libxl__replacements[]; /* fields of the outermost struct */

#include <_libxl_type_tables.h>

/* All structs and enumerations, up to a NULL. */
extern const struct libxl__type *const libxl__types[];

/* @p need not hold anything sensible. */
void libxl__type_init(const struct libxl__type *type, void *p);

/* Set the key of the one union of a struct, initialise the arm.  It must not be chosen
 * yet: libxl promises an assertion. */
void libxl__type_choose(const struct libxl__type *type, void *p, int key);

/* @p zeroed afterwards; NULL allowed. */
void libxl__type_dispose(const struct libxl__type *type, void *p);
void libxl__type_list_free(const struct libxl__type *type, void *list, int nr);

/* To memory that holds nothing.  Without memory the process ends. */
void libxl__type_copy(libxl_ctx *ctx, const struct libxl__type *type, void *dst, const void *src);

/* Move what stands in replaced fields of the chosen arm to where it belongs today: 0, or
 * -EINVAL when a value stands there, too. */
int libxl__type_move_replaced(const struct libxl__type *type, void *p);

/* NULL for a number without a word; 0 or ERROR_FAIL, any case. */
const char *libxl__type_word(const struct libxl__type *type, int number);
int libxl__type_from_word(const struct libxl__type *type, const char *word, void *p);

yajl_gen_status libxl__type_gen_json(yajl_gen hand, const struct libxl__type *type, const void *p);

/* Text from malloc, or NULL after a message. */
char *libxl__type_to_json(libxl_ctx *ctx, const struct libxl__type *type, const void *p);

/* Initialises @p (an enumeration is left alone until it is known), then fills it; 0, or
 * ERROR_FAIL after a message with @p to be disposed of all the same. */
int libxl__type_from_json(libxl_ctx *ctx, const struct libxl__type *type, void *p,
			  const char *text);

/* --- for the other files of the types ------------------------------------------- */

/* NULL when the key says none, or nothing that has an arm. */
const struct libxl__arm *libxl__arm_of(const struct libxl__field *field, const void *p);
void libxl__arm_init(const struct libxl__field *field, const struct libxl__arm *arm, void *p);
/* Whether @p still has the value that init gives it. */
bool libxl__value_is_default(const struct libxl__field *field, const void *p);
/* Number of @size bytes, without sign. */
uint64_t libxl__number(const void *p, size_t size);
void libxl__set_number(void *p, size_t size, uint64_t value);

#endif
