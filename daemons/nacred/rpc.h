/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Methods and calls.  A handler answers at once, fails at once, or keeps the
 * request and answers later; the client may be gone by then.
 */
#ifndef NACRED_RPC_H
#define NACRED_RPC_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "json.h"
#include "request.h"
#include "schema.h"

struct nacred;
struct client;

/* Who may call: read is everybody who may connect; the others are those whom peer.h calls
 * trusted, by the admin socket. */
enum method_class { METHOD_READ, METHOD_OPERATE, METHOD_ADMIN };

enum rpc_verdict {
	RPC_DONE = 0,	 /* *result holds the answer */
	RPC_FAILED = -1, /* the error is filled */
	RPC_LATER = 1,	 /* request_reply() or request_fail() follows */
};

struct method {
	const char *name;
	const char *summary;
	enum method_class class;
	bool no_batch; /* hands over a file descriptor */
	const struct field *params;
	const struct field *result;
	int (*handle)(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e);
};

/* The modules' tables, each ended by a row without a name; method.c lists them. */
extern const struct method methods_system[];
extern const struct method methods_host[];
extern const struct method methods_domain[];
extern const struct method methods_domain_state[];
extern const struct method methods_domain_life[];
extern const struct method methods_event[];
extern const struct method methods_cpu_policy[];
extern const struct method methods_cpupool[];
extern const struct method methods_cpupool_cpus[];
extern const struct method methods_cpupool_domain[];
extern const struct method methods_cpupool_numa[];
extern const struct method methods_vcpu[];
extern const struct method methods_vcpu_affinity[];
extern const struct method methods_job[];
extern const struct method methods_sched_params[];
extern const struct method methods_sched_credit2[];
extern const struct method methods_sched_stats[];
extern const struct method methods_simulate[];
extern const struct method methods_advisory[];
extern const struct method methods_patch[];
extern const struct method methods_patch_change[];
extern const struct method methods_domain_nodes[];
extern const struct method methods_domain_userdata[];
extern const struct method methods_snapshot[];
extern const struct method methods_memory[];
extern const struct method methods_domain_signal[];
extern const struct method methods_domain_config[];
extern const struct method methods_host_control[];
extern const struct method methods_domain_dump[];
extern const struct method methods_document[];

/* NULL when there is none of that name. */
const struct method *rpc_method(const char *name);
/* All methods in the order of the tables: @i counts from 0, NULL at the end. */
const struct method *rpc_method_at(unsigned int i);

/* Carry out one line of text of @c: parse, check, call, answer. */
void rpc_line(struct nacred *n, struct client *c, const char *line, size_t len);

#endif
