/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Cores of domains that ended, for the actions coredump-*: a file for each name. */
#ifndef NACRED_CORE_FILE_H
#define NACRED_CORE_FILE_H

#include <stdint.h>

#include "error.h"

struct nacred;

/* It is there, or not; the log says which. */
typedef void core_file_done(struct nacred *n, const char *uuid);

/*
 * Begin the core of domain @domid: NAME.core in directory dump/INSTANCE of the programs'
 * state (instance_state()); an older one of that name stays until it is whole.
 * 0, or -1 and @e: @done is not called.
 */
int core_file_begin(struct nacred *n, uint32_t domid, const char *uuid, const char *name,
		    core_file_done *done, struct rpc_error *e);

#endif
