/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * All records of a host in layers, and what of them a reader may see.  A higher
 * layer overrides a lower one, member by member.
 */
#ifndef NACRE_ADVISORY_SET_H
#define NACRE_ADVISORY_SET_H

#include "advisory.h"

enum advisory_layer {
	LAYER_INDEX,	 /* ids, titles and times only: an imported xsa.json */
	LAYER_INSTALLED, /* came with this version */
	LAYER_IMPORTED,	 /* from OSV and CSAF files */
	LAYER_LOCAL,	 /* the administrator's own */
};

struct advisory_entry {
	struct json *record;
	enum advisory_layer layer;
};

struct advisory_set {
	struct advisory_entry *entries;
	size_t nr, cap;
	struct json *problems; /* array of {file, error}: for administrators only */
};

bool advisory_set_init(struct advisory_set *rs);
void advisory_set_free(struct advisory_set *rs);

/* Takes @record, which advisory_check() has accepted; false: no memory. */
bool advisory_set_add(struct advisory_set *rs, struct json *record, enum advisory_layer layer);

/* Every NAME.json in @dir: one record, or {"format":1,"layer":"index","records":[...]}
 * where "layer" may say "index" and overrides @layer.  What cannot be used becomes a
 * problem.  0, or -errno when the directory cannot be read. */
int advisory_set_load(struct advisory_set *rs, const char *dir, enum advisory_layer layer);

/*
 * The merged records, sorted by id, as a new array; NULL: no memory.  Without
 * @privileged nothing of records whose disclosure is later than @now is in it: of
 * such an id only what came with the installation and the public index remains.
 */
struct json *advisory_set_view(const struct advisory_set *rs, int64_t now, bool privileged);

/* The first disclosure after @now, when the view without privilege changes; INT64_MAX:
 * there is none. */
int64_t advisory_set_next_disclosure(const struct advisory_set *rs, int64_t now);

/* In such a view; NULL when there is none. */
const struct json *advisory_find(const struct json *view, const char *id);
/* The only record with this CVE id, or NULL. */
const struct json *advisory_find_cve(const struct json *view, const char *cve);

#endif
