/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "quota.h"
#include "request.h"
#include "server.h"
#include "transaction.h"

static const struct tree *view(struct conn *c, const struct request *rq)
{
	return rq->tx ? &rq->tx->tree : &c->srv->db.tree;
}

static int get_path(struct conn *c, struct request *rq, const char *name, bool special)
{
	if (!name)
		return EINVAL;
	return path_canonical(name, c->domid, conn_privileged(c), special, rq->path, NULL);
}

/*
 * The node at rq->path, if the connection has all permissions of need there.
 * Who may not even see the parent is told EACCES, not whether the node exists.
 */
static int lookup(struct conn *c, struct request *rq, uint32_t need, struct node **out)
{
	const struct tree *tree = view(c, rq);
	struct node *node = tree_find(tree, rq->path);
	const struct acl *acl;

	*out = NULL;
	if (rq->tx && transaction_touch(rq->tx, rq->path, node))
		return ENOSPC;
	if (node && (acl_perms(node->acl, c->domid, c->target) & need) == need) {
		*out = node;
		return 0;
	}
	if (node)
		return EACCES;
	acl = tree_nearest(tree, rq->path)->acl;
	need &= PERM_READ | PERM_WRITE;
	return (acl_perms(acl, c->domid, c->target) & need) == need ? ENOENT : EACCES;
}

int request_read(struct conn *c, struct request *rq)
{
	struct node *node;
	int rc = get_path(c, rq, request_only_string(rq), false);

	if (!rc)
		rc = lookup(c, rq, PERM_READ, &node);
	if (!rc)
		request_reply(rq, node->value->data, node->value->len);
	return rc;
}

int request_directory(struct conn *c, struct request *rq)
{
	struct node *node, *child;
	uint32_t pos = 0, used = 0;
	int rc = get_path(c, rq, request_only_string(rq), false);

	if (!rc)
		rc = lookup(c, rq, PERM_READ, &node);
	if (rc)
		return rc;
	if (node_children_len(node) > XENSTORE_PAYLOAD_MAX)
		return E2BIG;
	while ((child = node_next_child(node, &pos)) != NULL) {
		memcpy(rq->reply + used, child->name, child->name_len + 1u);
		used += child->name_len + 1u;
	}
	rq->reply_len = used;
	return 0;
}

/* Reply: generation, then names from a byte offset on, one empty name after the last. */
int request_directory_part(struct conn *c, struct request *rq)
{
	struct node *node, *child;
	uint32_t pos = 0, used, at = 0;
	uint64_t offset;
	bool all = true;
	int rc = get_path(c, rq, request_string(rq, 0), false);

	if (!rc)
		rc = request_number(rq, 1, UINT32_MAX, &offset);
	if (!rc)
		rc = lookup(c, rq, PERM_READ, &node);
	if (rc)
		return rc;
	used = (uint32_t)snprintf(rq->reply, sizeof(rq->reply), "%" PRIu64, node->generation) + 1;
	while ((child = node_next_child(node, &pos)) != NULL) {
		uint32_t len = child->name_len + 1u, skip = 0;

		if (at + len <= offset) {
			at += len;
			continue;
		}
		if (offset > at)
			skip = (uint32_t)offset - at;
		at += len;
		if (used + len - skip >= sizeof(rq->reply)) {
			all = false;
			break;
		}
		memcpy(rq->reply + used, child->name + skip, len - skip);
		used += len - skip;
	}
	if (all)
		rq->reply[used++] = '\0';
	rq->reply_len = used;
	return 0;
}

int request_get_perms(struct conn *c, struct request *rq)
{
	struct node *node;
	int n, rc = get_path(c, rq, request_only_string(rq), false);

	if (!rc)
		rc = lookup(c, rq, PERM_READ, &node);
	if (rc)
		return rc;
	n = acl_format(node->acl, rq->reply, sizeof(rq->reply));
	if (n < 0)
		return E2BIG;
	rq->reply_len = (uint32_t)n;
	return 0;
}

/* May the connection own so many more nodes? */
static int check_quota(struct conn *c, struct request *rq, uint32_t more)
{
	int64_t owned;

	if (conn_privileged(c))
		return 0;
	owned = c->srv->db.nodes[c->domid];
	if (rq->tx)
		owned += transaction_usage(rq->tx, c->domid);
	return owned + more > QUOTA_NODES ? ENOSPC : 0;
}

static int check_size(const struct conn *c, size_t size)
{
	return !conn_privileged(c) && size >= QUOTA_NODE_SIZE ? ENOSPC : 0;
}

/* Changes for the missing nodes on the way to rq->path; *name_len: of the first. */
static uint32_t add_missing(const struct tree *tree, const char *whole, struct blob *value,
			    struct acl *acl, struct changeset *cs, size_t *name_len)
{
	struct blob *empty = blob_new("", 0);
	size_t i, len = strlen(whole);
	char path[PATH_SIZE];

