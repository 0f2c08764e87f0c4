/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The shared ring of a guest (struct xenstore_domain_interface) as carrier of
 * a connection.  The guest can write any byte of the page at any time: its two
 * indices are read once and checked, ours are kept elsewhere and only
 * published; what is copied in is checked after it is copied.
 */
#ifndef XENSTORED_RING_H
#define XENSTORED_RING_H

#include "conn.h"

extern const struct conn_ops ring_conn_ops;

/* A new connection takes over the indices that it finds. */
void ring_start(struct conn *c);
/* A connection of an earlier process goes on. */
void ring_resume(struct conn *c);
/* The guest has rung: does it want a new connection on its ring?  Then reset. */
void ring_event(struct conn *c);

#endif
