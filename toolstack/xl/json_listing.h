/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * --json of listings, which Xen's xl does not have: nacred's own answers, whose form
 * nacred-rpc(7) describes.  So they say more than libxl's types can hold.
 */
#ifndef NACRE_XL_JSON_LISTING_H
#define NACRE_XL_JSON_LISTING_H

#include "json.h"

/* What @method answers to @params (owned, NULL: none); NULL after a message. */
struct json *json_listing_get(const char *method, struct json *params);

/* Print @member of that, or all of it for NULL.  The exit status. */
int json_listing(const char *method, struct json *params, const char *member);

#endif
