/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The committed tree with its journal and the count of nodes per owner. */
#ifndef XENSTORED_DB_H
#define XENSTORED_DB_H

#include "change.h"
#include "journal.h"
#include "tree.h"

struct server;

enum db_special { SPECIAL_INTRODUCE, SPECIAL_RELEASE, NR_SPECIAL };

struct db {
	struct server *srv;
	struct tree tree;
	uint64_t generation;
	uint32_t nodes[1u << 16]; /* by owner */
	struct acl *special[NR_SPECIAL];
	struct journal journal;
};

/* An empty tree, owned by domain 0. */
void db_init(struct db *db, struct server *srv);
void db_free(struct db *db);
/* The nodes that exist in every store (as Xen 4.17 makes them). */
int db_make_standard_nodes(struct db *db);

/*
 * Journal the changes, apply those to the tree, match watches (they are sent
 * by watch_deliver).  0 or errno, then nothing has changed.
 */
int db_commit(struct db *db, struct changeset *cs, const struct origin *origin);
/* The same without the journal: replay.  @fire: match watches. */
void db_apply(struct db *db, struct changeset *cs, bool fire);

/* SPECIAL_* of "@introduceDomain" or "@releaseDomain", else -1. */
int db_special(const char *path);
const char *db_special_name(int special);

/* Changes that remove a dead domain's nodes and its permissions elsewhere. */
void db_forget_domain(struct db *db, uint32_t domid, struct changeset *cs);
/* The whole tree as changes, for the rewritten journal. */
void db_dump(struct db *db, struct journal *to);
/* Does the tree keep its rules?  For the control command "check". */
bool db_check(struct db *db);

#endif
