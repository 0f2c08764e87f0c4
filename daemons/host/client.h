/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Local programs that talk to the hypervisor through us, by the hosted
 * libraries: see toolstack/hosted/protocol.h.  Each connection is a client with
 * at most one request under way; it is not read from meanwhile.  So memory is
 * bounded and the queue before the slots is fair.
 */
#ifndef HOST_CLIENT_H
#define HOST_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "arena.h"
#include "area.h"
#include "frames.h"
#include "grants.h"
#include "ports.h"
#include "protocol.h"
#include "slots.h"

#define CLIENTS_MAX 512

struct clients {
	sd_event *event;
	struct area *area;
	struct slots *slots;
	struct ports ports;
	struct arena arena;
	sd_event_source *listener;
	struct client *first;
	unsigned int nr;
	uint16_t next_id;
};

struct client {
	struct client *next;
	struct clients *all;
	int fd; /* -1: gone; only the cleaning up remains */
	sd_event_source *io;
	uint16_t id; /* owner in the arena, not 0 */
	enum host_role role;
	bool greeted;
	bool busy;	 /* a request or a clean-up step is under way */
	int only_domain; /* restricted to it; -1: not */

	/* Events connections: who acts for them, ports not yet sent. */
	uint64_t cookie;
	struct client *events; /* NULL once it is gone */
	struct client *held;   /* the one that the request under way is for */
	unsigned int users;    /* requests under way that hold it */
	uint64_t backlog[PORTS_MAX / 64];
	bool has_backlog;

	struct op op;
	struct host_request req;
	union {
		uint64_t u64[HOST_FRAMES];
		struct host_grant_ref ref[HOST_GRANTS];
	} body;
	struct host_reply reply;
	union {
		struct host_frame frame[HOST_FRAMES];
		struct host_grant grant[HOST_GRANTS];
	} out;

	uint32_t pages; /* of the arena */
	struct frames frames;
	struct grants grants;
	/* Grants being unmapped, and what follows; see serve_grants.c. */
	struct grants doomed;
	size_t batch;
	void (*after)(struct client *c);
	int map_error;
};

/* Start listening on the socket @path. 0 or -errno. */
int clients_start(struct clients *all, sd_event *event, struct area *area, struct slots *slots,
		  const char *path);
/* Close every connection, without cleaning up in the hypervisor. */
void clients_stop(struct clients *all);

/*
 * A request's handler fills client->reply (preset to success) and returns
 * REPLY; or submits client->op, whose done calls client_reply(), and returns
 * LATER; or returns a negative errno.
 */
enum { REPLY = 0, LATER = 1 };
int client_submit(struct client *c,
		  void (*prepare)(struct op *, struct link_slot *, void *, uint64_t),
		  void (*done)(struct op *, int64_t, void *));

/* The request is done: answer it, or clean up if the client has gone. */
void client_reply(struct client *c);
/* The same with a failure: @error is a negative errno. */
void client_fail(struct client *c, int64_t error);

/* An events client has a pending port. */
void client_deliver(struct client *c, uint32_t port);

/* The other side has ended: start giving back what it had. */
void client_gone(struct client *c);
/* Go on giving back, if nothing is under way. */
void client_clean(struct client *c);

#endif
