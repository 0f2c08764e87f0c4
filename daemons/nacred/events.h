/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* event.subscribe: notifications with ascending numbers. */
#ifndef NACRED_EVENTS_H
#define NACRED_EVENTS_H

#include "nacred.h"

/* NULL-terminated; the words of the method's schema. */
extern const char *const event_types[];

/* Send @c the events whose types are in @types (JSON array of words), or all when
 * NULL; replaces an earlier choice. 0, or -1 and @e. */
int events_subscribe(struct nacred *n, struct client *c, const struct json *types,
		     struct rpc_error *e);
/* @c goes. */
void events_forget(struct nacred *n, struct client *c);
/* Tell all who asked for @type; @member of the event is @subject, which is taken. */
void events_tell(struct nacred *n, const char *type, const char *member, struct json *subject);
/* The same with a domain's identity as "domain". */
void events_domain(struct nacred *n, const char *type, const struct domain *d);

#endif
