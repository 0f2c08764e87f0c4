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

/*
 * Length of the well-formed UTF-8 sequence at @s (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF), or 0.  Reading stops at the first byte that
 * does not fit, so a terminating NUL is never passed.
 */
size_t json_utf8_sequence(const unsigned char *s);

#endif
