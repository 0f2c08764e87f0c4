/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a payload says about itself, found out by a process without any rights: its
 * bytes may be anybody's.  The process is this program again under seccomp, reads one
 * file and writes one memory file; its answer is checked like a client's request.
 */
#ifndef NACRED_PATCH_INSPECT_H
#define NACRED_PATCH_INSPECT_H

#include "nacred.h"

/* First argument of the program when it is such a process. */
#define INSPECT_OPTION "--inspect-payload"

/* The program; tests put another one here. */
extern const char *patch_inspect_program;

struct patch_inspect;

/*
 * @facts (taken by the callee): {build_id, depends, xen_depends: hexadecimal; functions:
 * names, nr_functions; has_data, vetoes; loaded: bytes; info: [[key, value]]}; or NULL
 * and @e, "patch.refused" when the bytes are no payload.
 */
typedef void patch_inspected(void *arg, struct json *facts, const struct rpc_error *e);

/*
 * Look at the first @size bytes of @fd, which is duplicated.  NULL and @e when that cannot
 * begin; else @done follows from the loop, unless it is cancelled.
 */
struct patch_inspect *patch_inspect_start(struct nacred *n, int fd, size_t size,
					  patch_inspected *done, void *arg, struct rpc_error *e);
void patch_inspect_cancel(struct patch_inspect *pi); /* NULL allowed */

/* main() of that process. */
int patch_inspect_main(void);

#endif
