/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The types that the .idl files describe, as the parser gives and the emitters take
 * them.  The generator runs at build time and ends: nothing of this is ever freed.
 */
#ifndef NACRE_LIBXL_GEN_MODEL_H
#define NACRE_LIBXL_GEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

enum type_kind { TYPE_BUILTIN, TYPE_ENUM, TYPE_STRUCT };

/* A word of an enumeration. */
struct value {
	const char *word;
	const char *number;
};

struct values {
	struct value *v;
	size_t nr;
};

enum field_kind {
	FIELD_VALUE,  /* type name; */
	FIELD_ARRAY,  /* type name[count]; an int count stands before the pointer */
	FIELD_SWITCH, /* a union and, before it, the enumeration that says which arm */
	FIELD_GROUP,  /* a struct without a name of its own */
};

struct type;
struct arm;
struct field;

struct fields {
	struct field *v;
	size_t nr;
};

struct field {
	enum field_kind kind;
	const struct type *type; /* of a switch: its key's; of a group: NULL */
	const char *name;
	const char *other;	 /* array: name of the count; switch: name of the key */
	const char *init;	 /* C expression, or NULL: what the type says, else zero */
	const char *doc;	 /* for the manual, or NULL */
	const char *replaced_by; /* field of the outermost struct that took its place */
	bool constant;		 /* the library neither sets nor frees nor prints it */
	struct fields fields;	 /* group */
	struct arm *arms;	 /* switch */
	size_t nr_arms;
};

struct arm {
	const char *word; /* of the key's enumeration */
	bool has_body;	  /* else there is nothing but the word */
	struct fields fields;
};

struct type {
	enum type_kind kind;
	const char *name;   /* as the .idl says */
	const char *c_name; /* as C says */
	const char *init;   /* enum: the word that a new one has; NULL: all bits zero */
	const char *prefix; /* enum: of its constants */
	struct values values;
	struct fields fields;
	bool plain;  /* struct: nothing to dispose of, and no function that would */
	bool listed; /* struct: functions give arrays of it, so there is a _list_free */
	bool hidden; /* builtin: the program's own, neither copied nor printed */
};

struct model {
	struct type **types; /* in the order of the files, the builtin ones first */
	size_t nr;
};

/* All of these end the program with a message when memory is out. */
void *zalloc(size_t size);
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct value *add_value(struct values *values);
struct field *add_field(struct fields *fields);
struct arm *add_arm(struct field *field);

void model_init(struct model *m); /* with the builtin types */
struct type *model_add(struct model *m, enum type_kind kind, const char *name);
struct type *model_find(const struct model *m, const char *name);
/* NULL when @type has no such word. */
const struct value *find_value(const struct type *type, const char *word);

/* The constant that C has for @word of enumeration @type. */
const char *constant_of(const struct type *type, const char *word);
char *upper(const char *s);

#endif
