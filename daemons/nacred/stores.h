/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Connections to xenstored, and what it tells. */
#ifndef NACRED_STORES_H
#define NACRED_STORES_H

#include "nacred.h"

/* Connect; when xenstored is away, try again until it is back. Whenever a
 * connection is made dom0's nodes are written and the domains looked at anew.
 * 0 or -errno (event loop only). */
int stores_start(struct nacred *n);
void stores_stop(struct nacred *n);
/* The connection for requests, or NULL and @e: xenstored is away. */
struct store *stores_get(struct nacred *n, struct rpc_error *e);
/* A request failed with -@err: if the connection is the cause, drop it and try
 * again later. */
void stores_failed(struct nacred *n, int err);
/* Watch @path on behalf of a domain.wait; dropped together with the connection. */
int stores_watch(struct nacred *n, const char *path);
void stores_unwatch(struct nacred *n, const char *path);
/* Watch the name of a domain that others made: only xenstore knows it.  Also dropped
 * together with the connection, and set again with the next. */
void stores_watch_name(struct nacred *n, struct domain *d);
void stores_unwatch_name(struct nacred *n, struct domain *d);
/* The same until its console is there. */
void stores_watch_console(struct nacred *n, struct domain *d);
void stores_unwatch_console(struct nacred *n, struct domain *d);

#endif
