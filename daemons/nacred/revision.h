/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Revisions of what can be changed: a client that read an object and changes it
 * later says which state it saw (if_revision), and is refused when the object has
 * changed meanwhile.
 *
 * A revision is a digest of the object's state, not a counter: it shows
 * changes that others make past nacred, it is the same before and after a restart
 * of nacred, and nothing has to be stored for it.  An object that was changed and
 * changed back has its old revision again.
 */
#ifndef NACRED_REVISION_H
#define NACRED_REVISION_H

#include <stdbool.h>

#include "error.h"
#include "json.h"

#define REVISION_TEXT 17 /* 16 hexadecimal digits and NUL */

/* The revision of @state: of its members, whatever their order; NULL is what does not exist.
 * False: no memory. */
bool revision_of(const struct json *state, char text[REVISION_TEXT]);

/* "revision" of @state into @reply.  False: no memory. */
bool revision_put(struct json *reply, const struct json *state);

/*
 * Whether @params allow a change of what is at @state now: no if_revision, or the right
 * one.  0, or -1 with "revision.mismatch"; @what names the object in the message.
 */
int revision_check(const struct json *params, const struct json *state, const char *what,
		   struct rpc_error *e);

/* Whether @params ask only what would happen. */
bool revision_dry_run(const struct json *params);

/*
 * The answer of a change: @reply gets the members of FIELDS_CHANGED, "revision" of
 * @after, "dry_run", and "changes", a list of {path, from, to}.  A path names members of
 * nested objects with dots between; arrays are compared as a whole.  False: no memory.
 */
bool revision_answer(struct json *reply, const struct json *before, const struct json *after,
		     bool dry_run);

#endif
