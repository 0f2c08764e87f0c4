/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Transactions: a snapshot of the tree (one more reference to its root), the
 * generations of all nodes that were looked at, and at the end the changes
 * once more on the committed tree, if none of those nodes has changed there.
 */
#ifndef XENSTORED_TRANSACTION_H
#define XENSTORED_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "change.h"
#include "tree.h"

struct conn;
struct server;

struct access;
struct usage;

struct transaction {
	struct transaction *next;
	struct server *srv;
	uint32_t id;
	bool limited; /* of a domain with quotas */
	bool doomed;  /* its first part was lost in a restart: it ends with EAGAIN */
	struct tree tree;
	uint64_t generation;
	struct access **bucket;
	uint32_t nr_buckets, nr;
	struct access *first, **last;
	struct access *first_modified, **last_modified;
	struct usage *usage; /* nodes created less removed, by owner */
	uint32_t nr_usage;
};

struct transaction *transaction_find(const struct conn *c, uint32_t id);
/* Start; its id goes to the connection's ledger. */
struct transaction *transaction_new(struct conn *c, uint32_t id);
void transaction_free(struct conn *c, struct transaction *tx);
void transaction_free_all(struct conn *c);
/* Make doomed ones of those that the ledger remembers. */
void transaction_restore(struct conn *c);

/* A node is looked at (NULL: does not exist): 0, or ENOSPC for too many nodes. */
int transaction_touch(struct transaction *tx, const char *path, const struct node *node);
/* Apply in the snapshot: 0 or errno. */
int transaction_apply(struct transaction *tx, struct changeset *cs);
/* Nodes that an owner has more (or less) than in the committed tree. */
int transaction_usage(const struct transaction *tx, uint32_t owner);

/* 0 and the changes to commit, EAGAIN, or ENOSPC if a quota is exceeded by now. */
int transaction_finish(struct transaction *tx, struct changeset *cs);

#endif
