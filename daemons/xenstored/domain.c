/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xen/grant_table.h>

#include "conn.h"
#include "domain.h"
#include "log.h"
#include "ring.h"
#include "server.h"
#include "transaction.h"
#include "watch.h"
#include "xalloc.h"

static const struct origin nobody;

static struct domain *domain_new(struct server *srv, uint32_t domid)
{
	struct domain *d = xcalloc(1, sizeof(*d));

	d->srv = srv;
	d->domid = d->target = domid;
	d->port = -1;
	d->next = srv->domain_list;
	if (d->next)
		d->next->prev = d;
	srv->domain_list = d;
	srv->domains[domid] = d;
	return d;
}

/* Let go of everything; keep: the connection's file stays for the next start. */
static void domain_free(struct domain *d, bool keep)
{
	struct server *srv = d->srv;

	if (d->conn)
		conn_free(d->conn);
	if (srv->hyper) {
		hyper_unbind(srv->hyper, d->port);
		hyper_unmap(srv->hyper, &d->page);
	}
	if (!keep)
		ledger_unlink(srv->db.journal.dir_fd, d->domid);
	if (d->prev)
		d->prev->next = d->next;
	else
		srv->domain_list = d->next;
	if (d->next)
		d->next->prev = d->prev;
	srv->domains[d->domid] = NULL;
	free(d);
}

void domain_free_all(struct server *srv)
{
	while (srv->domain_list)
		domain_free(srv->domain_list, true);
}

static int attach_hardware(struct domain *d)
{
	struct hyper *h = d->srv->hyper;
	int rc = hyper_map(h, d->domid, GNTTAB_RESERVED_XENSTORE, d->gfn, &d->page);

	if (rc)
		return rc;
	d->port = hyper_bind(h, d->domid, d->remote_port);
	if (d->port >= 0)
		return 0;
	rc = -d->port;
	hyper_unmap(h, &d->page);
	return rc;
}

/* @again: the connection of an earlier process goes on. */
static int make_conn(struct domain *d, bool again)
{
	struct server *srv = d->srv;
	struct ledger *ledger;
	bool fresh;

	if (!again)
		ledger_unlink(srv->db.journal.dir_fd, d->domid);
	ledger = ledger_map(srv->db.journal.dir_fd, d->domid, &fresh);
	if (!ledger) {
		log_error("d%u: cannot make its connection's file: %s", d->domid, strerror(errno));
		return errno == ENOSPC ? ENOSPC : EIO;
	}
	d->conn = conn_new(srv, &ring_conn_ops, d->domid, ledger);
	d->conn->domain = d;
	d->conn->target = d->target;
	if (again && fresh)
		log_warning("d%u: the state of its connection is lost", d->domid);
	return 0;
}

static void describe(const struct domain *d, struct changeset *cs)
{
	struct change *c = changeset_add(cs, CHANGE_DOMAIN);

	c->a = d->domid;
	c->b = d->gfn;
	c->c = d->remote_port;
	c->d = d->journalled;
}

static int journal_domain(struct domain *d)
{
	struct changeset cs;
	int rc;

	changeset_init(&cs);
	describe(d, &cs);
	rc = db_commit(&d->srv->db, &cs, &nobody);
	changeset_free(&cs);
	return rc;
}

/* A domain that is known gets a new event channel for its old ring. */
static int reintroduce(struct domain *d, uint64_t gfn, uint32_t port)
{
	struct server *srv = d->srv;
	uint32_t old = d->remote_port;
	int local, rc;

	if (gfn != d->gfn || !d->page.addr)
		return EINVAL;
	hyper_unbind(srv->hyper, d->port);
	d->port = -1;
	local = hyper_bind(srv->hyper, d->domid, port);
	if (local < 0)
		return EINVAL;
	d->port = local;
	d->remote_port = port;
	rc = journal_domain(d);
	if (rc)
		d->remote_port = old;
	else
		conn_schedule(d->conn);
	return rc;
}

int domain_introduce(struct server *srv, uint32_t domid, uint64_t gfn, uint32_t port)
{
	struct domain *d = srv->domains[domid];
	enum hyper_state state;
	int rc;

	if (!srv->hyper)
		return ENOSYS;
	if (d)
		return reintroduce(d, gfn, port);
	state = hyper_domain_state(srv->hyper, domid);
	if (state == HYPER_GONE || state == HYPER_DYING)
		return EINVAL;
	d = domain_new(srv, domid);
	d->gfn = gfn;
	d->remote_port = port;
	rc = attach_hardware(d);
	if (rc) {
		log_error("d%u: cannot map its ring or bind its event channel %u: %s", domid, port,
			  strerror(rc));
		domain_free(d, false);
		return EINVAL;
	}
	rc = make_conn(d, false);
	if (!rc)
		rc = journal_domain(d);
	if (rc) {
		domain_free(d, false);
		return rc;
	}
	ring_start(d->conn);
	watch_match_special(srv, SPECIAL_INTRODUCE);
	return 0;
}

