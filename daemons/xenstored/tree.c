/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <string.h>

#include "path.h"
#include "tree.h"

/* The next component of *p (which starts with '/'); its length, 0 at the end. */
static size_t component(const char **p, const char **name)
{
	const char *s = *p;
	size_t len;

	if (*s != '/' || s[1] == '\0')
		return 0;
	s++;
	len = strcspn(s, "/");
	*name = s;
	*p = s + len;
	return len;
}

struct node *tree_find(const struct tree *tree, const char *path)
{
	struct node *node = tree->root, **slot;
	const char *name;
	size_t len;

	while ((len = component(&path, &name)) != 0) {
		slot = node_child(node, name, len);
		if (!slot)
			return NULL;
		node = *slot;
	}
	return node;
}

struct node *tree_nearest(const struct tree *tree, const char *path)
{
	struct node *node = tree->root, **slot;
	const char *name;
	size_t len;

	while ((len = component(&path, &name)) != 0) {
		slot = node_child(node, name, len);
		if (!slot)
			break;
		node = *slot;
	}
	return node;
}

/*
 * Own everything down to the parent of path's last component.  NULL if that
 * parent does not exist; *last is the component.
 */
static struct node *own_parent(struct tree *tree, const char *path, const char **last,
			       size_t *last_len)
{
	struct node *node = node_own(&tree->root), **slot;
	const char *name = path, *next;
	size_t len = component(&path, &name), next_len;

	while ((next_len = component(&path, &next)) != 0) {
		slot = node_child(node, name, len);
		if (!slot)
			return NULL;
		node = node_own(slot);
		name = next;
		len = next_len;
	}
	*last = name;
	*last_len = len;
	return node;
}

static void replace(struct tree *tree, struct node *node, struct blob *value, struct acl *acl)
{
	struct blob *old_value = node->value;
	struct acl *old_acl = node->acl;

	tree->account(tree->ctx, acl_owner(old_acl), -1);
	tree->account(tree->ctx, acl_owner(acl), 1);
	node->value = blob_get(value);
	node->acl = acl_get(acl);
	blob_put(old_value);
	acl_put(old_acl);
	node->generation = ++*tree->generation;
}

int tree_set(struct tree *tree, const char *path, struct blob *value, struct acl *acl)
{
	struct node *parent, *node, **slot;
	const char *name;
	size_t len;

	if (!strcmp(path, "/")) {
		replace(tree, node_own(&tree->root), value, acl);
		return 0;
	}
	parent = own_parent(tree, path, &name, &len);
	if (!parent)
		return ENOENT;
	slot = node_child(parent, name, len);
	if (slot) {
		replace(tree, node_own(slot), value, acl);
		return 0;
	}
	node = node_new(name, len, value, acl);
	node->generation = ++*tree->generation;
	node_add_child(parent, node);
	parent->generation = ++*tree->generation;
	tree->account(tree->ctx, acl_owner(acl), 1);
	return 0;
}

static int uncount(void *ctx, const char *path, struct node *node)
{
	struct tree *tree = ctx;

	tree->account(tree->ctx, acl_owner(node->acl), -1);
	return 0;
}

int tree_remove(struct tree *tree, const char *path)
{
	struct node *parent, **slot;
	const char *name;
	size_t len;

	if (!strcmp(path, "/"))
		return EINVAL;
	if (!tree_find(tree, path))
		return ENOENT;
	parent = own_parent(tree, path, &name, &len);
	slot = node_child(parent, name, len);
	tree_walk(*slot, path, uncount, tree);
	node_remove_child(parent, slot);
	parent->generation = ++*tree->generation;
	return 0;
}

static int walk(struct node *node, char *path, size_t len, tree_visit_fn visit, void *ctx)
{
	size_t start = len == 1 ? 0 : len; /* "/" has no separator to add */
	struct node *child;
	uint32_t pos = 0;
	int rc = visit(ctx, path, node);

	if (rc == TREE_SKIP)
		return 0;
	while (!rc && (child = node_next_child(node, &pos)) != NULL) {
		if (start + 1 + child->name_len > XENSTORE_ABS_PATH_MAX)
			continue; /* no request can have made it */
		path[start] = '/';
		memcpy(path + start + 1, child->name, child->name_len + 1u);
		rc = walk(child, path, start + 1 + child->name_len, visit, ctx);
		path[start ? start : 1] = '\0';
	}
	return rc;
}

int tree_walk(struct node *node, const char *path, tree_visit_fn visit, void *ctx)
{
	char buf[PATH_SIZE];
	size_t len = strlen(path);

	memcpy(buf, path, len + 1);
	return walk(node, buf, len, visit, ctx);
}
