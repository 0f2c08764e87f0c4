/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "journal.h"
#include "log.h"
#include "ring.h"
#include "server.h"

typedef struct xenstore_domain_interface ring_page;

static ring_page *page_of(const struct conn *c)
{
	return c->domain->page.addr;
}

/* The one read of a guest's index; what follows is ordered after it. */
static uint32_t read_once(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void publish(uint32_t *p, uint32_t value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static void ring_failed(struct conn *c, uint32_t error)
{
	log_warning("d%u: xenstore ring %s; its connection is closed", c->domid,
		    error == XENSTORE_ERROR_RINGIDX ? "indices make no sense"
						    : "carries an oversized request");
	conn_reset(c);
	c->h.error = error;
	conn_commit(c);
	publish(&page_of(c)->error, error);
	hyper_notify(c->srv->hyper, c->domain->port);
}

static ssize_t ring_recv(struct conn *c, void *buf, size_t len)
{
	ring_page *r = page_of(c);
	uint32_t avail = read_once(&r->req_prod) - c->h.req_cons;
	uint32_t at = MASK_XENSTORE_IDX(c->h.req_cons), first = XENSTORE_RING_SIZE - at;

	if (avail > XENSTORE_RING_SIZE) {
		ring_failed(c, XENSTORE_ERROR_RINGIDX);
		return 0;
	}
	if (len > avail)
		len = avail;
	if (!len)
		return 0;
	if (first > len)
		first = (uint32_t)len;
	memcpy(buf, r->req + at, first);
	memcpy((char *)buf + first, r->req, len - first);
	c->h.req_cons += (uint32_t)len;
	return (ssize_t)len;
}

static size_t ring_put(ring_page *r, uint32_t pos, const void *data, size_t len)
{
	uint32_t at = MASK_XENSTORE_IDX(pos), first = XENSTORE_RING_SIZE - at;

	if (first > len)
		first = (uint32_t)len;
	memcpy(r->rsp + at, data, first);
	memcpy(r->rsp, (const char *)data + first, len - first);
	return len;
}

static ssize_t ring_send(struct conn *c, const struct iovec *iov, int nr)
{
	ring_page *r = page_of(c);
	uint32_t used = c->h.rsp_prod - read_once(&r->rsp_cons);
	size_t space, n, sent = 0;
	int i;

	if (used > XENSTORE_RING_SIZE) {
		ring_failed(c, XENSTORE_ERROR_RINGIDX);
		return 0;
	}
	space = XENSTORE_RING_SIZE - used;
	for (i = 0; i < nr && space; i++) {
		n = iov[i].iov_len < space ? iov[i].iov_len : space;
		sent += ring_put(r, c->h.rsp_prod + (uint32_t)sent, iov[i].iov_base, n);
		space -= n;
	}
	c->h.rsp_prod += (uint32_t)sent;
	return (ssize_t)sent;
}

/* Could the connection go on, as the guest's indices are now? */
static bool could_go_on(const struct conn *c, const ring_page *r)
{
	if (conn_has_output(c))
		return c->h.rsp_prod - read_once(&r->rsp_cons) != XENSTORE_RING_SIZE;
	return conn_has_room(c) && read_once(&r->req_prod) != c->h.req_cons;
}

/* Tell the guest of what the (committed) ledger says has been taken and put. */
static void ring_turn_end(struct conn *c)
{
	ring_page *r = page_of(c);

	if (c->h.error)
		return;
	if (read_once(&r->req_cons) == c->h.req_cons && read_once(&r->rsp_prod) == c->h.rsp_prod)
		return;
	publish(&r->req_cons, c->h.req_cons);
	publish(&r->rsp_prod, c->h.rsp_prod);
	hyper_notify(c->srv->hyper, c->domain->port);
	/*
	 * A guest signals only if it finds its ring emptied, or finds it full: what
	 * it did before it saw our indices comes without an event.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (could_go_on(c, r))
		conn_schedule(c);
}

/* After a restart the page may be mapped a little later. */
static bool ring_ready(const struct conn *c)
{
	return page_of(c) != NULL;
}

static void ring_close(struct conn *c)
{
	c->domain->conn = NULL;
}

const struct conn_ops ring_conn_ops = {
	.ready = ring_ready,
	.recv = ring_recv,
	.send = ring_send,
	.turn_end = ring_turn_end,
	.failed = ring_failed,
	.close = ring_close,
};

static void advertise(ring_page *r)
{
	publish(&r->server_features,
		XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
}

void ring_start(struct conn *c)
{
	ring_page *r = page_of(c);

	c->h.req_cons = read_once(&r->req_cons);
	c->h.rsp_prod = read_once(&r->rsp_prod);
	conn_commit(c);
	publish(&r->error, XENSTORE_ERROR_NONE);
	publish(&r->connection, XENSTORE_CONNECTED);
	advertise(r);
	hyper_notify(c->srv->hyper, c->domain->port);
	conn_schedule(c);
}

void ring_resume(struct conn *c)
{
	advertise(page_of(c));
	/* Killed before the guest was told, or while it rang: look at everything. */
	ring_turn_end(c);
	hyper_notify(c->srv->hyper, c->domain->port);
	conn_schedule(c);
}

static void reconnect(struct conn *c)
{
	static const struct origin nobody;
	ring_page *r = page_of(c);
	struct changeset cs;
	int rc;

	changeset_init(&cs);
	changeset_add(&cs, CHANGE_UNWATCH_ALL)->a = c->domid;
	rc = db_commit(&c->srv->db, &cs, &nobody);
	changeset_free(&cs);
	if (rc)
		return; /* the guest's next event tries again */
	conn_reset(c);
	publish(&r->req_cons, 0);
	publish(&r->req_prod, 0);
	publish(&r->rsp_cons, 0);
	publish(&r->rsp_prod, 0);
	publish(&r->error, XENSTORE_ERROR_NONE);
	publish(&r->connection, XENSTORE_CONNECTED);
	hyper_notify(c->srv->hyper, c->domain->port);
}

void ring_event(struct conn *c)
{
	if (read_once(&page_of(c)->connection) == XENSTORE_RECONNECT)
		reconnect(c);
	conn_schedule(c);
}
