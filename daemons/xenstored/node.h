/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Nodes of a persistent (copy-on-write) tree.
 *
 * A node is shared by as many trees as hold a reference: a transaction's
 * snapshot is one more reference to the root.  Whoever changes a node must
 * own it: it and all above it have one reference.  node_own() makes it so,
 * by copying where it is shared; a tree without snapshots changes in place.
 */
#ifndef XENSTORED_NODE_H
#define XENSTORED_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "acl.h"

struct blob {
	uint32_t refs;
	uint32_t len;
	unsigned char data[];
};

struct dir;

struct node {
	uint32_t refs;
	uint32_t hash;	     /* of name */
	uint64_t generation; /* of value, permissions, set of children */
	struct blob *value;
	struct acl *acl;
	struct dir *dir; /* NULL: no children */
	uint16_t name_len;
	char name[]; /* last component, NUL-terminated */
};

struct blob *blob_new(const void *data, size_t len);
struct blob *blob_get(struct blob *blob);
void blob_put(struct blob *blob);

/* Takes new references to value and acl. */
struct node *node_new(const char *name, size_t len, struct blob *value, struct acl *acl);
struct node *node_get(struct node *node);
void node_put(struct node *node);
/* *link becomes a node with one reference.  The holder of link must be owned. */
struct node *node_own(struct node **link);

/* The slot that holds a child, or NULL.  Valid until the children change. */
struct node **node_child(struct node *parent, const char *name, size_t len);
/* parent must be owned; the reference to child moves into it. */
void node_add_child(struct node *parent, struct node *child);
void node_remove_child(struct node *parent, struct node **slot);
/* Children in the order of their creation; start with *pos = 0, NULL at the end. */
struct node *node_next_child(const struct node *parent, uint32_t *pos);
uint32_t node_nr_children(const struct node *node);
/* Length of all names of children, each with its NUL. */
uint32_t node_children_len(const struct node *node);
/* What QUOTA_NODE_SIZE limits, given another value, permissions or one more child. */
size_t node_size(size_t value_len, uint32_t nr_perms, size_t children_len);

#endif
