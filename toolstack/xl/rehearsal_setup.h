/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What livepatch rehearse and patch-status --verify share. */
#ifndef NACRE_XL_REHEARSAL_SETUP_H
#define NACRE_XL_REHEARSAL_SETUP_H

#include "rehearse.h"

struct setup {
	struct replica replica;
	struct trials trials;
	struct json *status; /* patch.status of the host */
	int stop;	     /* readable once SIGINT, SIGTERM or SIGHUP came */
};

/* "XSA-191,192": each on its own into @ids. False: no memory. */
bool setup_add_ids(struct json *ids, const char *words);

/*
 * A replica of the running hypervisor with its patches, and the guests of the
 * advisories @ids (NULL or empty: all).  False after a message.  setup_end() in any case.
 */
bool setup_begin(struct setup *s, const struct json *ids);
void setup_end(struct setup *s);

/* The same without a replica: the guests will run on this host. */
bool setup_here(struct setup *s, const struct json *ids);

#endif
