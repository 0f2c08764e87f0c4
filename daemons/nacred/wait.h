/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.wait: calls that are answered when a domain gets somewhere. */
#ifndef NACRED_WAIT_H
#define NACRED_WAIT_H

#include "nacred.h"

struct job;
struct request;

enum wait_for { WAIT_SHUTDOWN, WAIT_DESTROYED, WAIT_CONSOLE };

/* Keep @rq until @d gets there or @timeout_msec (negative: no limit) are over.
 * RPC_LATER, RPC_DONE with *result when it is there already, or RPC_FAILED. */
int wait_add(struct nacred *n, struct request *rq, const struct domain *d, enum wait_for what,
	     int64_t timeout_msec, struct json **result, struct rpc_error *e);
/* A job of that kind that ends when @d, which is not there yet, gets there; with its identity and
 * shutdown_reason.  Cancelling it ends the waiting.  NULL and @e. */
struct job *wait_job(struct nacred *n, const char *kind, const struct domain *d, enum wait_for what,
		     struct rpc_error *e);

/* The answer for a domain that has gone: reached in any case. */
struct json *wait_gone_answer(const struct gone *g);

/* Whether xenconsoled has taken over its console. */
bool wait_console_ready(struct nacred *n, uint32_t domid);

/* @c goes and hears no answer any more: its calls end. */
void wait_forget(struct nacred *n, const struct client *c);

/* The model changed for @d / a watched node changed / watches were lost. */
void wait_changed(struct nacred *n, const struct domain *d);
void wait_path_changed(struct nacred *n, const char *path);
void wait_rewatch(struct nacred *n);
void wait_stop(struct nacred *n);

#endif
