/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One advisory as nacre-advisory(5) describes it.  A record is a JSON object that
 * advisory_check() has accepted; the functions below read such objects only.
 */
#ifndef NACRE_ADVISORY_H
#define NACRE_ADVISORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advisory_id.h"
#include "json.h"

#define ADVISORY_FORMAT 1

/* Bounds of a record; nacre-advisory(5) lists them. */
#define ADVISORY_TEXT_MAX 1000 /* bytes of title and impact */
#define ADVISORY_WORD_MAX 200  /* of any other string */
#define ADVISORY_LIST_MAX 256  /* elements of a list */

/* OpenVEX's words.  What holds for code without the fixes that the record names;
 * "fixed": no build that can be running lacks them. */
enum advisory_status {
	STATUS_NOT_AFFECTED,
	STATUS_FIXED,
	STATUS_AFFECTED,
	STATUS_UNDER_INVESTIGATION,
};
extern const char *const advisory_status_words[]; /* NULL-terminated, by number */
/* OpenVEX's and CSAF's five justifications, NULL-terminated. */
extern const char *const advisory_justifications[];
/* "nacre" and "xen": the products that a record can speak of. */
extern const char *const advisory_products[];

/* Whether @v is a record: known members only, each of its type and within its
 * bounds.  @error (may be NULL) gets one line that names the member.  The id is
 * brought to its one spelling. */
bool advisory_check(struct json *v, char *error, size_t error_len);

const char *advisory_id(const struct json *record);
/* 0 when it has none; disclosure: before this time only administrators know it. */
int64_t advisory_published(const struct json *record);
int64_t advisory_disclosure(const struct json *record);
bool advisory_embargoed(const struct json *record, int64_t now);
/* What it says about "nacre" or "xen", or NULL. */
const struct json *advisory_product(const struct json *record, const char *product);
enum advisory_status advisory_side_status(const struct json *side);
const char *advisory_side_component(const struct json *side);
/* Whether @cve is among its CVE ids. */
bool advisory_has_cve(const struct json *record, const char *cve);

/* Members of @over replace those of @base; products are merged one by one, member
 * by member.  False: no memory. */
bool advisory_merge(struct json *base, const struct json *over);

/* Whether an array of strings holds @word. */
bool advisory_list_has(const struct json *list, const char *word);

#endif