	for (i = 1; i <= len; i++) {
		if (whole[i] != '/' && whole[i] != '\0')
			continue;
		memcpy(path, whole, i);
		path[i] = '\0';
		if (!cs->nr && tree_find(tree, path))
			continue;
		if (!cs->nr)
			*name_len = strlen(strrchr(path, '/') + 1) + 1;
		changeset_set(cs, path, i == len ? value : empty, acl,
			      i == len ? FIRE_ALL : FIRE_NONE);
	}
	blob_put(empty);
	return cs->nr;
}

/* Changes that create rq->path and the parents it lacks. */
static int create(struct conn *c, struct request *rq, struct blob *value, struct changeset *cs)
{
	const struct tree *tree = view(c, rq);
	const struct node *near = tree_nearest(tree, rq->path);
	struct acl *acl =
		conn_privileged(c) ? acl_get(near->acl) : acl_with_owner(near->acl, c->domid);
	size_t name_len = 0;
	uint32_t nr = add_missing(tree, rq->path, value, acl, cs, &name_len);
	int rc = check_quota(c, rq, nr);

	/* The parent's list of children grows. */
	if (!rc)
		rc = check_size(c, node_size(near->value->len, near->acl->nr,
					     node_children_len(near) + name_len));
	if (!rc)
		rc = check_size(c, node_size(value->len, acl->nr, 0));
	acl_put(acl);
	return rc;
}

int request_write(struct conn *c, struct request *rq)
{
	const char *name = request_string(rq, 0);
	struct changeset cs;
	struct blob *value;
	struct node *node;
	int rc = get_path(c, rq, name, false);

	if (!rc)
		rc = lookup(c, rq, PERM_WRITE, &node);
	if (rc && rc != ENOENT)
		return rc;
	value = blob_new(name + strlen(name) + 1, rq->msg.len - strlen(name) - 1);
	changeset_init(&cs);
	if (rc) {
		rc = create(c, rq, value, &cs);
	} else {
		rc = check_size(c, node_size(value->len, node->acl->nr, node_children_len(node)));
		changeset_set(&cs, rq->path, value, node->acl, FIRE_ALL);
	}
	if (!rc)
		rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	blob_put(value);
	return rc;
}

int request_mkdir(struct conn *c, struct request *rq)
{
	struct changeset cs;
	struct blob *empty;
	struct node *node;
	int rc = get_path(c, rq, request_only_string(rq), false);

	if (!rc)
		rc = lookup(c, rq, PERM_WRITE, &node);
	if (rc != ENOENT)
		return rc; /* an error, or there already */
	empty = blob_new("", 0);
	changeset_init(&cs);
	rc = create(c, rq, empty, &cs);
	if (!rc)
		rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	blob_put(empty);
	return rc;
}

int request_rm(struct conn *c, struct request *rq)
{
	struct changeset cs;
	struct node *node;
	char parent[PATH_SIZE];
	int rc = get_path(c, rq, request_only_string(rq), false);

	if (!rc)
		rc = lookup(c, rq, PERM_WRITE, &node);
	if (rc == ENOENT) /* no error as long as the parent is there */
		return path_parent(rq->path, parent) && tree_find(view(c, rq), parent) ? 0 : ENOENT;
	if (rc)
		return rc;
	if (!strcmp(rq->path, "/"))
		return EINVAL;
	changeset_init(&cs);
	changeset_remove(&cs, rq->path, FIRE_ALL);
	rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	return rc;
}

/* The permissions of the two special watches; only domain 0 hands them out. */
static int set_special(struct conn *c, struct request *rq, struct acl *acl)
{
	struct blob *empty;
	struct changeset cs;
	int rc;

	if (!conn_privileged(c))
		return EACCES;
	if (rq->tx)
		return EINVAL;
	if (db_special(rq->path) < 0)
		return EINVAL;
	empty = blob_new("", 0);
	changeset_init(&cs);
	changeset_set(&cs, rq->path, empty, acl, FIRE_NONE);
	rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	blob_put(empty);
	return rc;
}

static int set_node(struct conn *c, struct request *rq, struct acl *acl)
{
	struct changeset cs;
	struct node *node;
	int rc = lookup(c, rq, PERM_WRITE | PERM_OWNER, &node);

	if (rc)
		return rc;
	if (!conn_privileged(c) && acl_owner(acl) != acl_owner(node->acl))
		return EPERM;
	if (!conn_privileged(c) && acl->nr > QUOTA_PERMS)
		return ENOSPC;
	rc = check_size(c, node_size(node->value->len, acl->nr, node_children_len(node)));
	if (rc)
		return rc;
	changeset_init(&cs);
	changeset_set(&cs, rq->path, node->value, acl, FIRE_ALL);
	rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	return rc;
}

int request_set_perms(struct conn *c, struct request *rq)
{
	const char *name = request_string(rq, 0);
	struct acl *acl;
	size_t skip;
	int rc = get_path(c, rq, name, true);

	if (rc)
		return rc;
	skip = strlen(name) + 1;
	acl = acl_parse(name + skip, rq->msg.len - skip);
	if (!acl)
		return EINVAL;
	rc = path_is_special(rq->path) ? set_special(c, rq, acl) : set_node(c, rq, acl);
	acl_put(acl);
	return rc;
}
