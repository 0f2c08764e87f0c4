/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The tree by path names.  A tree is a pointer to its root node; functions
 * that change take the address of that pointer and leave snapshots alone.
 */
#ifndef XENSTORED_TREE_H
#define XENSTORED_TREE_H

#include "node.h"

/* Called for each node that appears (+1), goes or changes owner (-1, +1). */
typedef void (*tree_account_fn)(void *ctx, uint32_t owner, int delta);

struct tree {
	struct node *root;
	uint64_t *generation; /* counter that every change takes a number from */
	tree_account_fn account;
	void *ctx;
};

struct node *tree_find(const struct tree *tree, const char *path);
/* The deepest existing node on the way to path (at least the root). */
struct node *tree_nearest(const struct tree *tree, const char *path);

/*
 * Create the node or replace value and permissions.  The parent must exist:
 * 0 or ENOENT.
 */
int tree_set(struct tree *tree, const char *path, struct blob *value, struct acl *acl);
/* Remove a node and all below it; 0 or ENOENT.  The root cannot go: EINVAL. */
int tree_remove(struct tree *tree, const char *path);

/*
 * Visit a node and all below it, parents first; path is the full name.
 * A visitor that returns TREE_SKIP is not shown what is below the node; any
 * other value than 0 ends the walk with that value.
 */
#define TREE_SKIP (-1)
typedef int (*tree_visit_fn)(void *ctx, const char *path, struct node *node);
int tree_walk(struct node *node, const char *path, tree_visit_fn visit, void *ctx);

#endif
