/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Cores of domains: a process of its own writes each, into a stream that the client reads. */
#ifndef NACRED_DUMP_H
#define NACRED_DUMP_H

#include "nacred.h"

/* First argument of the program when it is such a process; the domain's id follows. */
#define DUMP_OPTION "--dump-domain"
/* Where it finds the stream. */
#define DUMP_FD 3

/* All of it was written; or not, told in the log. */
typedef void dump_done(void *arg, bool whole);

/*
 * Begin a core of @domid into @fd, which stays the caller's.  The domain is paused until the
 * end.  0, or -1 and @e: @done is not called.
 */
int dump_to(struct nacred *n, uint32_t domid, int fd, dump_done *done, void *arg,
	    struct rpc_error *e);

/*
 * Begin a core of @domid: *stream gives it to whoever reads, and ends early when it fails.
 * The domain is paused until the end.  0, or -1 and @e.
 */
int dump_start(struct nacred *n, uint32_t domid, int *stream, struct rpc_error *e);

/* Write a core of @domid, paused meanwhile, to @fd.  0 or -errno; then it is not whole. */
int dump_write(uint32_t domid, int fd);
/* main() of the process. */
int dump_main(const char *domid);

#endif
