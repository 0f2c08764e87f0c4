/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Events: what happened, in a ring, each with a number.  A client that subscribes reads
 * from the ring at its own pace: from now on, or from the last number that it saw.  What
 * has left the ring before it was read is told as one event.gap.
 *
 * Numbers ascend by one while nacred runs.  A nacred that is started again begins at the
 * time of day in microseconds, above all that an earlier one gave, so a number from before
 * is seen to be lost, never taken for another event.
 */
#ifndef NACRED_EVENTS_H
#define NACRED_EVENTS_H

#include "nacred.h"
#include "rpc.h"

/* NULL-terminated; the words of the method's schema. */
extern const char *const event_types[];

/* The first number of this nacred. */
void events_start(struct nacred *n);
void events_stop(struct nacred *n);

/* Send @c the events whose types are in @types (JSON array of words), or all when
 * NULL, from the one after @since on (negative: from now on); replaces an earlier
 * choice.  What is there already goes by events_pump().  0, or -1 and @e. */
int events_subscribe(struct nacred *n, struct client *c, const struct json *types, int64_t since,
		     struct rpc_error *e);
/* Send @c what it has not had yet, as far as its buffer takes it. @c may be gone after. */
void events_pump(struct nacred *n, struct client *c);
/* @c goes. */
void events_forget(struct nacred *n, struct client *c);
/* Tell all who asked for @type; @member of the event is @subject, which is taken. */
void events_tell(struct nacred *n, const char *type, const char *member, struct json *subject);
/* The same with a domain's identity as "domain". */
void events_domain(struct nacred *n, const char *type, const struct domain *d);

#endif
