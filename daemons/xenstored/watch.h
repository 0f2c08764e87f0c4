/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Watches.  Matching (who hears of a change) happens while the change is
 * applied; delivery (queueing the events) after the request has its reply.
 */
#ifndef XENSTORED_WATCH_H
#define XENSTORED_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "acl.h"
#include "journal.h"
#include "path.h"
#include "tree.h"

struct conn;
struct server;

struct watch {
	struct conn *conn;
	struct watch *next;	 /* of the connection */
	struct watch *next_same; /* in the table's chain */
	struct watch *prev_all, *next_all;
	uint32_t hash;
	bool relative;
	bool overflow; /* an event did not fit and is owed */
	char *path;    /* canonical */
	char *token;
};

struct watch_event {
	struct watch *watch;
	char *path;
};

struct watch_table {
	struct watch **bucket;
	uint32_t nr_buckets, nr;
	struct watch *all;
	struct watch_event *event;
	uint32_t nr_events, cap_events;
};

struct watch *watch_find(struct conn *c, const char *path, const char *token);
void watch_add(struct conn *c, const char *path, const char *token, bool relative);
void watch_remove(struct watch *w);
void watch_remove_all(struct conn *c);

/* Before the change is applied; after: the permissions the node gets, or NULL. */
void watch_match_set(struct server *srv, const char *path, const struct acl *after,
		     enum change_fire fire);
void watch_match_remove(struct server *srv, const char *path, enum change_fire fire);
void watch_match_special(struct server *srv, int special);
/* The one event that every new watch gets. */
void watch_match_new(struct watch *w);
void watch_deliver(struct server *srv);
/* Events that are owed, as far as there is room. */
void watch_send_owed(struct conn *c);
/* A guest's watches as changes, for the rewritten journal. */
void watch_dump(struct conn *c, struct journal *to);

#endif
