/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "server.h"
#include "watch.h"
#include "xalloc.h"

static uint32_t hash_path(const char *path, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ (unsigned char)*path++) * 16777619u;
	return h ^ h >> 15;
}

static void grow(struct watch_table *t)
{
	uint32_t size = t->nr_buckets ? t->nr_buckets * 2 : 64;
	struct watch *w;

	free(t->bucket);
	t->bucket = xcalloc(size, sizeof(struct watch *));
	t->nr_buckets = size;
	for (w = t->all; w; w = w->next_all) {
		w->next_same = t->bucket[w->hash & (size - 1)];
		t->bucket[w->hash & (size - 1)] = w;
	}
}

struct watch *watch_find(struct conn *c, const char *path, const char *token)
{
	struct watch *w;

	for (w = c->watches; w; w = w->next)
		if (!strcmp(w->path, path) && !strcmp(w->token, token))
			return w;
	return NULL;
}

void watch_add(struct conn *c, const char *path, const char *token, bool relative)
{
	struct watch_table *t = &c->srv->watches;
	struct watch *w = xcalloc(1, sizeof(*w)), **bucket;

	w->conn = c;
	w->path = xstrdup(path);
	w->token = xstrdup(token);
	w->relative = relative;
	w->hash = hash_path(path, strlen(path));
	w->next = c->watches;
	c->watches = w;
	c->nr_watches++;
	if (t->nr >= t->nr_buckets)
		grow(t);
	t->nr++;
	bucket = &t->bucket[w->hash & (t->nr_buckets - 1)];
	w->next_same = *bucket;
	*bucket = w;
	w->next_all = t->all;
	if (t->all)
		t->all->prev_all = w;
	t->all = w;
}

static void forget_events(struct watch_table *t, const struct watch *w)
{
	uint32_t i, n = 0;

	for (i = 0; i < t->nr_events; i++) {
		if (t->event[i].watch == w)
			free(t->event[i].path);
		else
			t->event[n++] = t->event[i];
	}
	t->nr_events = n;
}

void watch_remove(struct watch *w)
{
	struct watch_table *t = &w->conn->srv->watches;
	struct watch **p;

	for (p = &w->conn->watches; *p != w; p = &(*p)->next)
		;
	*p = w->next;
	w->conn->nr_watches--;
	for (p = &t->bucket[w->hash & (t->nr_buckets - 1)]; *p != w; p = &(*p)->next_same)
		;
	*p = w->next_same;
	if (w->next_all)
		w->next_all->prev_all = w->prev_all;
	if (w->prev_all)
		w->prev_all->next_all = w->next_all;
	else
		t->all = w->next_all;
	t->nr--;
	forget_events(t, w);
	free(w->path);
	free(w->token);
	free(w);
}

void watch_remove_all(struct conn *c)
{
	while (c->watches)
		watch_remove(c->watches);
}

static void add_event(struct watch *w, const char *path)
{
	struct watch_table *t = &w->conn->srv->watches;

	if (t->nr_events == t->cap_events) {
		t->cap_events = t->cap_events ? t->cap_events * 2 : 16;
		t->event = xrealloc(t->event, t->cap_events * sizeof(*t->event));
	}
	t->event[t->nr_events].watch = w;
	t->event[t->nr_events++].path = xstrdup(path);
}

static bool readable(const struct conn *c, const struct acl *acl)
{
	return acl && (acl_perms(acl, c->domid, c->target) & PERM_READ);
}

/* May the watcher know?  If it may read the node, as it was or is, or its parent. */
static bool permitted(struct server *srv, const struct watch *w, const char *path,
		      const struct acl *after)
{
	const struct node *node = tree_find(&srv->db.tree, path);
	char parent[PATH_SIZE];

	if (readable(w->conn, after) || (node && readable(w->conn, node->acl)))
		return true;
	if (!path_parent(path, parent))
		return false;
	node = tree_nearest(&srv->db.tree, parent);
	return readable(w->conn, node->acl);
}

