/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A live patch as far as advisories are concerned: its name, its state, and what
 * its .modinfo section says that it fixes. */
#ifndef NACRE_LIVE_PATCH_H
#define NACRE_LIVE_PATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

#define LIVE_PATCH_NAME 128 /* as XEN_LIVEPATCH_NAME_SIZE */

enum live_patch_state {
	LIVE_PATCH_STORED,  /* verified, in the store of this host */
	LIVE_PATCH_LOADED,  /* in the hypervisor, not in force */
	LIVE_PATCH_APPLIED, /* in force */
};

struct live_patch {
	char name[LIVE_PATCH_NAME];
	enum live_patch_state state;
	struct json *fixes; /* array of ids and words: advisory=, cve= and fixes= */
};

/*
 * Read .modinfo text: "key=value" strings, each ended by a NUL (or the end).  The
 * keys advisory, cve and fixes count, each with a list between commas or blanks;
 * ids are brought to their one spelling.  False: no memory; what cannot be an id or
 * a word of printable characters is left out.
 */
bool live_patch_read(struct live_patch *p, const char *name, enum live_patch_state state,
		     const char *metadata, size_t len);
void live_patch_free(struct live_patch *p);

/* Whether it says that it fixes @word. */
bool live_patch_fixes(const struct live_patch *p, const char *word);

#endif
