/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Everything that was set while the instance ran, as one JSON document that a fresh instance
 * can load: CPU pools with their rate limits, the policy of payloads, and the domains with
 * their configurations, shares and pins.  Both directions go through the methods that
 * set these things one by one, so that a document can do no more than a caller.
 */
#ifndef NACRED_DOCUMENT_H
#define NACRED_DOCUMENT_H

#include "nacred.h"
#include "rpc.h"

#define DOCUMENT_FORMAT 1

/* One call that makes a part of the instance as the document has it. */
struct document_step {
	const char *method;
	char subject[LIMIT_NAME_BYTES + 16]; /* for people */
	struct json *params;
};

struct document_plan {
	struct document_step *step;
	size_t nr;
	struct json *report; /* {method, subject} of each */
};

/* {config, left_out}; NULL and @e. */
struct json *document_make(struct nacred *n, struct rpc_error *e);
/* What document_make() has for the domain of record @r; NULL: no memory, or @d has gone. */
struct json *document_domain(struct nacred *n, const struct domain *d, const struct record *r);

/*
 * Check all of @doc, which its schema describes, against the instance as it is, and find the
 * steps that are missing: none where everything is so already.  0, or -1 and @e;
 * document_plan_free() in any case.
 */
int document_plan(struct nacred *n, const struct json *doc, struct document_plan *plan,
		  struct rpc_error *e);
void document_plan_free(struct document_plan *plan);
/* Of document_pools.c: the same for the pools alone. */
int document_plan_pools(struct nacred *n, const struct json *pools, struct document_plan *plan,
			struct rpc_error *e);
/* Takes @params, which may be NULL for want of memory.  0, or -1 and @e. */
int document_add(struct document_plan *plan, const char *method, const char *subject,
		 struct json *params, struct rpc_error *e);
/* The error's field lies in the document at @where, which printf makes.  -1. */
int document_where(struct rpc_error *e, const char *where, ...)
	__attribute__((format(printf, 2, 3)));

/* Call a method as the caller of ours could.  NULL and @e. */
struct json *document_call(struct nacred *n, const char *method, const struct json *params,
			   struct rpc_error *e);

/* Carry out @plan (taken) as a job; none runs yet (n->load).  NULL and @e. */
struct job *document_load(struct nacred *n, struct document_plan *plan, struct rpc_error *e);
/* nacred ends. */
void document_stop(struct nacred *n);

#endif
