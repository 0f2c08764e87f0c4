/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Introduced domains: their ring, event channel and connection, and what
 * becomes of their nodes when they are gone.
 */
#ifndef XENSTORED_DOMAIN_H
#define XENSTORED_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "change.h"
#include "hyper.h"
#include "journal.h"

struct conn;
struct server;

struct domain {
	struct server *srv;
	struct domain *prev, *next;
	uint32_t domid;
	uint32_t target;
	uint64_t gfn;
	uint32_t remote_port;
	int port; /* local, -1: not bound */
	bool shutdown;
	uint64_t journalled; /* last request in the journal at the start */
	struct hyper_page page;
	struct conn *conn;
};

/* Handlers' work: 0 or errno. */
int domain_introduce(struct server *srv, uint32_t domid, uint64_t gfn, uint32_t port);
int domain_release(struct domain *d);
int domain_set_shutdown(struct domain *d, bool shutdown);
int domain_set_target(struct domain *d, uint32_t target);

/* One journalled change that is not of the tree. */
void domain_replay(struct server *srv, const struct change *c);
/*
 * Map and bind what the journal has told of and release what has died.  Event
 * channels of a killed process are closed a little later than it ends: true
 * if some domain cannot be bound yet.
 */
bool domain_restore_all(struct server *srv);
void domain_free_all(struct server *srv);
/* VIRQ_DOM_EXC: see who has died or shut down, tell @releaseDomain. */
void domain_check_all(struct server *srv);
/* The domain whose local port this is, or NULL. */
struct domain *domain_by_port(struct server *srv, int port);
/* Domains and their watches for the rewritten journal. */
void domain_dump_all(struct server *srv, struct journal *to);

#endif
