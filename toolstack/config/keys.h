/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Every key that Xen's xl.cfg knows, and what becomes of it here. */
#ifndef NACRE_CONFIG_KEYS_H
#define NACRE_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cfg.h"

enum key_class {
	KEY_ACTS,
	KEY_STORED,  /* shown by `xl create -n' and `xl list -l' as in Xen, and nothing more */
	KEY_IGNORED, /* not even that */
	KEY_REFUSED, /* shown by `xl create -n'; a guest without it is not the one asked for */
	KEY_UNREAD,  /* refused, and its value is not even looked at */
};

struct key {
	const char *name;
	enum key_class class;
	const char *reason; /* NULL for KEY_ACTS */
};

extern const struct key cfg_keys[];
extern const size_t cfg_nr_keys;

const struct key *key_find(const char *name);

/* The known key that looks most like @name, or NULL if none is close. */
const char *key_nearest(const char *name);

/* Warn about settings that are unknown or have no effect. False when one of
 * them must not be ignored; the report says which.  @dryrun: nothing is started. */
bool keys_check(const struct cfg *cfg, bool dryrun, FILE *report);

#endif
