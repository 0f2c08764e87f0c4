/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "quota.h"
#include "path.h"
#include "server.h"
#include "transaction.h"
#include "xalloc.h"

struct access {
	struct access *next;	      /* in the order of first use */
	struct access *next_modified; /* in the order of first change: parents before children */
	struct access *next_same;     /* in the chain */
	uint32_t hash;
	bool modified;
	enum change_fire fire;
	uint64_t generation; /* in the snapshot; 0: did not exist */
	char path[];
};

struct usage {
	uint32_t owner;
	int delta;
};

static void account(void *ctx, uint32_t owner, int delta)
{
	struct transaction *tx = ctx;
	uint32_t i;

	for (i = 0; i < tx->nr_usage; i++)
		if (tx->usage[i].owner == owner)
			break;
	if (i == tx->nr_usage) {
		tx->usage = xrealloc(tx->usage, (i + 1) * sizeof(*tx->usage));
		tx->usage[i].owner = owner;
		tx->usage[i].delta = 0;
		tx->nr_usage++;
	}
	tx->usage[i].delta += delta;
}

int transaction_usage(const struct transaction *tx, uint32_t owner)
{
	uint32_t i;

	for (i = 0; i < tx->nr_usage; i++)
		if (tx->usage[i].owner == owner)
			return tx->usage[i].delta;
	return 0;
}

struct transaction *transaction_find(const struct conn *c, uint32_t id)
{
	struct transaction *tx;

	for (tx = c->transactions; tx; tx = tx->next)
		if (tx->id == id)
			return tx;
	return NULL;
}

static struct transaction *make(struct conn *c, uint32_t id)
{
	struct transaction *tx = xcalloc(1, sizeof(*tx));
	struct db *db = &c->srv->db;

	tx->srv = c->srv;
	tx->id = id;
	tx->limited = !conn_privileged(c);
	tx->tree.root = node_get(db->tree.root);
	tx->generation = db->generation;
	tx->tree.generation = &tx->generation;
	tx->tree.account = account;
	tx->tree.ctx = tx;
	tx->last = &tx->first;
	tx->last_modified = &tx->first_modified;
	tx->next = c->transactions;
	c->transactions = tx;
	c->nr_transactions++;
	return tx;
}

struct transaction *transaction_new(struct conn *c, uint32_t id)
{
	if (c->domain && c->h.nr_tx < QUOTA_TRANSACTIONS)
		c->h.tx[c->h.nr_tx++] = id;
	return make(c, id);
}

void transaction_restore(struct conn *c)
{
	uint32_t i;

	for (i = 0; i < c->h.nr_tx; i++)
		make(c, c->h.tx[i])->doomed = true;
}

static void destroy(struct transaction *tx)
{
	struct access *a, *next;

	for (a = tx->first; a; a = next) {
		next = a->next;
		free(a);
	}
	node_put(tx->tree.root);
	free(tx->bucket);
	free(tx->usage);
	free(tx);
}

void transaction_free(struct conn *c, struct transaction *tx)
{
	struct transaction **p;
	uint32_t i;

	for (p = &c->transactions; *p != tx; p = &(*p)->next)
		;
	*p = tx->next;
	c->nr_transactions--;
	for (i = 0; i < c->h.nr_tx; i++)
		if (c->h.tx[i] == tx->id) {
			c->h.tx[i] = c->h.tx[--c->h.nr_tx];
			break;
		}
	destroy(tx);
}

void transaction_free_all(struct conn *c)
{
	while (c->transactions)
		transaction_free(c, c->transactions);
}

static uint32_t hash_path(const char *path)
{
	uint32_t h = 2166136261u;

	while (*path)
		h = (h ^ (unsigned char)*path++) * 16777619u;
	return h ^ h >> 15;
}

static struct access *find(const struct transaction *tx, const char *path, uint32_t hash)
{
	struct access *a;

	if (!tx->nr_buckets)
		return NULL;
	for (a = tx->bucket[hash & (tx->nr_buckets - 1)]; a; a = a->next_same)
		if (a->hash == hash && !strcmp(a->path, path))
			return a;
	return NULL;
}

static void grow(struct transaction *tx)
{
	uint32_t size = tx->nr_buckets ? tx->nr_buckets * 2 : 16;
	struct access *a;

	free(tx->bucket);
	tx->bucket = xcalloc(size, sizeof(struct access *));
	tx->nr_buckets = size;
	for (a = tx->first; a; a = a->next) {
		a->next_same = tx->bucket[a->hash & (size - 1)];
		tx->bucket[a->hash & (size - 1)] = a;
	}
}

