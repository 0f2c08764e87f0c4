/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Connections of nacred.sock: bounded buffers, no threads, no blocking call.  A
 * client that is slow, stuck or rude costs only itself.
 */
#ifndef NACRED_CLIENT_H
#define NACRED_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "json.h"

struct nacred;
struct request;
struct subscription;

struct chunk; /* output that waits, with the descriptor that goes beside its first byte */

struct client {
	struct nacred *n;
	struct client *next, **prev;
	int fd;
	uid_t uid;
	gid_t gid;
	pid_t pid;
	bool trusted; /* may call methods that change something */
	bool eof;     /* it sends no more, but may still read */
	bool last;    /* end it when the output is gone */
	bool gone;    /* closed; the memory goes at the end of this turn of the loop */
	bool turn;    /* waits for its next turn */
	sd_event_source *io, *stall, *again;

	char *in;
	size_t in_len, in_cap, in_scanned;
	struct chunk *out, **out_tail;
	size_t out_bytes;

	struct request *calls; /* not answered yet */
	unsigned int nr_calls;
	struct subscription *subscription; /* events.h; NULL: none */
};

/* Take over the listening socket @fd. 0 or -errno. */
int client_listen(struct nacred *n, int fd);
/* End all connections. */
void client_close_all(struct nacred *n);

/* Queue one line and write what goes; @fd is duplicated (or -1). */
void client_send(struct client *c, const struct json *line, int fd);
/* The same for a text that is complete with its newline. */
void client_send_text(struct client *c, const char *text, size_t len, int fd);
/* Close now; nothing is sent any more. @why goes to the log, NULL: no word. */
void client_drop(struct client *c, const char *why);
/* Close it if it has nothing more to say or to hear. */
void client_check_end(struct client *c);

#endif
