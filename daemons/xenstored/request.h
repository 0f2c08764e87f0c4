/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Requests of the wire protocol (xen/io/xs_wire.h).  Handlers return 0 or the
 * errno whose name goes to the client.
 */
#ifndef XENSTORED_REQUEST_H
#define XENSTORED_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "change.h"
#include "journal.h"
#include "path.h"

struct conn;
struct transaction;

struct request {
	struct xsd_sockmsg msg;
	const char *data;	/* msg.len bytes, then a NUL that is not part of them */
	struct transaction *tx; /* NULL: none */
	struct origin origin;
	char path[PATH_SIZE]; /* canonical, once a handler has asked for it */
	uint32_t reply_len;
	char reply[XENSTORE_PAYLOAD_MAX]; /* empty: "OK" */
};

/* The request in c's ledger is complete: handle it, queue the reply and all events. */
void request_handle(struct conn *c);

/*
 * The n-th string of the payload, NULL if it is not there or not terminated.
 */
const char *request_string(const struct request *rq, unsigned int n);
/* The payload is exactly one string. */
const char *request_only_string(const struct request *rq);
/* A decimal number up to max in the n-th string: 0 or EINVAL. */
int request_number(const struct request *rq, unsigned int n, uint64_t max, uint64_t *out);
void request_reply(struct request *rq, const void *data, size_t len);
void request_reply_string(struct request *rq, const char *s); /* with its NUL */
/* Apply where the request belongs: its transaction or the committed tree. */
int request_apply(struct conn *c, struct request *rq, struct changeset *cs);

/* request_node.c */
int request_read(struct conn *c, struct request *rq);
int request_directory(struct conn *c, struct request *rq);
int request_directory_part(struct conn *c, struct request *rq);
int request_get_perms(struct conn *c, struct request *rq);
int request_write(struct conn *c, struct request *rq);
int request_mkdir(struct conn *c, struct request *rq);
int request_rm(struct conn *c, struct request *rq);
int request_set_perms(struct conn *c, struct request *rq);

/* request_admin.c */
int request_control(struct conn *c, struct request *rq);
int request_watch(struct conn *c, struct request *rq);
int request_unwatch(struct conn *c, struct request *rq);
int request_reset_watches(struct conn *c, struct request *rq);
int request_transaction_start(struct conn *c, struct request *rq);
int request_transaction_end(struct conn *c, struct request *rq);
int request_introduce(struct conn *c, struct request *rq);
int request_release(struct conn *c, struct request *rq);
int request_resume(struct conn *c, struct request *rq);
int request_set_target(struct conn *c, struct request *rq);
int request_is_introduced(struct conn *c, struct request *rq);
int request_domain_path(struct conn *c, struct request *rq);

#endif
