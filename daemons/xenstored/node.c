/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "xalloc.h"

/*
 * Children in creation order.  A removed child leaves a hole; holes go when
 * the array is rebuilt.  index is an open-addressed hash of slot numbers + 1
 * that exists above DIR_SCAN slots; entries that lead to holes only lengthen
 * the probe until the rebuild.
 */
#define DIR_SCAN 8u

struct dir {
	uint32_t live;
	uint32_t used; /* slots in use, with holes */
	uint32_t cap;
	uint32_t mask; /* size of index - 1, 0 without index */
	uint32_t names_len;
	struct node **slot;
	uint32_t *index;
};

struct blob *blob_new(const void *data, size_t len)
{
	struct blob *blob = xmalloc(sizeof(*blob) + len);

	blob->refs = 1;
	blob->len = (uint32_t)len;
	if (len)
		memcpy(blob->data, data, len);
	return blob;
}

struct blob *blob_get(struct blob *blob)
{
	blob->refs++;
	return blob;
}

void blob_put(struct blob *blob)
{
	if (blob && --blob->refs == 0)
		free(blob);
}

static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	while (len--)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h ^ h >> 15;
}

struct node *node_new(const char *name, size_t len, struct blob *value, struct acl *acl)
{
	struct node *node = xmalloc(sizeof(*node) + len + 1);

	node->refs = 1;
	node->hash = hash_name(name, len);
	node->generation = 0;
	node->value = blob_get(value);
	node->acl = acl_get(acl);
	node->dir = NULL;
	node->name_len = (uint16_t)len;
	memcpy(node->name, name, len);
	node->name[len] = '\0';
	return node;
}

struct node *node_get(struct node *node)
{
	node->refs++;
	return node;
}

static void dir_free(struct dir *dir)
{
	uint32_t i;

	if (!dir)
		return;
	for (i = 0; i < dir->used; i++)
		node_put(dir->slot[i]);
	free(dir->slot);
	free(dir->index);
	free(dir);
}

void node_put(struct node *node)
{
	if (!node || --node->refs)
		return;
	blob_put(node->value);
	acl_put(node->acl);
	dir_free(node->dir); /* as deep as a path has components: 1536 */
	free(node);
}

static void index_insert(struct dir *dir, uint32_t slot)
{
	uint32_t i = dir->slot[slot]->hash & dir->mask;

	while (dir->index[i])
		i = (i + 1) & dir->mask;
	dir->index[i] = slot + 1;
}

/* Squeeze holes out, make room for more, build the index anew. */
static void dir_rebuild(struct dir *dir)
{
	uint32_t i, n = 0, size;

	for (i = 0; i < dir->used; i++)
		if (dir->slot[i])
			dir->slot[n++] = dir->slot[i];
	dir->used = n;
	dir->cap = n < 4 ? 4 : n * 2;
	dir->slot = xrealloc(dir->slot, dir->cap * sizeof(struct node *));
	free(dir->index);
	dir->index = NULL;
	dir->mask = 0;
	if (dir->cap <= DIR_SCAN)
		return;
	for (size = 16; size < dir->cap * 2; size *= 2)
		;
	dir->index = xcalloc(size, sizeof(*dir->index));
	dir->mask = size - 1;
	for (i = 0; i < n; i++)
		index_insert(dir, i);
}

static struct dir *dir_copy(const struct dir *old)
{
	struct dir *dir;
	uint32_t i;

	if (!old)
		return NULL;
	dir = xmemdup(old, sizeof(*old));
	dir->slot = xmalloc(dir->cap * sizeof(struct node *));
	memcpy(dir->slot, old->slot, dir->used * sizeof(struct node *));
	for (i = 0; i < dir->used; i++)
		if (dir->slot[i])
			node_get(dir->slot[i]);
	if (dir->index)
		dir->index = xmemdup(old->index, (dir->mask + 1) * sizeof(*dir->index));
	return dir;
}

struct node *node_own(struct node **link)
{
	struct node *old = *link, *node;

	if (old->refs == 1)
		return old;
	node = node_new(old->name, old->name_len, old->value, old->acl);
	node->generation = old->generation;
	node->dir = dir_copy(old->dir);
	old->refs--;
	*link = node;
	return node;
}

struct node **node_child(struct node *parent, const char *name, size_t len)
{
	struct dir *dir = parent->dir;
	uint32_t hash, i, s;
	struct node *n;

	if (!dir)
		return NULL;
	hash = hash_name(name, len);
	if (!dir->index) {
		for (s = 0; s < dir->used; s++) {
			n = dir->slot[s];
			if (n && n->hash == hash && n->name_len == len &&
			    !memcmp(n->name, name, len))
				return &dir->slot[s];
		}
		return NULL;
	}
	for (i = hash & dir->mask; dir->index[i]; i = (i + 1) & dir->mask) {
		n = dir->slot[dir->index[i] - 1];
		if (n && n->hash == hash && n->name_len == len && !memcmp(n->name, name, len))
			return &dir->slot[dir->index[i] - 1];
	}
	return NULL;
}

void node_add_child(struct node *parent, struct node *child)
{
	struct dir *dir = parent->dir;

	if (!dir)
		dir = parent->dir = xcalloc(1, sizeof(*dir));
	if (dir->used == dir->cap)
		dir_rebuild(dir);
	dir->slot[dir->used] = child;
	if (dir->index)
		index_insert(dir, dir->used);
	dir->used++;
	dir->live++;
	dir->names_len += child->name_len + 1u;
}

void node_remove_child(struct node *parent, struct node **slot)
{
	struct dir *dir = parent->dir;
	struct node *child = *slot;

	*slot = NULL;
	dir->live--;
	dir->names_len -= child->name_len + 1u;
	node_put(child);
	if (!dir->live) {
		dir_free(dir);
		parent->dir = NULL;
	} else if (dir->used > 2 * dir->live + DIR_SCAN) {
		dir_rebuild(dir);
	}
}

struct node *node_next_child(const struct node *parent, uint32_t *pos)
{
	const struct dir *dir = parent->dir;

	while (dir && *pos < dir->used) {
		struct node *child = dir->slot[(*pos)++];

		if (child)
			return child;
	}
	return NULL;
}

uint32_t node_nr_children(const struct node *node)
{
	return node->dir ? node->dir->live : 0;
}

uint32_t node_children_len(const struct node *node)
{
	return node->dir ? node->dir->names_len : 0;
}

size_t node_size(size_t value_len, uint32_t nr_perms, size_t children_len)
{
	/* Xen's record: a header of 24 bytes, 8 for a permission. */
	return 24 + nr_perms * 8u + value_len + children_len;
}
