/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Connections: bounded buffers, no threads, no blocking call.  A client that is slow,
 * stuck, greedy or rude costs only itself.
 */
#ifndef NACRED_CLIENT_H
#define NACRED_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "json.h"
#include "outbox.h"
#include "peer.h"

struct nacred;
struct request;
struct subscription;

struct client {
	struct nacred *n;
	struct client *next, **prev;
	int fd;
	struct peer peer;
	bool read_only; /* came by the socket where nothing can be changed */
	bool trusted;	/* may call methods that change something */
	bool eof;	/* it sends no more, but may still read */
	bool last;	/* end it when the output is gone */
	bool gone;	/* closed; the memory goes at the end of this turn of the loop */
	bool turn;	/* waits for its next turn */
	bool in_turn;	/* its lines are being carried out */
	sd_event_source *io, *stall, *again, *rest;
	uint64_t paid_until; /* microseconds: when its calls so far are within the rate */

	char *in;
	size_t in_len, in_cap, in_scanned;
	struct outbox out;

	struct request *calls; /* not answered yet */
	unsigned int nr_calls;
	struct subscription *subscription; /* events.h; NULL: none */
};

enum listener_kind { LISTENER_ADMIN, LISTENER_READ_ONLY, NR_LISTENERS };

/* Before the first connection. 0 or -errno. */
int client_start(struct nacred *n);
/* Serve the new connection @fd, which is taken. */
void client_new(struct nacred *n, int fd, enum listener_kind kind);
/* End all connections. */
void client_close_all(struct nacred *n);

/* Queue one line and write what goes; @fd is duplicated (or -1). */
void client_send(struct client *c, const struct json *line, int fd);
/* The same for a text that is complete with its newline. */
void client_send_text(struct client *c, const char *text, size_t len, int fd);
/* Close now; nothing is sent any more. @why goes to the log, NULL: no word. */
void client_drop(struct client *c, const char *why);
/* It made a call: who makes too many a second is read from more slowly. */
void client_charge(struct client *c);
/* How much of a bound that all clients share this one may use up: strangers leave half
 * of it to the others. */
unsigned int client_share(const struct client *c, unsigned int limit);
/* Close it if it has nothing more to say or to hear. */
void client_check_end(struct client *c);

#endif
