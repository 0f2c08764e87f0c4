/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the tree offers to its own parser only. */
#ifndef NACRE_JSON_INTERNAL_H
#define NACRE_JSON_INTERNAL_H

#include "json.h"

/* Add a member without looking for an old one of that name: the parser looks
 * for duplicates once, when the object is complete.  Takes @key (malloc'd) and
 * @v, also on failure. */
bool json_add_unchecked(struct json *object, char *key, struct json *v);

#endif
