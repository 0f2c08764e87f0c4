/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The live patches that there are: those that the hypervisor has, asked anew for each
 * call, joined by name with those that the store has.
 */
#ifndef NACRED_PATCH_H
#define NACRED_PATCH_H

#include "ctrl/livepatch.h"
#include "nacred.h"
#include "patch_store.h"

#define PATCH_ID_HEX (2 * CTRL_BUILD_ID_MAX + 1)

struct patch {
	char name[PATCH_NAME_BYTES];
	bool loaded; /* the hypervisor has it: state, rc, perhaps info */
	uint32_t state;
	int32_t rc;
	bool has_info; /* false on Xen, which does not tell */
	struct ctrl_livepatch_info info;
	struct patch_file *file; /* of the store; NULL: none, or another payload of that name */
	char id[PATCH_ID_HEX];	 /* build-id, "": not known */
	struct json *meta;	 /* [[key, value]] */
};

struct patch_set {
	struct patch *patch; /* loaded ones in the order of upload, then the others */
	unsigned int nr;
	unsigned int *applied, nr_applied; /* indices, oldest first */
	char hypervisor[PATCH_ID_HEX];
};

/* 0, or -1 and @e. patch_set_free() in any case. */
int patch_set_read(struct nacred *n, struct patch_set *set, struct rpc_error *e);
void patch_set_free(struct patch_set *set);
struct patch *patch_set_find(const struct patch_set *set, const char *name);
bool patch_is_applied(const struct patch *p);
/* Hexadecimal build-id that it lies on; NULL: not known. */
const char *patch_depends(const struct patch *p);
/* The payload that was applied last; NULL: none. */
struct patch *patch_set_top(const struct patch_set *set);
/* Names of the applied ones, oldest first. */
struct json *patch_set_applied(const struct patch_set *set);
/* What a revision is of: applied, payloads and their states, policy. */
struct json *patch_set_state(struct nacred *n, const struct patch_set *set);
/* For patch.list; of a payload for an undisclosed advisory not more than its state and its
 * neutral name unless @trusted. */
struct json *patch_describe(struct nacred *n, const struct patch_set *set, const struct patch *p,
			    bool trusted);

/*
 * The name of @p before those who may not know of undisclosed advisories, in events and
 * in the log: its own, or the neutral name of the record that it is for.  Static, good
 * for the next call but three.
 */
const char *patch_shown(struct nacred *n, const struct patch *p);
/* The same for a payload that is in no set yet; @meta as in struct patch. */
const char *patch_shown_as(struct nacred *n, const char *name, const struct json *meta);

/* [[key, value]] as it lies in the payload: "key=value\0"; malloc'd, *@len bytes. NULL: no
 * memory. */
char *patch_meta_text(const struct json *meta, size_t *len);

/* advisories_public_name(), which tests replace; NULL: nothing is undisclosed. */
typedef const char *patch_public_name_fn(struct nacred *n, const char *name, const char *metadata,
					 size_t len);
extern patch_public_name_fn *patch_public_name;

#endif
