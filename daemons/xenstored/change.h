/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a request changes, as a list: the unit that is journalled, applied and
 * told to watches, all or nothing.
 */
#ifndef XENSTORED_CHANGE_H
#define XENSTORED_CHANGE_H

#include "node.h"

enum change_op {
	CHANGE_SET = 1,	    /* path, value, acl; a special name has only an acl */
	CHANGE_REMOVE,	    /* path */
	CHANGE_DOMAIN,	    /* a domid, b gfn, c remote port, d requests done so far */
	CHANGE_DOMAIN_GONE, /* a domid */
	CHANGE_SHUTDOWN,    /* a domid, c 1 shut down, 0 resumed */
	CHANGE_TARGET,	    /* a domid, c target */
	CHANGE_WATCH,	    /* a domid, c 1 if given relative; path canonical, value token */
	CHANGE_UNWATCH,	    /* a domid, path, value token */
	CHANGE_UNWATCH_ALL, /* a domid */
	CHANGE_GENERATION,  /* b the counter; opens a rewritten journal */
	CHANGE_NR,
};

/* Which watches to tell: none, those on the node and below it, also those above. */
enum change_fire { FIRE_NONE, FIRE_BELOW, FIRE_ALL };

struct change {
	enum change_op op;
	enum change_fire fire; /* not kept in the journal */
	uint32_t a, c;
	uint64_t b, d;
	char *path;	    /* NULL: none */
	struct blob *value; /* NULL: none */
	struct acl *acl;    /* NULL: none */
};

struct changeset {
	struct change *change;
	uint32_t nr, cap;
};

void changeset_init(struct changeset *cs);
void changeset_free(struct changeset *cs);
/* The new, zeroed element; fields are then filled in by the caller. */
struct change *changeset_add(struct changeset *cs, enum change_op op);
void changeset_set(struct changeset *cs, const char *path, struct blob *value, struct acl *acl,
		   enum change_fire fire);
void changeset_remove(struct changeset *cs, const char *path, enum change_fire fire);

/* Growing byte buffer. */
struct buffer {
	unsigned char *data;
	size_t len, cap;
};
void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_free(struct buffer *b);

void change_encode(const struct change *c, struct buffer *out);
/* Append the changes in [p, p + len) to cs: 0, or EINVAL if malformed. */
int change_decode(const unsigned char *p, size_t len, struct changeset *cs);

#endif
