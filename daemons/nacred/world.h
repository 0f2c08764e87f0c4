/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The model brought up to date, and the way from an argument to a domain. */
#ifndef NACRED_WORLD_H
#define NACRED_WORLD_H

#include "nacred.h"

/* One list of the hypervisor taken over, with everything that follows from it
 * (events, waits, actions). 0, or -1 with @e filled. */
int world_refresh(struct nacred *n, struct rpc_error *e);
/* Names that were unknown because xenstored was away. */
void world_name_domains(struct nacred *n);
/* Others gave one of their domains a name, or another one. */
void world_name_changed(struct nacred *n, uint32_t domid);

/* A node of its console changed: console.ready when it is there. */
void world_console_changed(struct nacred *n, uint32_t domid);
/* Hear of the consoles that are not there yet: the connection to xenstored is new. */
void world_watch_consoles(struct nacred *n);

/* The domain that member @key of @params selects, from a fresh model; NULL and @e. */
struct domain *world_find(struct nacred *n, const struct json *params, struct rpc_error *e);
/* The same for a change, domain 0 too: neither dying nor being built. */
struct domain *world_find_settled(struct nacred *n, const struct json *params, struct rpc_error *e);
/* The same for a change: a guest that is neither dying nor being built. */
struct domain *world_find_guest(struct nacred *n, const struct json *params, struct rpc_error *e);
/* The same, if it is at the revision that @params give. */
struct domain *world_find_change(struct nacred *n, const struct json *params, struct rpc_error *e);
/* What a domain's revision is of; NULL: no memory. */
struct json *world_state(const struct nacred *n, const struct domain *d);
/* Free for a domain to be made? 0 or -1 and @e. */
int world_check_free(struct nacred *n, const char *name, const char *uuid, struct rpc_error *e);

/* domid, name, uuid, generation: in every reply about a domain. */
struct json *world_identity(const struct domain *d);
/* The object of domain.list. */
struct json *world_describe(struct nacred *n, const struct domain *d);
/* Its record, or NULL for domains that others made. */
struct record *world_record(const struct nacred *n, const struct domain *d);

#endif
