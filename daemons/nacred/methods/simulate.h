/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Between sched.simulate and the description of the machine for its order. */
#ifndef NACRED_METHODS_SIMULATE_H
#define NACRED_METHODS_SIMULATE_H

#include "nacred.h"

#include "ctrl/sched.h"

/* What the scheduler has counted for each domain. */
struct sched_sample {
	struct nacre_sched_record *record;
	size_t nr;
};
/* 0, or -1 and @e; sample_free() follows either way. */
int sample_take(struct sched_sample *s, struct nacred *n, struct rpc_error *e);
void sample_free(struct sched_sample *s);
/* NULL: not there then. */
const struct nacre_sched_record *sample_of(const struct sched_sample *s, uint32_t domid);

/* A weight and a cap that a domain would get. */
struct share_change {
	uint32_t domid;
	int weight, cap; /* -1: stays */
};

struct machine_order {
	const struct sched_sample *first, *last; /* NULL: all are busy */
	const struct share_change *changes;
	size_t nr_changes;
	struct json *machine; /* for nacre-simulate */
	struct json *domains; /* its domains, in that order, as the answer has them */
};
/* The present CPUs, pools and domains into @machine and @domains; 0, or -1 and @e. */
int machine_describe(struct machine_order *o, struct nacred *n, struct rpc_error *e);

/* nacred ends: calls that are under way fail. */
void simulate_stop(struct nacred *n);

#endif
