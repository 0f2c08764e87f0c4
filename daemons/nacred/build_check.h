/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.create with dry_run: what can be known before a domain is made. */
#ifndef NACRED_BUILD_CHECK_H
#define NACRED_BUILD_CHECK_H

#include "nacred.h"

struct job;

/*
 * A worker looks whether the domain of that configuration, which has been read and whose name
 * and UUID are free, could be made: pool, scheduler and CPUs, free memory, kernel and ramdisk.
 * The result of the job is @answer (taken).  NULL and @e.
 */
struct job *build_check_start(struct nacred *n, const char *name, const char *uuid,
			      struct json *config, struct json *answer, struct rpc_error *e);
/* nacred ends. */
void build_check_stop(struct nacred *n);

#endif
