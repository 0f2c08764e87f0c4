/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Other people's advisory files as records: xsa.json, OSV, CSAF VEX. */
#ifndef NACRE_ADVISORY_IMPORT_H
#define NACRE_ADVISORY_IMPORT_H

#include "json.h"

enum import_format { IMPORT_XSA_INDEX, IMPORT_OSV, IMPORT_CSAF, NR_IMPORT_FORMATS };
extern const char *const import_format_words[NR_IMPORT_FORMATS];

#define IMPORT_RECORDS_MAX 20000

struct import {
	enum import_format format;
	struct json *records; /* array; each passes advisory_check() */
	unsigned int skipped; /* statements about other products, ranges of commits... */
};

/*
 * Read a file of any of the three formats; @view (may be NULL) is what is known
 * already: a record whose only id is a CVE gets the XSA's id from there.  All or
 * nothing: false with one line in @error that says where and what.
 */
bool import_json(const struct json *v, const struct json *view, struct import *im, char *error,
		 size_t error_len);
void import_free(struct import *im);

/* The file that keeps them, for advisory_set_load(). NULL: no memory. */
struct json *import_file(const struct import *im, int64_t now);

/* --- for the formats' own files --- */

struct importing {
	struct import *im;
	const struct json *view;
	char *error;
	size_t error_len;
	const char *where; /* what the error is about */
};

bool import_bad(struct importing *i, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A new record of that id in im->records, or the one that is there. NULL: told. */
struct json *import_record(struct importing *i, const char *id);
/* The record's id for one that calls itself @own and has @aliases (array or NULL):
 * the XSA among them, or that of its CVE, or @own. False: none of them is an id. */
bool import_pick_id(struct importing *i, const char *own, const struct json *aliases, char *id);
/* Set a title: control characters become blanks, and what is too long is cut. */
bool import_title(struct json *record, const char *title);
bool import_add_cve(struct json *record, const char *cve);
/* Time as records have it, if it is one. */
bool import_published(struct json *record, const char *time);
/* The object @record.products.@product, made when it is not there. */
struct json *import_side(struct json *record, const char *product, const char *status);
/* Put @word into the array @member of @object, once. */
bool import_add_word(struct json *object, const char *member, const char *word);

bool import_xsa_index(struct importing *i, const struct json *v);
bool import_osv(struct importing *i, const struct json *v);
bool import_csaf(struct importing *i, const struct json *v);

#endif
