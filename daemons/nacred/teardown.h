/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The one way a domain goes: its hypervisor side in small steps between other
 * work, then its xenstore nodes.  Also the way back from a build that failed.
 */
#ifndef NACRED_TEARDOWN_H
#define NACRED_TEARDOWN_H

#include "nacred.h"

/* @e NULL: done. Called from the event loop, the teardown is over. */
typedef void (*teardown_done)(struct nacred *n, const char *uuid, const struct rpc_error *e,
			      void *arg);

/* When it is over: as soon as the domain is dead and its memory free, or (at most
 * LIMIT_ZOMBIE_MSEC later) when it has left the hypervisor's list, for which the
 * other daemons must let go of its last pages. */
enum teardown_until { TEARDOWN_DEAD, TEARDOWN_GONE };

/* Destroy @domid (-1: no domain, only nodes of that UUID are left). 0, or -1 and @e
 * when memory is short or it is being destroyed already; @done follows otherwise. */
int teardown_start(struct nacred *n, int64_t domid, const char *uuid, enum teardown_until until,
		   teardown_done done, void *arg, struct rpc_error *e);
bool teardown_running(const struct nacred *n, const char *uuid);
void teardown_stop(struct nacred *n);

#endif
