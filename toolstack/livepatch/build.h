/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One payload in the making: the running image, all objects before and after the patch,
 * the payloads that it will lie on.
 */
#ifndef LIVEPATCH_BUILD_H
#define LIVEPATCH_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "livepatch/base.h"
#include "livepatch/image.h"
#include "livepatch/recipe.h"
#include "livepatch/object.h"
#include "livepatch/tree.h"

#define PLACE_NAME_MAX 256

struct build {
	struct tree tree;
	struct recipe recipe;
	struct image image;
	struct object_set before, after;
	struct base *bases; /* oldest first */
	uint32_t nr_bases;
	unsigned int refusals;
	char *reported; /* names of types that have been refused, each with its NUL */
	size_t reported_len;
};

/* A reason why this cannot be a live patch, for stderr; counted. */
__attribute__((format(printf, 2, 3))) void build_refuse(struct build *b, const char *fmt, ...);

/* --- place.c: where things are while the hypervisor runs ----------------------------------- */

enum place_kind {
	PLACE_NOWHERE, /* only the patch makes it */
	PLACE_IMAGE,   /* at an address of the image */
	PLACE_BASE,    /* in a payload below; known by its name */
};

struct place {
	enum place_kind kind;
	uint64_t address;
	char name[PLACE_NAME_MAX];
};

/* The name by which a payload exports what it adds: its own if it is global, else with its
 * file's before it, "core/sched.c:name". */
void place_name(const struct object *o, const struct item *i, char name[PLACE_NAME_MAX]);
/* Where item @i of @o, an object after the patch, is in the running hypervisor. */
struct place place_of(const struct build *b, const struct object *o, const struct item *i);

/* What a relocation leads to in the payload. */
struct target {
	struct object *object; /* and item: the payload's own */
	struct item *item;
	struct place place; /* else */
	int64_t offset;	    /* from the start of either; comes on top of the addend */
};

/* 0, or -1: symbol @symbol of @o is nowhere. */
int target_of(const struct build *b, struct object *o, uint32_t symbol, struct target *t,
	      struct patch_error *err);
/* A part of a function that has no life of its own: its callers jump into it. */
bool is_cold_part(const struct item *i);

/* --- startup.c ---------------------------------------------------------------------------- */

/* Mark all items of b->before that run later than while the hypervisor starts. */
void startup_find(struct build *b);

/* --- change.c: what the patch changes ----------------------------------------------------------
 */

/* Fill in the states of b->after; refuses what cannot be changed in a running image. */
int change_find(struct build *b, struct patch_error *err);

/* --- select.c: what goes into the payload
 * --------------------------------------------------------- */

/* Mark items as included: changed functions that run, hooks, and what they need. */
int select_items(struct build *b, struct patch_error *err);
/* The payload replaces this function. */
bool is_site(const struct build *b, const struct object *o, const struct item *i);

/* --- write.c
 * ---------------------------------------------------------------------------------------- */

struct write_info {
	const char *modinfo; /* "key=value\0..." */
	size_t modinfo_len;
	const char *source; /* the patch itself, kept for readers */
	size_t source_len;
};

/* Make the payload of all that is included; @out is malloc'd. 0 or -1. */
int write_payload(struct build *b, const struct write_info *info, struct file *out,
		  struct patch_error *err);

#endif
