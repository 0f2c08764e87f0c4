/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <string.h>

#include "db.h"
#include "log.h"
#include "path.h"
#include "server.h"
#include "watch.h"

#define DUMP_BATCH 256 /* changes in one record of a rewritten journal */

static const char *const special_name[NR_SPECIAL] = {"@introduceDomain", "@releaseDomain"};

static void account(void *ctx, uint32_t owner, int delta)
{
	struct db *db = ctx;

	db->nodes[owner & 0xffff] += (uint32_t)delta;
}

void db_init(struct db *db, struct server *srv)
{
	static const struct acl_entry dom0 = {0, PERM_NONE};
	struct acl *acl = acl_new(&dom0, 1);
	struct blob *empty = blob_new("", 0);
	int i;

	memset(db, 0, sizeof(*db));
	db->srv = srv;
	db->tree.root = node_new("", 0, empty, acl);
	db->tree.generation = &db->generation;
	db->tree.account = account;
	db->tree.ctx = db;
	account(db, 0, 1);
	for (i = 0; i < NR_SPECIAL; i++)
		db->special[i] = acl_get(acl);
	acl_put(acl);
	blob_put(empty);
}

void db_free(struct db *db)
{
	int i;

	node_put(db->tree.root);
	for (i = 0; i < NR_SPECIAL; i++)
		acl_put(db->special[i]);
}

int db_make_standard_nodes(struct db *db)
{
	static const char *const path[] = {"/tool", "/tool/xenstored"};
	static const struct origin nobody;
	struct blob *empty = blob_new("", 0);
	struct changeset cs;
	size_t i;
	int rc = 0;

	changeset_init(&cs);
	for (i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		if (!tree_find(&db->tree, path[i]))
			changeset_set(&cs, path[i], empty, db->tree.root->acl, FIRE_NONE);
	if (cs.nr)
		rc = db_commit(db, &cs, &nobody);
	changeset_free(&cs);
	blob_put(empty);
	return rc;
}

int db_special(const char *path)
{
	int i;

	for (i = 0; i < NR_SPECIAL; i++)
		if (!strcmp(path, special_name[i]))
			return i;
	return -1;
}

const char *db_special_name(int special)
{
	return special_name[special];
}

static void apply_special(struct db *db, const struct change *c)
{
	int i = db_special(c->path);

	if (i < 0)
		return;
	acl_put(db->special[i]);
	db->special[i] = acl_get(c->acl);
}

void db_apply(struct db *db, struct changeset *cs, bool fire)
{
	struct change *c;
	uint32_t i;

	for (i = 0; i < cs->nr; i++) {
		c = &cs->change[i];
		if (c->op == CHANGE_SET && path_is_special(c->path)) {
			apply_special(db, c);
		} else if (c->op == CHANGE_SET) {
			if (fire && c->fire)
				watch_match_set(db->srv, c->path, c->acl, c->fire);
			if (tree_set(&db->tree, c->path, c->value, c->acl))
				log_error("tree: no parent for a node; journal damaged?");
		} else if (c->op == CHANGE_REMOVE) {
			/* Already gone with its parent: nothing more to tell. */
			if (!tree_find(&db->tree, c->path))
				continue;
			if (fire && c->fire)
				watch_match_remove(db->srv, c->path, c->fire);
			tree_remove(&db->tree, c->path);
		} else if (c->op == CHANGE_GENERATION && db->generation < c->b) {
			db->generation = c->b;
		}
	}
}

int db_commit(struct db *db, struct changeset *cs, const struct origin *origin)
{
	int rc = journal_append(&db->journal, cs, origin);

	if (!rc)
		db_apply(db, cs, true);
	return rc;
}

struct forget {
	struct changeset *cs;
	uint32_t domid;
};

static int forget_node(void *ctx, const char *path, struct node *node)
{
	struct forget *f = ctx;
	struct acl *acl;

	if (acl_owner(node->acl) == f->domid && path[1] != '\0') {
		changeset_remove(f->cs, path, FIRE_ALL);
		return TREE_SKIP;
	}
	acl = acl_without(node->acl, f->domid);
	if (acl) {
		changeset_set(f->cs, path, node->value, acl, FIRE_NONE);
		acl_put(acl);
	}
	return 0;
}

void db_forget_domain(struct db *db, uint32_t domid, struct changeset *cs)
{
	struct forget f = {cs, domid};

	if (domid)
		tree_walk(db->tree.root, "/", forget_node, &f);
}

struct dump {
	struct journal *to;
	struct changeset cs;
};

static void dump_flush(struct dump *d)
{
	if (d->cs.nr)
		journal_put(d->to, &d->cs);
	changeset_free(&d->cs);
}

static int dump_node(void *ctx, const char *path, struct node *node)
{
	struct dump *d = ctx;

	changeset_set(&d->cs, path, node->value, node->acl, FIRE_NONE);
	if (d->cs.nr >= DUMP_BATCH)
		dump_flush(d);
	return 0;
}

void db_dump(struct db *db, struct journal *to)
{
	struct dump d = {.to = to};
	struct blob *empty = blob_new("", 0);
	int i;

	tree_walk(db->tree.root, "/", dump_node, &d);
	for (i = 0; i < NR_SPECIAL; i++)
		changeset_set(&d.cs, special_name[i], empty, db->special[i], FIRE_NONE);
	changeset_add(&d.cs, CHANGE_GENERATION)->b = db->generation;
	dump_flush(&d);
	blob_put(empty);
}

struct count {
	uint64_t nodes;
	bool ok;
};

static int count_node(void *ctx, const char *path, struct node *node)
{
	struct count *n = ctx;
	struct node *child;
	uint32_t pos = 0, children = 0, len = 0;

	n->nodes++;
	while ((child = node_next_child(node, &pos)) != NULL) {
		children++;
		len += child->name_len + 1u;
		if (node_child(node, child->name, child->name_len) == NULL)
			n->ok = false;
	}
	if (children != node_nr_children(node) || len != node_children_len(node) ||
	    node->refs < 1 || node->acl->nr < 1)
		n->ok = false;
	return 0;
}

bool db_check(struct db *db)
{
	struct count n = {0, true};
	uint64_t owned = 0;
	uint32_t i;

	tree_walk(db->tree.root, "/", count_node, &n);
	for (i = 0; i < sizeof(db->nodes) / sizeof(db->nodes[0]); i++)
		owned += db->nodes[i];
	return n.ok && owned == n.nodes;
}
