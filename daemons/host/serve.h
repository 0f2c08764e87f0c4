/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The requests of toolstack/hosted/protocol.h, one handler each: see client.h. */
#ifndef HOST_SERVE_H
#define HOST_SERVE_H

#include "client.h"

typedef int serve_fn(struct client *c);

/* serve_memory.c */
serve_fn serve_hypercall, serve_arena_alloc, serve_arena_free;
serve_fn serve_map_foreign, serve_map_resource, serve_unmap;
/* Drop some of a gone client's frames. False: there are none. */
bool clean_frames(struct client *c);

/* serve_grants.c */
serve_fn serve_grant_map, serve_grant_unmap, serve_grant_notify;
bool clean_grants(struct client *c);

/* serve_events.c */
serve_fn serve_event_unbound, serve_event_interdomain, serve_event_virq;
serve_fn serve_event_unbind, serve_event_notify, serve_event_unmask;
bool clean_ports(struct client *c);

#endif
