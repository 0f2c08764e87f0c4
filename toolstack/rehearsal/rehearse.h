/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A rehearsal of live patches: on a replica with the patches that a host has, the
 * guests run before and after new ones are applied; then these are reverted and
 * applied once more.
 */
#ifndef NACRE_REHEARSE_H
#define NACRE_REHEARSE_H

#include "replica.h"
#include "trial.h"

struct rehearsal {
	struct replica *replica;
	struct trials *trials;
	FILE *progress;	     /* a line for each step and guest; NULL: none */
	int stop;	     /* readable: give up; -1: none */
	struct json *steps;  /* array of {action, name, pause_ns}; the caller frees */
	struct json *faults; /* array of strings: why the verdict is FAIL; the caller frees */
};

/*
 * Bring the payloads of a host onto the replica. @status is what patch.status says
 * there; the files are read from its store.  False with *@error filled: the replica
 * runs another build, or a payload is not in the store.
 */
bool rehearse_equip(struct replica *replica, const struct json *status, struct rpc_error *error);

/*
 * Add the guests that are evidence for the advisories @ids (an array of strings;
 * NULL: for all of which something is known) according to the nacred behind @rpc.
 */
bool rehearse_choose(struct rpc *rpc, struct trials *trials, const struct json *ids,
		     struct rpc_error *error);

/*
 * What round 0 shows of @status, an answer of advisory.status: [{id, test, verdict}]
 * of tests whose guests ran in all their environments.  NULL: no memory.
 */
struct json *rehearse_evidence(const struct trials *trials, const struct json *status);

/*
 * Rehearse the payloads in @files (absolute paths), to be applied in this order.
 * False with *@error filled when it could not be carried out or was interrupted;
 * what a payload or a guest did wrong is in faults.
 */
bool rehearse(struct rehearsal *r, char *const files[], size_t nr, struct rpc_error *error);

#endif
