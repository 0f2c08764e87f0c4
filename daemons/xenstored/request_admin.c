/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xen/xen.h>

#include "conn.h"
#include "domain.h"
#include "quota.h"
#include "log.h"
#include "request.h"
#include "server.h"
#include "transaction.h"
#include "watch.h"
#include "xalloc.h"

/* Watches of guests outlive a restart, so they are journalled. */
static int journal_watch(struct conn *c, const struct request *rq, enum change_op op,
			 const char *token, bool relative)
{
	struct changeset cs;
	struct change *change;
	int rc;

	if (!c->domain)
		return 0;
	changeset_init(&cs);
	change = changeset_add(&cs, op);
	change->a = c->domid;
	if (op != CHANGE_UNWATCH_ALL) {
		change->c = relative;
		change->path = xstrdup(rq->path);
		change->value = blob_new(token, strlen(token) + 1);
	}
	rc = db_commit(&c->srv->db, &cs, &rq->origin);
	changeset_free(&cs);
	return rc;
}

int request_watch(struct conn *c, struct request *rq)
{
	const char *name = request_string(rq, 0), *token = request_string(rq, 1);
	bool relative;
	int rc;

	if (!name || !token || request_string(rq, 2))
		return EINVAL;
	rc = path_canonical(name, c->domid, conn_privileged(c), true, rq->path, &relative);
	if (rc)
		return rc;
	if (watch_find(c, rq->path, token))
		return EEXIST;
	if (!conn_privileged(c) && c->nr_watches >= QUOTA_WATCHES)
		return E2BIG;
	rc = journal_watch(c, rq, CHANGE_WATCH, token, relative);
	if (rc)
		return rc;
	watch_add(c, rq->path, token, relative);
	watch_match_new(c->watches);
	return 0;
}

int request_unwatch(struct conn *c, struct request *rq)
{
	const char *name = request_string(rq, 0), *token = request_string(rq, 1);
	struct watch *w;
	int rc;

	if (!name || !token)
		return EINVAL;
	rc = path_canonical(name, c->domid, conn_privileged(c), true, rq->path, NULL);
	if (rc)
		return rc;
	w = watch_find(c, rq->path, token);
	if (!w)
		return ENOENT;
	rc = journal_watch(c, rq, CHANGE_UNWATCH, token, false);
	if (!rc)
		watch_remove(w);
	return rc;
}

int request_reset_watches(struct conn *c, struct request *rq)
{
	int rc = journal_watch(c, rq, CHANGE_UNWATCH_ALL, NULL, false);

	if (rc)
		return rc;
	watch_remove_all(c);
	transaction_free_all(c);
	return 0;
}

int request_transaction_start(struct conn *c, struct request *rq)
{
	uint32_t limit = conn_privileged(c) ? LOCAL_TRANSACTIONS : QUOTA_TRANSACTIONS;
	char id[12];

	if (rq->tx)
		return EBUSY; /* they do not nest */
	if (c->nr_transactions >= limit)
		return ENOSPC;
	do
		c->srv->next_tx++;
	while (!c->srv->next_tx || transaction_find(c, c->srv->next_tx));
	transaction_new(c, c->srv->next_tx);
	snprintf(id, sizeof(id), "%u", c->srv->next_tx);
	request_reply_string(rq, id);
	return 0;
}

int request_transaction_end(struct conn *c, struct request *rq)
{
	const char *arg = request_only_string(rq);
	struct changeset cs;
	int rc = 0;

	if (!arg || (strcmp(arg, "T") != 0 && strcmp(arg, "F") != 0))
		return EINVAL;
	if (!rq->tx)
		return ENOENT;
	changeset_init(&cs);
	if (arg[0] == 'T')
		rc = transaction_finish(rq->tx, &cs);
	transaction_free(c, rq->tx);
	rq->tx = NULL;
	if (!rc && cs.nr)
		rc = request_apply(c, rq, &cs);
	changeset_free(&cs);
	return rc;
}

int request_introduce(struct conn *c, struct request *rq)
{
	uint64_t domid, gfn, port;

	if (request_number(rq, 0, MAX_DOMID - 1, &domid) || !domid ||
	    request_number(rq, 1, INT64_MAX, &gfn) || request_number(rq, 2, UINT32_MAX, &port))
		return EINVAL;
	return domain_introduce(c->srv, (uint32_t)domid, gfn, (uint32_t)port);
}

