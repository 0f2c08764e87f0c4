/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A replica: a hosted instance of our own that runs the image installed here,
 * apart from everything that runs already.  Needs no root.
 */
#ifndef NACRE_REPLICA_H
#define NACRE_REPLICA_H

#include <stdbool.h>

#include "instance.h"
#include "rpc.h"

struct replica {
	char name[INSTANCE_NAME_MAX + 1];
	char build_id[64]; /* of the hypervisor that runs in it */
	struct rpc *rpc;   /* to its nacred */
	char state[64];	   /* where its nacred keeps what is to last: as long as the replica */
};

/*
 * Start one with @cpus processors and @memory_mib of memory, whose nacred trusts the
 * keys in directory @keys, and wait until it serves.  Sets environment variables.  False with
 * *@error filled (what nacre says is on stderr); nothing is left then.
 */
bool replica_start(struct replica *r, const char *keys, unsigned int cpus, unsigned int memory_mib,
		   struct rpc_error *error);

/* Ends it and removes what it had. */
void replica_stop(struct replica *r);

#endif