/* Watches set exactly on path[0..len), told of a change at event. */
static void match_exact(struct server *srv, const char *path, size_t len, const char *event,
			const struct acl *after)
{
	struct watch_table *t = &srv->watches;
	uint32_t hash = hash_path(path, len);
	struct watch *w;

	if (!t->nr_buckets)
		return;
	for (w = t->bucket[hash & (t->nr_buckets - 1)]; w; w = w->next_same)
		if (w->hash == hash && strlen(w->path) == len && !memcmp(w->path, path, len) &&
		    permitted(srv, w, event, after))
			add_event(w, event);
}

/* Watches on the node itself and, with FIRE_ALL, on everything above it. */
static void match_upwards(struct server *srv, const char *path, const struct acl *after,
			  enum change_fire fire)
{
	size_t len;

	if (fire == FIRE_BELOW || path[1] == '\0') {
		match_exact(srv, path, strlen(path), path, after);
		return;
	}
	match_exact(srv, "/", 1, path, after);
	for (len = 1; path[len - 1]; len++)
		if (path[len] == '/' || path[len] == '\0')
			match_exact(srv, path, len, path, after);
}

void watch_match_set(struct server *srv, const char *path, const struct acl *after,
		     enum change_fire fire)
{
	match_upwards(srv, path, after, fire);
}

void watch_match_remove(struct server *srv, const char *path, enum change_fire fire)
{
	struct watch *w;

	match_upwards(srv, path, NULL, fire);
	/* A watch below is told of its own node, if that existed. */
	for (w = srv->watches.all; w; w = w->next_all)
		if (path_below(path, w->path) && strcmp(path, w->path) != 0 &&
		    tree_find(&srv->db.tree, w->path) && permitted(srv, w, w->path, NULL))
			add_event(w, w->path);
}

void watch_match_special(struct server *srv, int special)
{
	const char *name = db_special_name(special);
	struct watch *w;

	for (w = srv->watches.all; w; w = w->next_all)
		if (!strcmp(w->path, name) && readable(w->conn, srv->db.special[special]))
			add_event(w, name);
}

void watch_match_new(struct watch *w)
{
	add_event(w, w->path);
}

/* The path as the watcher names it. */
static const char *shown_path(const struct watch *w, const char *path)
{
	char home[32];
	size_t len;

	if (!w->relative)
		return path;
	path_home(w->conn->domid, home, sizeof(home));
	len = strlen(home);
	return !strncmp(path, home, len) && path[len] == '/' ? path + len + 1 : path;
}

void watch_deliver(struct server *srv)
{
	struct watch_table *t = &srv->watches;
	uint32_t i;

	for (i = 0; i < t->nr_events; i++) {
		struct watch *w = t->event[i].watch;

		if (!conn_event(w->conn, shown_path(w, t->event[i].path), w->token))
			w->overflow = true;
		free(t->event[i].path);
	}
	t->nr_events = 0;
}

void watch_send_owed(struct conn *c)
{
	struct watch *w;

	if (!c->h.overflow)
		return;
	for (w = c->watches; w; w = w->next) {
		if (!w->overflow)
			continue;
		w->overflow = false;
		if (!conn_event(c, shown_path(w, w->path), w->token)) {
			w->overflow = true;
			return;
		}
	}
	c->h.overflow = 0;
}

void watch_dump(struct conn *c, struct journal *to)
{
	struct changeset cs;
	struct change *change;
	struct watch *w;

	changeset_init(&cs);
	for (w = c->watches; w; w = w->next) {
		change = changeset_add(&cs, CHANGE_WATCH);
		change->a = c->domid;
		change->c = w->relative;
		change->path = xstrdup(w->path);
		change->value = blob_new(w->token, strlen(w->token) + 1);
	}
	if (cs.nr)
		journal_put(to, &cs);
	changeset_free(&cs);
}
