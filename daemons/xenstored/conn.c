/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "request.h"
#include "server.h"
#include "transaction.h"
#include "watch.h"
#include "xalloc.h"

struct conn *conn_new(struct server *srv, const struct conn_ops *ops, uint32_t domid,
		      struct ledger *ledger)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	c->srv = srv;
	c->ops = ops;
	c->domid = c->target = domid;
	c->ledger = ledger;
	c->fd = -1;
	ledger_load(ledger, &c->h);
	c->next = srv->conns;
	if (c->next)
		c->next->prev = c;
	srv->conns = c;
	return c;
}

static void unqueue(struct conn *c)
{
	struct server *srv = c->srv;
	struct conn **p, *last = NULL;

	if (!c->queued)
		return;
	for (p = &srv->run_first; *p != c; p = &(*p)->run_next)
		last = *p;
	*p = c->run_next;
	if (srv->run_last == c)
		srv->run_last = last;
	c->queued = false;
}

void conn_free(struct conn *c)
{
	unqueue(c);
	watch_remove_all(c);
	transaction_free_all(c);
	if (c->prev)
		c->prev->next = c->next;
	else
		c->srv->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->ops->close(c);
	ledger_free(c->ledger);
	free(c);
}

void conn_kill(struct conn *c)
{
	c->dead = true;
	conn_schedule(c);
}

void conn_schedule(struct conn *c)
{
	struct server *srv = c->srv;

	if (c->queued)
		return;
	c->queued = true;
	c->run_next = NULL;
	if (srv->run_last && srv->run_first)
		srv->run_last->run_next = c;
	else
		srv->run_first = c;
	srv->run_last = c;
	if (srv->run)
		sd_event_source_set_enabled(srv->run, SD_EVENT_ONESHOT);
}

void conn_commit(struct conn *c)
{
	ledger_commit(c->ledger, &c->h);
}

bool conn_has_room(const struct conn *c)
{
	return c->h.replies < QUOTA_REQUESTS && ledger_room(c->ledger, &c->h) >= MESSAGE_MAX;
}

bool conn_has_output(const struct conn *c)
{
	return c->h.out_head != c->h.out_tail;
}

void conn_reply(struct conn *c, const struct xsd_sockmsg *msg, const void *payload)
{
	ledger_queue(c->ledger, &c->h, msg, payload);
}

bool conn_event(struct conn *c, const char *path, const char *token)
{
	size_t plen = strlen(path) + 1, tlen = strlen(token) + 1;
	struct xsd_sockmsg msg = {.type = XS_WATCH_EVENT, .len = (uint32_t)(plen + tlen)};
	char payload[XENSTORE_PAYLOAD_MAX];

	if (c->dead || c->h.error || plen + tlen > sizeof(payload))
		return true; /* cannot be told at all */
	if (ledger_room(c->ledger, &c->h) < sizeof(msg) + msg.len + MESSAGE_MAX) {
		c->h.overflow = 1; /* the last MESSAGE_MAX bytes are for replies */
		return false;
	}
	memcpy(payload, path, plen);
	memcpy(payload + plen, token, tlen);
	ledger_queue(c->ledger, &c->h, &msg, payload);
	if (c->srv->current != c) {
		conn_commit(c);
		conn_schedule(c);
	}
	return true;
}

/* 1: something was sent, 0: nothing to send or no space, -1: the connection ended. */
static int flush(struct conn *c)
{
	struct iovec iov[2];
	int nr = ledger_unsent(c->ledger, &c->h, iov);
	ssize_t n;

	if (!nr)
		return 0;
	n = c->ops->send(c, iov, nr);
	if (n <= 0)
		return n < 0 ? -1 : 0;
	ledger_sent(c->ledger, &c->h, (uint32_t)n);
	conn_commit(c);
	return 1;
}

/* Bytes that the request still lacks: of its header, then of its payload. */
static size_t wanted(struct conn *c)
{
	struct xsd_sockmsg msg;

	if (c->h.in_used < sizeof(msg))
		return sizeof(msg) - c->h.in_used;
	memcpy(&msg, c->ledger->in, sizeof(msg));
	if (msg.len > XENSTORE_PAYLOAD_MAX)
		return SIZE_MAX;
	return sizeof(msg) + msg.len - c->h.in_used;
}

/* 1: a request is complete, 0: not yet, -1: ended. */
static int fill(struct conn *c)
{
	size_t want;
	ssize_t n;

	while ((want = wanted(c)) != 0) {
		if (want == SIZE_MAX) {
			c->ops->failed(c, XENSTORE_ERROR_PROTO);
			return 0;
		}
		n = c->ops->recv(c, c->ledger->in + c->h.in_used, want);
		if (n <= 0)
			return n < 0 ? -1 : 0;
		c->h.in_used += (uint32_t)n;
		conn_commit(c);
	}
	return 1;
}

static bool turn(struct conn *c)
{
	int budget, rc;

	for (budget = TURN_REQUESTS; budget; budget--) {
		while ((rc = flush(c)) > 0)
			;
		if (rc < 0)
			goto ended;
		watch_send_owed(c);
		if (!conn_has_room(c))
			return false; /* sent space wakes it */
		rc = fill(c);
		if (rc < 0)
			goto ended;
		if (!rc || c->dead || c->h.error)
			break;
		request_handle(c);
	}
	while ((rc = flush(c)) > 0)
		;
	if (rc < 0)
		goto ended;
	return !budget;
ended:
	conn_kill(c);
	return false;
}

bool conn_turn(struct conn *c)
{
	bool more;

	if (c->h.error || (c->ops->ready && !c->ops->ready(c)))
		return false;
	more = turn(c);
	if (!c->dead)
		c->ops->turn_end(c);
	return more;
}

void conn_run(struct server *srv)
{
	unsigned int turns = 0;
	struct conn *c;
	bool more;

	for (c = srv->run_first; c; c = c->run_next)
		turns++; /* who comes again waits for the next call */
	while (turns-- && (c = srv->run_first) != NULL) {
		srv->run_first = c->run_next;
		if (!srv->run_first)
			srv->run_last = NULL;
		c->queued = false;
		more = !c->dead && conn_turn(c);
		if (c->dead)
			conn_free(c);
		else if (more)
			conn_schedule(c);
	}
	server_housekeeping(srv);
	if (srv->run_first && srv->run)
		sd_event_source_set_enabled(srv->run, SD_EVENT_ONESHOT);
}

void conn_reset(struct conn *c)
{
	struct ledger_head h = {.requests = c->h.requests};

	watch_remove_all(c);
	transaction_free_all(c);
	c->h = h;
	conn_commit(c);
}