/* Journal that it is gone, with all that this changes in the tree. */
int domain_release(struct domain *d)
{
	struct server *srv = d->srv;
	uint32_t domid = d->domid;
	struct changeset cs;
	int rc;

	if (srv->current == d->conn)
		return EINVAL;
	changeset_init(&cs);
	changeset_add(&cs, CHANGE_DOMAIN_GONE)->a = domid;
	db_forget_domain(&srv->db, domid, &cs);
	rc = journal_append(&srv->db.journal, &cs, &nobody);
	if (!rc) {
		domain_free(d, false); /* its watches hear nothing of its own end */
		db_apply(&srv->db, &cs, true);
		watch_match_special(srv, SPECIAL_RELEASE);
	}
	changeset_free(&cs);
	return rc;
}

int domain_set_shutdown(struct domain *d, bool shutdown)
{
	struct changeset cs;
	struct change *c;
	int rc;

	changeset_init(&cs);
	c = changeset_add(&cs, CHANGE_SHUTDOWN);
	c->a = d->domid;
	c->c = shutdown;
	rc = db_commit(&d->srv->db, &cs, &nobody);
	changeset_free(&cs);
	if (!rc)
		d->shutdown = shutdown;
	return rc;
}

int domain_set_target(struct domain *d, uint32_t target)
{
	struct changeset cs;
	struct change *c;
	int rc;

	changeset_init(&cs);
	c = changeset_add(&cs, CHANGE_TARGET);
	c->a = d->domid;
	c->c = target;
	rc = db_commit(&d->srv->db, &cs, &nobody);
	changeset_free(&cs);
	if (!rc)
		d->target = d->conn->target = target;
	return rc;
}

void domain_check_all(struct server *srv)
{
	struct domain *d, *next;
	enum hyper_state state;

	hyper_list_domains(srv->hyper);
	for (d = srv->domain_list; d; d = next) {
		next = d->next;
		state = hyper_listed_state(srv->hyper, d->domid);
		if (state == HYPER_GONE || state == HYPER_DYING)
			domain_release(d);
		else if (state == HYPER_SHUTDOWN && !d->shutdown)
			domain_set_shutdown(d, true);
	}
	/* Also for domains that were never introduced: their end is news too. */
	watch_match_special(srv, SPECIAL_RELEASE);
	watch_deliver(srv);
	journal_mark_done(&srv->db.journal);
}

struct domain *domain_by_port(struct server *srv, int port)
{
	struct domain *d;

	for (d = srv->domain_list; d; d = d->next)
		if (d->port == port)
			return d;
	return NULL;
}

static void replay_domain(struct server *srv, const struct change *c)
{
	struct domain *d = srv->domains[c->a];

	if (!d) {
		d = domain_new(srv, c->a);
		if (make_conn(d, true)) {
			domain_free(d, true);
			return;
		}
		d->journalled = c->d;
	}
	d->gfn = c->b;
	d->remote_port = c->c;
}

static void replay_watch(struct domain *d, const struct change *c)
{
	const char *token = (const char *)c->value->data;
	struct watch *w;

	if (token[c->value->len - 1] || !d->conn)
		return;
	w = watch_find(d->conn, c->path, token);
	if (c->op == CHANGE_WATCH && !w)
		watch_add(d->conn, c->path, token, c->c);
	else if (c->op == CHANGE_UNWATCH && w)
		watch_remove(w);
}

void domain_replay(struct server *srv, const struct change *c)
{
	struct domain *d;

	if (c->op == CHANGE_SET || c->op == CHANGE_REMOVE || c->op == CHANGE_GENERATION ||
	    c->a >= MAX_DOMID)
		return;
	d = srv->domains[c->a];
	if (c->op == CHANGE_DOMAIN)
		replay_domain(srv, c);
	else if (!d)
		return;
	else if (c->op == CHANGE_DOMAIN_GONE)
		domain_free(d, false);
	else if (c->op == CHANGE_SHUTDOWN)
		d->shutdown = c->c;
	else if (c->op == CHANGE_TARGET)
		d->target = d->conn->target = c->c;
	else if (c->op == CHANGE_UNWATCH_ALL)
		watch_remove_all(d->conn);
	else
		replay_watch(d, c);
}

bool domain_restore_all(struct server *srv)
{
	struct domain *d, *next;
	enum hyper_state state;
	bool missing = false;

	for (d = srv->domain_list; d; d = next) {
		next = d->next;
		if (d->page.addr)
			continue;
		state = srv->hyper ? hyper_domain_state(srv->hyper, d->domid) : HYPER_GONE;
		if (state == HYPER_GONE || state == HYPER_DYING) {
			domain_release(d);
		} else if (attach_hardware(d)) {
			missing = true;
		} else {
			transaction_restore(d->conn);
			ring_resume(d->conn);
		}
	}
	return missing;
}

void domain_dump_all(struct server *srv, struct journal *to)
{
	struct changeset cs;
	struct change *c;
	struct domain *d;

	for (d = srv->domain_list; d; d = d->next) {
		changeset_init(&cs);
		describe(d, &cs);
		c = changeset_add(&cs, CHANGE_SHUTDOWN);
		c->a = d->domid;
		c->c = d->shutdown;
		if (d->target != d->domid) {
			c = changeset_add(&cs, CHANGE_TARGET);
			c->a = d->domid;
			c->c = d->target;
		}
		journal_put(to, &cs);
		changeset_free(&cs);
		watch_dump(d->conn, to);
	}
}
