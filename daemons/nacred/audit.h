/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One line for each call that is to change something, when it has ended or was refused:
 *	audit: domain.destroy "web" uid=1000 pid=4711 outcome=ok
 * The outcome is ok, started (a job goes on, its id follows), dry_run, or the symbolic
 * code of the error.
 */
#ifndef NACRED_AUDIT_H
#define NACRED_AUDIT_H

#include "error.h"
#include "json.h"

struct client;
struct method;
struct request;

/* What a call is about, from its parameters: a domain, a pool, a job.  Malloc'd; NULL: no
 * memory. */
char *audit_subject(const struct method *m, const struct json *params);
/* @e NULL: it succeeded. */
void audit_end(const struct request *rq, const struct json *result, const struct rpc_error *e);
/* @c may not call @m. */
void audit_refused(const struct client *c, const struct method *m, const struct json *params);

#endif
