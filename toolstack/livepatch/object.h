/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * An object file of the hypervisor as a list of items.  It was compiled with
 * -ffunction-sections and -fdata-sections, so that each function and each variable
 * has a section of its own.
 */
#ifndef LIVEPATCH_OBJECT_H
#define LIVEPATCH_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "livepatch/file.h"
#include "patch/elf_object.h"

enum item_kind {
	ITEM_CODE,
	ITEM_CONST,   /* a constant with a name */
	ITEM_DATA,    /* a variable */
	ITEM_LITERAL, /* strings and numbers that the linker may merge */
	ITEM_PRIVATE, /* tables without a name that a function needs */
	ITEM_HOOK,    /* .livepatch.hooks.* */
	ITEM_HANDLED, /* names that a hook takes care of (hv/livepatch_hooks.h) */
	ITEM_OTHER,
};

/* What became of an item by the patch. */
enum item_state { ITEM_SAME, ITEM_CHANGED, ITEM_NEW };

struct item {
	const char *name; /* of its function or variable; the section's if it has none */
	uint32_t section, relas, symbol; /* indices; 0: none */
	enum item_kind kind;
	enum item_state state;
	bool global;
	bool runs;			  /* not only while the hypervisor starts (startup.c) */
	bool included;			  /* in the payload */
	uint32_t before;		  /* index + 1 of what it was; 0: nothing */
	uint32_t out_section, out_symbol; /* in the payload */
	uint64_t out_offset;
};

struct object {
	char *path; /* relative to the directory of objects: core/sched.c.o */
	struct file file;
	struct elf_object elf;
	struct item *items;
	uint32_t nr_items;
	uint32_t *item_of; /* per section: index + 1, 0: not loaded */
};

/* Read file @directory/@path.  0, or -1: no object of the kind described above. */
int object_read(const char *directory, const char *path, struct object *o, struct patch_error *err);
void object_free(struct object *o);

bool object_is_c(const struct object *o);
/* The item that a symbol lies in, NULL: it is undefined, absolute or not loaded. */
struct item *object_symbol_item(const struct object *o, uint32_t symbol);
/* The item of that name and kind, NULL if there is none. */
struct item *object_find(const struct object *o, const char *name, enum item_kind kind);
/* Relocations of an item. */
uint32_t object_nr_relas(const struct object *o, const struct item *i);
Elf64_Rela object_rela(const struct object *o, const struct item *i, uint32_t n);
/* Bytes that a relocation with this type adds to its place: it counts from its end. */
int64_t object_pc_bias(uint32_t type);
/* The size of a function or variable: its symbol's, else its section's. */
uint64_t object_item_size(const struct object *o, const struct item *i);

/* All objects of a build. */
struct object_set {
	struct object *objects;
	uint32_t nr;
};

/* Every *.o below @directory, in the order of their paths.  0 or -1. */
int object_set_read(const char *directory, struct object_set *set, struct patch_error *err);
void object_set_free(struct object_set *set);
struct object *object_set_find(const struct object_set *set, const char *path);
/* The global definition of @name; NULL if there is none. */
struct item *object_set_global(const struct object_set *set, const char *name,
			       struct object **where);

#endif