static int find_domain(struct conn *c, struct request *rq, struct domain **d)
{
	uint64_t domid;

	if (request_number(rq, 0, MAX_DOMID - 1, &domid) || !domid)
		return EINVAL;
	*d = c->srv->domains[domid];
	return *d ? 0 : ENOENT;
}

int request_release(struct conn *c, struct request *rq)
{
	struct domain *d;
	int rc = find_domain(c, rq, &d);

	return rc ? rc : domain_release(d);
}

int request_resume(struct conn *c, struct request *rq)
{
	struct domain *d;
	int rc = find_domain(c, rq, &d);

	return rc ? rc : domain_set_shutdown(d, false);
}

int request_set_target(struct conn *c, struct request *rq)
{
	uint64_t target;
	struct domain *d;
	int rc;

	if (request_number(rq, 1, MAX_DOMID - 1, &target))
		return EINVAL;
	rc = find_domain(c, rq, &d);
	if (rc)
		return rc;
	if (!c->srv->domains[target])
		return ENOENT;
	return domain_set_target(d, (uint32_t)target);
}

int request_is_introduced(struct conn *c, struct request *rq)
{
	uint64_t domid;

	if (request_number(rq, 0, UINT16_MAX, &domid))
		return EINVAL;
	if (domid == DOMID_SELF)
		domid = c->domid;
	request_reply_string(rq,
			     !domid || (domid < MAX_DOMID && c->srv->domains[domid]) ? "T" : "F");
	return 0;
}

int request_domain_path(struct conn *c, struct request *rq)
{
	uint64_t domid;
	char home[32];

	if (request_number(rq, 0, UINT16_MAX, &domid))
		return EINVAL;
	path_home((uint32_t)domid, home, sizeof(home));
	request_reply_string(rq, home);
	return 0;
}

static int control_check(struct conn *c, struct request *rq)
{
	return db_check(&c->srv->db) ? 0 : EIO;
}

static int control_log(struct conn *c, struct request *rq)
{
	const char *arg = request_string(rq, 1);

	if (!arg || (strcmp(arg, "on") != 0 && strcmp(arg, "off") != 0))
		return EINVAL;
	c->srv->trace = !strcmp(arg, "on");
	return 0;
}

static int control_print(struct conn *c, struct request *rq)
{
	const char *arg = request_string(rq, 1);
	char text[512];

	if (!arg)
		return EINVAL;
	log_info("control: %s", log_escape(arg, strlen(arg), text, sizeof(text)));
	return 0;
}

static int control_quota(struct conn *c, struct request *rq)
{
	rq->reply_len =
		1u + (uint32_t)snprintf(rq->reply, sizeof(rq->reply),
					"nodes %d\nnode-size %d\nwatches %d\ntransactions "
					"%d\ntransaction-nodes %d\n"
					"node-permissions %d\npath-length %d\noutstanding %d\n",
					QUOTA_NODES, QUOTA_NODE_SIZE, QUOTA_WATCHES,
					QUOTA_TRANSACTIONS, QUOTA_TRANSACTION_NODES, QUOTA_PERMS,
					QUOTA_PATH, QUOTA_REQUESTS);
	return 0;
}

static int control_help(struct conn *c, struct request *rq);

static const struct control {
	const char *name;
	int (*fn)(struct conn *c, struct request *rq);
	const char *args;
} controls[] = {
	{"check", control_check, ""},	{"help", control_help, ""},
	{"log", control_log, "on|off"}, {"print", control_print, "<string>"},
	{"quota", control_quota, ""},
};

#define NR_CONTROLS (sizeof(controls) / sizeof(controls[0]))

static int control_help(struct conn *c, struct request *rq)
{
	uint32_t used = 0;
	size_t i;

	for (i = 0; i < NR_CONTROLS; i++)
		used += (uint32_t)snprintf(rq->reply + used, sizeof(rq->reply) - used, "%s%s%s\n",
					   controls[i].name, controls[i].args[0] ? " " : "",
					   controls[i].args);
	rq->reply_len = used + 1;
	return 0;
}

int request_control(struct conn *c, struct request *rq)
{
	const char *name = request_string(rq, 0);
	size_t i;

	for (i = 0; name && i < NR_CONTROLS; i++)
		if (!strcmp(name, controls[i].name))
			return controls[i].fn(c, rq);
	return EINVAL;
}
