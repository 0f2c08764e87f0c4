/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What went wrong, in the form that reaches a client: the number of libxl's
 * ERROR_* (positive), a symbolic code that stays stable, one line for people, a
 * remedy, the argument at fault.  Flat, so that a worker process can send it
 * through a pipe.
 */
#ifndef NACRED_ERROR_H
#define NACRED_ERROR_H

/* libxl's ERROR_* (Xen 4.17, libxl_types.idl), without the sign. */
enum libxl_error {
	XL_FAIL = 3,
	XL_NI = 4,
	XL_NOMEM = 5,
	XL_INVAL = 6,
	XL_TIMEDOUT = 9,
	XL_NOPARAVIRT = 10,
	XL_NOT_READY = 11,
	XL_BUFFERFULL = 13,
	XL_LOCK_FAIL = 15,
	XL_DOMAIN_NOTFOUND = 21,
	XL_ABORTED = 22,
	XL_NOTFOUND = 23,
};

/* JSON-RPC 2.0 section 5.1; as number of an rpc_error these stand for themselves. */
enum jsonrpc_error {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
};

struct rpc_error {
	int number; /* enum libxl_error, or a negative enum jsonrpc_error; 0: none */
	char code[48];
	char message[320];
	char hint[200];
	char field[96];
};

/* Fill @e; always returns -1, so that a failing step can `return fail(...)`.  Control
 * characters become "?". */
int fail(struct rpc_error *e, int number, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with ": <strerror>" after the text; -@err or @err is the errno value,
 * and chooses the number (ENOMEM: NOMEM, ESRCH: DOMAIN_NOTFOUND, else FAIL). */
int fail_errno(struct rpc_error *e, int err, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int fail_memory(struct rpc_error *e);
/* Additions to a filled @e; both return -1. */
int fail_hint(struct rpc_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int fail_field(struct rpc_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