static struct access *touch(struct transaction *tx, const char *path, const struct node *node)
{
	uint32_t hash = hash_path(path);
	struct access *a = find(tx, path, hash);
	size_t len;

	if (a)
		return a;
	if (tx->limited && tx->nr >= QUOTA_TRANSACTION_NODES)
		return NULL;
	len = strlen(path) + 1;
	a = xcalloc(1, sizeof(*a) + len);
	memcpy(a->path, path, len);
	a->hash = hash;
	a->generation = node ? node->generation : 0;
	if (tx->nr >= tx->nr_buckets)
		grow(tx);
	a->next_same = tx->bucket[hash & (tx->nr_buckets - 1)];
	tx->bucket[hash & (tx->nr_buckets - 1)] = a;
	*tx->last = a;
	tx->last = &a->next;
	tx->nr++;
	return a;
}

int transaction_touch(struct transaction *tx, const char *path, const struct node *node)
{
	return touch(tx, path, node) ? 0 : ENOSPC;
}

static int touch_modified(struct transaction *tx, const char *path, const struct node *node,
			  enum change_fire fire)
{
	struct access *a = touch(tx, path, node);

	if (!a)
		return ENOSPC;
	if (!a->modified) {
		a->modified = true;
		*tx->last_modified = a;
		tx->last_modified = &a->next_modified;
	}
	if (a->fire < fire)
		a->fire = fire;
	return 0;
}

/* What goes with its parent is news only to watches that were set on it. */
static int touch_removed(void *ctx, const char *path, struct node *node)
{
	return touch_modified(ctx, path, node, FIRE_BELOW);
}

/* A node that comes or goes changes its parent's set of children. */
static int touch_parent(struct transaction *tx, const char *path)
{
	char parent[PATH_SIZE];

	if (!path_parent(path, parent))
		return 0;
	return transaction_touch(tx, parent, tree_find(&tx->tree, parent));
}

int transaction_apply(struct transaction *tx, struct changeset *cs)
{
	struct node *node;
	struct change *c;
	uint32_t i;
	int rc = 0;

	for (i = 0; i < cs->nr && !rc; i++) {
		c = &cs->change[i];
		node = tree_find(&tx->tree, c->path);
		if (!node || c->op == CHANGE_REMOVE)
			rc = touch_parent(tx, c->path);
		if (rc)
			break;
		if (c->op == CHANGE_SET) {
			rc = touch_modified(tx, c->path, node, c->fire);
			if (!rc)
				rc = tree_set(&tx->tree, c->path, c->value, c->acl);
		} else {
			rc = touch_modified(tx, c->path, node, c->fire);
			if (!rc)
				rc = tree_walk(node, c->path, touch_removed, tx);
			if (!rc)
				rc = tree_remove(&tx->tree, c->path);
		}
	}
	return rc;
}

/* What became of one node, as a change of the committed tree. */
static void describe(struct transaction *tx, const struct access *a, struct changeset *cs)
{
	struct node *node = tree_find(&tx->tree, a->path);
	char parent[PATH_SIZE];

	if (node)
		changeset_set(cs, a->path, node->value, node->acl, a->fire);
	else if (a->generation && path_parent(a->path, parent) && tree_find(&tx->tree, parent))
		changeset_remove(cs, a->path, a->fire); /* else it goes with its parent */
}

int transaction_finish(struct transaction *tx, struct changeset *cs)
{
	struct db *db = &tx->srv->db;
	const struct access *a;
	const struct node *node;
	uint32_t i;

	if (tx->doomed)
		return EAGAIN;
	for (a = tx->first; a; a = a->next) {
		node = tree_find(&db->tree, a->path);
		if ((node ? node->generation : 0) != a->generation)
			return EAGAIN;
	}
	for (i = 0; i < tx->nr_usage; i++)
		if (tx->limited && tx->usage[i].owner && tx->usage[i].delta > 0 &&
		    db->nodes[tx->usage[i].owner & 0xffff] + (uint32_t)tx->usage[i].delta >
			    QUOTA_NODES)
			return ENOSPC;
	for (a = tx->first_modified; a; a = a->next_modified)
		describe(tx, a, cs);
	return 0;
}
