/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The configuration while it is built, and helpers: from one setting to one member. */
#ifndef NACRE_CONFIG_BUILDER_H
#define NACRE_CONFIG_BUILDER_H

#include <stdbool.h>
#include <stdio.h>

#include "cfg.h"
#include "cpumap.h"
#include "domain_config.h"
#include "json.h"

/* Bits, so that a set of them says for which types a key is read. */
enum guest_type { GUEST_PV = 1, GUEST_PVH = 2, GUEST_HVM = 4, GUEST_ANY = 7 };

/* Objects that members go to. */
enum place {
	PLACE_NONE, /* looked at, so that a wrong kind of value is told, and not kept */
	PLACE_CONFIG,
	PLACE_CREATE, /* c_info */
	PLACE_BUILD,  /* b_info */
	PLACE_SCHED,
	PLACE_TYPE, /* "type.pvh" or "type.hvm" */
	PLACE_VGA,
	PLACE_VNC,
	PLACE_SDL,
	PLACE_SPICE,
	PLACE_RDM,
	PLACE_ARM,
	PLACE_X86,
	PLACES,
};

struct builder {
	const struct cfg *cfg;
	const struct cpumap_host *host;
	const struct config_defaults *defaults;
	FILE *report;
	enum guest_type type;
	struct json *at[PLACES];
	long vcpus;	/* online at start, 0: not said */
	long max_vcpus; /* 0: not said */
	bool failed;
	int status; /* xl's exit status after a failure */
};

/* One line to the report; the build fails, with exit status 1. */
void builder_fail(struct builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with "source:line: " of that key's setting in front. */
void builder_fail_at(struct builder *b, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add @v to @object; NULL or lack of memory fails the build. */
void builder_set(struct builder *b, struct json *object, const char *member, struct json *v);

/* NULL when the key is not set (or is a list, which is reported). */
const char *builder_string(struct builder *b, const char *key);

/* True when @key is set to a number; anything else that is set is reported and, as in xl,
 * taken for not set. */
bool builder_long(struct builder *b, const char *key, long *value);

/* Members that appear only when their key is set. */
void builder_put_string(struct builder *b, struct json *object, const char *member,
			const char *key);
void builder_put_bool(struct builder *b, struct json *object, const char *member, const char *key);
/* Of 32 bits, like libxl's; left out where it equals @otherwise. */
void builder_put_int(struct builder *b, struct json *object, const char *member, const char *key,
		     long otherwise);
void builder_put_unsigned(struct builder *b, struct json *object, const char *member,
			  const char *key);
/* MiB become KiB. */
void builder_put_mib(struct builder *b, struct json *object, const char *member, const char *key);
/* A list of strings, as far as they are strings. */
void builder_put_strings(struct builder *b, struct json *object, const char *member,
			 const struct cfg_value *list);

/* Index of @text among @words (ended by NULL), or -1. */
int builder_word(const char *text, const char *const *words);

/* A name out of @names (ended by NULL), or its deprecated number: its index. -1 when not
 * set or wrong, which fails the build. */
int builder_choice(struct builder *b, const char *key, const char *const *names);

#endif
