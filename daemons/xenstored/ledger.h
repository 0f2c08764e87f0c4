/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The state of one connection: the request that is coming in, the messages
 * that wait to go out, the open transactions.
 *
 * For a guest it lies in a mapped file, so that a killed daemon finds it as it
 * was: the bytes first, then one word (active) that says which of two heads
 * counts.  A process can only be killed between two instructions, so what it
 * stored before that word is there.  A guest never sees this memory.
 */
#ifndef XENSTORED_LEDGER_H
#define XENSTORED_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <xen/io/xs_wire.h>

#include "quota.h"

#define MESSAGE_MAX (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)

struct ledger_head {
	uint32_t in_used;  /* bytes of the request so far */
	uint32_t req_cons; /* guest: ring indices, of which we are the owner */
	uint32_t rsp_prod;
	uint32_t out_head; /* free-running offsets of the queue */
	uint32_t out_tail;
	uint32_t head_left; /* unsent bytes of the message at out_head, 0: not begun */
	uint32_t replies;   /* messages in the queue that are not events */
	uint32_t head_is_reply;
	uint32_t overflow; /* some watch could not queue its event */
	uint32_t error;	   /* XENSTORE_ERROR_*: the connection is ignored */
	uint64_t requests; /* handled */
	uint32_t nr_tx;
	uint32_t tx[QUOTA_TRANSACTIONS];
};

struct ledger {
	uint32_t magic;
	uint32_t out_size; /* power of two */
	volatile uint32_t active;
	uint32_t pad;
	struct ledger_head head[2];
	char in[MESSAGE_MAX + 1]; /* one more for a terminator */
	char out[];
};

/* In anonymous memory; NULL if there is none. */
struct ledger *ledger_new(uint32_t out_size);
/*
 * Map (or create, *fresh) the file of a guest's connection.  NULL with errno
 * set.  A file whose contents make no sense is made anew.
 */
struct ledger *ledger_map(int dir_fd, uint32_t domid, bool *fresh);
void ledger_unlink(int dir_fd, uint32_t domid);
void ledger_free(struct ledger *l);

void ledger_load(const struct ledger *l, struct ledger_head *h);
void ledger_commit(struct ledger *l, const struct ledger_head *h);

/* Queue functions change only the caller's head; ledger_commit makes it count. */
uint32_t ledger_room(const struct ledger *l, const struct ledger_head *h);
/* The caller has made sure of the room. */
void ledger_queue(struct ledger *l, struct ledger_head *h, const struct xsd_sockmsg *msg,
		  const void *payload);
/* Unsent bytes, at most two pieces: their number. */
int ledger_unsent(struct ledger *l, const struct ledger_head *h, struct iovec iov[2]);
void ledger_sent(const struct ledger *l, struct ledger_head *h, uint32_t n);

#endif
