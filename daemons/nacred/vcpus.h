/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What of a domain's vCPUs can be changed: the CPU pool that they run in, where in it
 * they may and should run, and whether the guest is asked to use them.
 */
#ifndef NACRED_VCPUS_H
#define NACRED_VCPUS_H

#include "config.h"
#include "nacred.h"

struct vcpu_place {
	uint8_t hard[CONFIG_MAX_CPUS / 8], soft[CONFIG_MAX_CPUS / 8];
	/* The guest is asked to use it (xenstore's cpu/N/availability); -1: not known. */
	int wanted;
};

struct vcpus {
	struct vcpu_place *place;
	uint32_t nr; /* 0..nr-1 exist */
	uint32_t pool;
	uint32_t nr_cpus; /* of the machine */
};

/* The present state. 0, or -1 and @e. */
int vcpus_read(struct vcpus *v, struct nacred *n, const struct domain *d, struct rpc_error *e);
void vcpus_free(struct vcpus *v);

/* What a revision is of: cpupool and, under each vCPU's number, hard, soft, wanted. */
struct json *vcpus_state(const struct vcpus *v, const struct pools *pools);
/* A set of CPUs of @nr_cpus as a list, or "all". */
struct json *vcpus_cpu_list(const uint8_t *cpus, uint32_t nr_cpus);

/* Ask the guest for those of its @nr vCPUs, for its first @count. 0 or -errno. */
int vcpus_want(struct store *s, uint32_t domid, uint32_t nr, const bool *wanted);
int vcpus_want_first(struct store *s, uint32_t domid, uint32_t nr, uint32_t count);
/* Which ones the guest is asked for, as b_info.avail_vcpus; NULL: not known. */
struct json *vcpus_wanted(struct nacred *n, const struct domain *d);

/* "vcpu.changed": @changes of revision_answer(). */
void vcpus_tell(struct nacred *n, const struct domain *d, const struct json *changes);

static inline uint32_t vcpus_count(const struct domain *d)
{
	return d->info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->info.max_vcpu_id + 1;
}

#endif
