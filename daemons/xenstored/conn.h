/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A connection, whatever carries it: assembles requests, has them handled,
 * queues replies and events.  Its turn is bounded, so that no connection
 * delays the others for long; while its queue is full it is not read.
 */
#ifndef XENSTORED_CONN_H
#define XENSTORED_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <systemd/sd-event.h>

#include "ledger.h"

struct conn;
struct domain;
struct server;
struct transaction;
struct watch;

struct conn_ops {
	/* NULL, or: is there anything to carry it yet? */
	bool (*ready)(const struct conn *c);
	/* Up to len bytes: their number, 0 if none are there, -1 if the connection ended. */
	ssize_t (*recv)(struct conn *c, void *buf, size_t len);
	/* The same, for the bytes of at most two pieces. */
	ssize_t (*send)(struct conn *c, const struct iovec *iov, int nr);
	/* After a turn: publish progress, say what to wait for. */
	void (*turn_end)(struct conn *c);
	/* The connection cannot go on (XENSTORE_ERROR_*). */
	void (*failed)(struct conn *c, uint32_t error);
	void (*close)(struct conn *c);
};

struct conn {
	struct server *srv;
	struct conn *prev, *next;
	struct conn *run_next;
	bool queued; /* in the list of those with work */
	bool dead;   /* freed when no request is being handled */
	const struct conn_ops *ops;
	uint32_t domid;
	uint32_t target; /* domain for which this one acts, or itself */
	struct ledger *ledger;
	struct ledger_head h; /* working copy; conn_commit makes it count */
	struct watch *watches;
	uint32_t nr_watches;
	struct transaction *transactions;
	uint32_t nr_transactions;
	int fd; /* local */
	sd_event_source *io;
	struct domain *domain; /* guest */
};

/* Takes the ledger. */
struct conn *conn_new(struct server *srv, const struct conn_ops *ops, uint32_t domid,
		      struct ledger *ledger);
void conn_free(struct conn *c);
/* Only mark it; conn_run frees it. */
void conn_kill(struct conn *c);
static inline bool conn_privileged(const struct conn *c)
{
	return c->domid == 0;
}

/* Let it have a turn soon. */
void conn_schedule(struct conn *c);
/* One turn; true if it could go on at once. */
bool conn_turn(struct conn *c);
/* Give each scheduled connection one turn. */
void conn_run(struct server *srv);

void conn_commit(struct conn *c);
/* Is there room to take and answer one more request? */
bool conn_has_room(const struct conn *c);
bool conn_has_output(const struct conn *c);

void conn_reply(struct conn *c, const struct xsd_sockmsg *msg, const void *payload);
/* Queue a watch event: false if it does not fit now and is owed. */
bool conn_event(struct conn *c, const char *path, const char *token);
/* Drop watches, transactions and messages, as for a new connection. */
void conn_reset(struct conn *c);

#endif
