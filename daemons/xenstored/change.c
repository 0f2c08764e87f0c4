/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "path.h"
#include "xalloc.h"

/* Fixed part of an encoded change, in host byte order: it never leaves the machine. */
struct wire {
	uint32_t op, a, c, path_len; /* path_len with its NUL; 0: none */
	uint64_t b, d;
	uint32_t value_len; /* ~0: none */
	uint32_t nr_perms;
};

#define NO_VALUE (~0u)

void changeset_init(struct changeset *cs)
{
	memset(cs, 0, sizeof(*cs));
}

void changeset_free(struct changeset *cs)
{
	uint32_t i;

	for (i = 0; i < cs->nr; i++) {
		free(cs->change[i].path);
		blob_put(cs->change[i].value);
		acl_put(cs->change[i].acl);
	}
	free(cs->change);
	changeset_init(cs);
}

struct change *changeset_add(struct changeset *cs, enum change_op op)
{
	struct change *c;

	if (cs->nr == cs->cap) {
		cs->cap = cs->cap ? cs->cap * 2 : 4;
		cs->change = xrealloc(cs->change, cs->cap * sizeof(*cs->change));
	}
	c = &cs->change[cs->nr++];
	memset(c, 0, sizeof(*c));
	c->op = op;
	return c;
}

void changeset_set(struct changeset *cs, const char *path, struct blob *value, struct acl *acl,
		   enum change_fire fire)
{
	struct change *c = changeset_add(cs, CHANGE_SET);

	c->path = xstrdup(path);
	c->value = blob_get(value);
	c->acl = acl_get(acl);
	c->fire = fire;
}

void changeset_remove(struct changeset *cs, const char *path, enum change_fire fire)
{
	struct change *c = changeset_add(cs, CHANGE_REMOVE);

	c->path = xstrdup(path);
	c->fire = fire;
}

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2;
		b->data = xrealloc(b->data, b->cap);
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

void change_encode(const struct change *c, struct buffer *out)
{
	struct wire w = {
		.op = c->op,
		.a = c->a,
		.b = c->b,
		.c = c->c,
		.d = c->d,
		.path_len = c->path ? (uint32_t)strlen(c->path) + 1 : 0,
		.value_len = c->value ? c->value->len : NO_VALUE,
		.nr_perms = c->acl ? c->acl->nr : 0,
	};

	buffer_add(out, &w, sizeof(w));
	if (c->path)
		buffer_add(out, c->path, w.path_len);
	if (c->value)
		buffer_add(out, c->value->data, c->value->len);
	if (c->acl)
		buffer_add(out, c->acl->entry, c->acl->nr * sizeof(c->acl->entry[0]));
}

static bool wire_ok(const struct wire *w, const unsigned char *body, size_t left)
{
	size_t value = w->value_len == NO_VALUE ? 0 : w->value_len;
	bool needs_path = w->op == CHANGE_SET || w->op == CHANGE_REMOVE || w->op == CHANGE_WATCH ||
			  w->op == CHANGE_UNWATCH;

	if (w->op == 0 || w->op >= CHANGE_NR || w->path_len > PATH_SIZE || value > left ||
	    w->nr_perms > XENSTORE_PAYLOAD_MAX)
		return false;
	if (w->path_len + value + w->nr_perms * sizeof(struct acl_entry) > left)
		return false;
	if (needs_path && !w->path_len)
		return false;
	if (w->path_len && memchr(body, 0, w->path_len) != body + w->path_len - 1)
		return false;
	if (w->op == CHANGE_SET && (w->value_len == NO_VALUE || !w->nr_perms))
		return false;
	if ((w->op == CHANGE_WATCH || w->op == CHANGE_UNWATCH) &&
	    (w->value_len == NO_VALUE || !w->value_len))
		return false;
	return true;
}

int change_decode(const unsigned char *p, size_t len, struct changeset *cs)
{
	struct change *c;
	struct wire w;

	while (len) {
		if (len < sizeof(w))
			return EINVAL;
		memcpy(&w, p, sizeof(w));
		p += sizeof(w);
		len -= sizeof(w);
		if (!wire_ok(&w, p, len))
			return EINVAL;
		c = changeset_add(cs, w.op);
		c->fire = FIRE_ALL;
		c->a = w.a;
		c->b = w.b;
		c->c = w.c;
		c->d = w.d;
		if (w.path_len)
			c->path = xmemdup(p, w.path_len);
		p += w.path_len;
		len -= w.path_len;
		if (w.value_len != NO_VALUE) {
			c->value = blob_new(p, w.value_len);
			p += w.value_len;
			len -= w.value_len;
		}
		if (w.nr_perms) {
			c->acl = acl_new((const struct acl_entry *)(const void *)p, w.nr_perms);
			p += w.nr_perms * sizeof(struct acl_entry);
			len -= w.nr_perms * sizeof(struct acl_entry);
		}
	}
	return 0;
}
