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
	KEY_ACTS,     /* read by domain_config.c */
	KEY_LATER,    /* a device or feature that Nacre does not have yet */
	KEY_EMULATED, /* part of the device model or firmware, of which there is none */
	KEY_OTHER,    /* of another scheduler or machine */
	KEY_REFUSED,  /* leaving it out would start another guest than the one asked for */
};

struct key {
	const char *name;
	enum key_class class;
	const char *reason; /* for KEY_OTHER and KEY_REFUSED */
};

extern const struct key cfg_keys[];
extern const size_t cfg_nr_keys;

const struct key *key_find(const char *name);

/* The known key that looks most like @name, or NULL if none is close. */
const char *key_nearest(const char *name);

/* Warn about settings that are unknown or have no effect. False when one of
 * them must not be ignored; the report says which. */
bool keys_check(const struct cfg *cfg, FILE *report);

#endif
