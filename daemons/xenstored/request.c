/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "log.h"
#include "request.h"
#include "server.h"
#include "transaction.h"
#include "watch.h"

#define IN_TRANSACTION 1u /* a transaction number is obeyed */
#define DOM0_ONLY      2u

static const struct handler {
	const char *name;
	int (*fn)(struct conn *c, struct request *rq);
	unsigned int flags;
} handlers[XS_TYPE_COUNT] = {
	[XS_CONTROL] = {"control", request_control, DOM0_ONLY},
	[XS_DIRECTORY] = {"directory", request_directory, IN_TRANSACTION},
	[XS_READ] = {"read", request_read, IN_TRANSACTION},
	[XS_GET_PERMS] = {"get_perms", request_get_perms, IN_TRANSACTION},
	[XS_WATCH] = {"watch", request_watch, 0},
	[XS_UNWATCH] = {"unwatch", request_unwatch, 0},
	[XS_TRANSACTION_START] = {"transaction_start", request_transaction_start, IN_TRANSACTION},
	[XS_TRANSACTION_END] = {"transaction_end", request_transaction_end, IN_TRANSACTION},
	[XS_INTRODUCE] = {"introduce", request_introduce, DOM0_ONLY},
	[XS_RELEASE] = {"release", request_release, DOM0_ONLY},
	[XS_GET_DOMAIN_PATH] = {"get_domain_path", request_domain_path, 0},
	[XS_WRITE] = {"write", request_write, IN_TRANSACTION},
	[XS_MKDIR] = {"mkdir", request_mkdir, IN_TRANSACTION},
	[XS_RM] = {"rm", request_rm, IN_TRANSACTION},
	[XS_SET_PERMS] = {"set_perms", request_set_perms, IN_TRANSACTION},
	[XS_IS_DOMAIN_INTRODUCED] = {"is_domain_introduced", request_is_introduced, 0},
	[XS_RESUME] = {"resume", request_resume, DOM0_ONLY},
	[XS_SET_TARGET] = {"set_target", request_set_target, DOM0_ONLY},
	[XS_RESET_WATCHES] = {"reset_watches", request_reset_watches, 0},
	[XS_DIRECTORY_PART] = {"directory_part", request_directory_part, IN_TRANSACTION},
};

const char *request_string(const struct request *rq, unsigned int n)
{
	const char *p = rq->data, *end = rq->data + rq->msg.len, *nul;

	for (;;) {
		nul = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
		if (!nul)
			return NULL;
		if (n-- == 0)
			return p;
		p = nul + 1;
	}
}

const char *request_only_string(const struct request *rq)
{
	if (!rq->msg.len || memchr(rq->data, 0, rq->msg.len) != rq->data + rq->msg.len - 1)
		return NULL;
	return rq->data;
}

int request_number(const struct request *rq, unsigned int n, uint64_t max, uint64_t *out)
{
	const char *s = request_string(rq, n);
	char *end;

	if (!s || s[0] < '0' || s[0] > '9')
		return EINVAL;
	errno = 0;
	*out = strtoull(s, &end, 10);
	return errno || *end || *out > max ? EINVAL : 0;
}

void request_reply(struct request *rq, const void *data, size_t len)
{
	if (len)
		memcpy(rq->reply, data, len);
	rq->reply_len = (uint32_t)len;
}

void request_reply_string(struct request *rq, const char *s)
{
	request_reply(rq, s, strlen(s) + 1);
}

int request_apply(struct conn *c, struct request *rq, struct changeset *cs)
{
	if (rq->tx)
		return transaction_apply(rq->tx, cs);
	return db_commit(&c->srv->db, cs, &rq->origin);
}

static const char *error_name(int err)
{
	size_t i, n = sizeof(xsd_errors) / sizeof(xsd_errors[0]);

	for (i = 0; i < n; i++)
		if (xsd_errors[i].errnum == err)
			return xsd_errors[i].errstring;
	return "EINVAL";
}

static void trace(const struct conn *c, const struct request *rq, int rc)
{
	const char *name = rq->msg.type < XS_TYPE_COUNT ? handlers[rq->msg.type].name : NULL;
	char text[256];

	log_info("d%u tx %u %s %s: %s", c->domid, rq->msg.tx_id, name ? name : "unknown",
		 log_escape(rq->data, rq->msg.len, text, sizeof(text)), rc ? error_name(rc) : "ok");
}

static int dispatch(struct conn *c, struct request *rq)
{
	const struct handler *h;

	if (rq->msg.type >= XS_TYPE_COUNT || !handlers[rq->msg.type].fn)
		return ENOSYS;
	h = &handlers[rq->msg.type];
	if ((h->flags & DOM0_ONLY) && !conn_privileged(c))
		return EACCES;
	if ((h->flags & IN_TRANSACTION) && rq->msg.tx_id) {
		rq->tx = transaction_find(c, rq->msg.tx_id);
		if (!rq->tx)
			return ENOENT;
	}
	return h->fn(c, rq);
}

/*
 * A request that changed something and was journalled, but whose reply was not
 * queued before the daemon was killed: only the reply is due.  All requests
 * that are journalled are answered by OK.
 */
static bool done_before(struct conn *c, const struct request *rq)
{
	if (!c->domain || c->domain->journalled != rq->origin.request)
		return false;
	if (rq->msg.type == XS_TRANSACTION_END) {
		struct transaction *tx = transaction_find(c, rq->msg.tx_id);

		if (tx)
			transaction_free(c, tx);
	} else if (rq->msg.type == XS_RESET_WATCHES) {
		transaction_free_all(c);
	}
	return true;
}

static void answer(struct conn *c, struct request *rq, int rc)
{
	struct xsd_sockmsg msg = rq->msg;
	const char *payload = rq->reply;

	msg.len = rq->reply_len;
	if (rc) {
		payload = error_name(rc);
		msg.type = XS_ERROR;
		msg.len = (uint32_t)strlen(payload) + 1;
	}
	conn_reply(c, &msg, payload);
}

void request_handle(struct conn *c)
{
	static struct request rq; /* one at a time; too large for a stack frame */
	struct server *srv = c->srv;
	int rc;

	memcpy(&rq.msg, c->ledger->in, sizeof(rq.msg));
	c->ledger->in[sizeof(rq.msg) + rq.msg.len] = '\0';
	rq.data = c->ledger->in + sizeof(rq.msg);
	rq.tx = NULL;
	rq.origin.domid = c->domid;
	rq.origin.request = c->h.requests + 1;
	request_reply_string(&rq, "OK");

	srv->current = c;
	rc = done_before(c, &rq) ? 0 : dispatch(c, &rq);
	if (srv->trace)
		trace(c, &rq, rc);
	answer(c, &rq, rc);
	c->h.in_used = 0;
	c->h.requests++;
	watch_deliver(srv);
	conn_commit(c);
	journal_mark_done(&srv->db.journal);
	srv->current = NULL;
}
