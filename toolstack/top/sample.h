/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What nacred says about the host and all domains at one moment. */
#ifndef NACRE_TOP_SAMPLE_H
#define NACRE_TOP_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* A sample is put together from the answers to these calls; only the first two are always made. */
enum sample_part {
	SAMPLE_HOST,	/* host.info */
	SAMPLE_DOMAINS, /* domain.list */
	SAMPLE_VCPUS,	/* domain.vcpus */
	SAMPLE_SHARES,	/* sched.credit2.get */
	SAMPLE_STATS,	/* sched.stats */
	SAMPLE_PARTS,
};
extern const char *const sample_methods[SAMPLE_PARTS];

#define SAMPLE_NO_LIMIT UINT64_MAX

struct sample_vcpu {
	unsigned int id;
	bool online, running, blocked;
	unsigned int cpu; /* where it ran last */
	uint64_t time_ns;
};

/* Of the scheduler: what a domain may have, and where its time went. */
struct sample_sched {
	bool has_share; /* weight and cap are known */
	int64_t weight;
	int64_t cap;	/* percent of a CPU, 0: none */
	bool has_stats; /* the rest is known; times are sums over the vCPUs */
	uint64_t running_ns, waiting_ns, blocked_ns, parked_ns;
	uint64_t parks, wakes;
};

struct sample_domain {
	int64_t domid;
	char *name; /* as it came: to be escaped before it is shown */
	char *pool;
	bool running, blocked, paused, crashed, shutdown, dying;
	uint64_t cpu_ns;
	uint64_t mem_kib, max_kib; /* SAMPLE_NO_LIMIT */
	unsigned int nr_vcpus;	   /* also those that are offline */
	struct sample_vcpu *vcpus; /* nr_known of them, empty unless asked for */
	size_t nr_known;
	struct sample_sched sched;
};

struct sample {
	double when; /* seconds of the monotonic clock at which the domains were told */
	char version[64];
	unsigned int nr_cpus, mhz;
	uint64_t total_kib, free_kib;
	struct sample_domain *domains; /* by domain id */
	size_t nr;
};

/* Out of the results of the calls; those but the first two may be NULL.  NULL: no memory, or an
 * answer is not what it should be. */
struct sample *sample_new(const struct json *const parts[SAMPLE_PARTS], double when);
void sample_free(struct sample *s); /* NULL allowed */

/* The domain of that id, or NULL; @s may be NULL. */
const struct sample_domain *sample_find(const struct sample *s, int64_t domid);

/*
 * Share of the time between two samples, in percent of one CPU; 0 without an earlier one, or
 * when the counter went back because the id belongs to another domain now.
 */
double sample_percent(const struct sample *now, const struct sample *before, uint64_t ns,
		      uint64_t ns_before);

#endif
