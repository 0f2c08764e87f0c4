/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CPU pools, vCPUs and xenstore nodes of a few lines in place of nacred's wrappers
 * (linker option --wrap), for tests of its methods.
 */
#ifndef NACRE_TESTS_FAKE_CPUS_H
#define NACRE_TESTS_FAKE_CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "nacred.h"

#define FAKE_CPUS 4

struct fake_pool {
	bool there;
	uint32_t sched_id;
	uint8_t cpus; /* bitmap */
};

struct fake_domain {
	bool there, dying;
	uint32_t pool;
	uint32_t nr_vcpus;
	uint8_t hard[8], soft[8]; /* by vCPU */
};

struct fake_cpus {
	struct fake_pool pools[8];     /* by id */
	struct fake_domain domains[4]; /* by id */
	uint8_t node_of[FAKE_CPUS];    /* NUMA node of each CPU */
	unsigned int calls_left;       /* changes until one fails with -EIO; 0: none fails */
	bool no_store;		       /* writes to xenstore fail */
	unsigned int nr_changes;       /* of pools, vCPUs and xenstore */
	char told[512];		       /* types of the events so far, each with a space behind */
	struct json *last;	       /* subject of the last one */
};
extern struct fake_cpus fake;

extern struct nacred n;

/* Pool-0 with all CPUs, domain 0 with one vCPU and domain 1 with two. */
void fake_start(void);
void fake_stop(void);

/* Value of a node, or NULL. */
const char *fake_node(const char *path);
void fake_set_node(const char *path, const char *value);

/* The result of a method, which lives until the next call; the params are checked
 * against its schema first.  NULL: fake_error() is filled. */
const struct json *fake_call(const char *method, const char *params);
const struct rpc_error *fake_error(void);
/* The same as text, compact. */
const char *fake_text(const char *method, const char *params);

/* The call is refused with that code, and nothing was changed. */
void fake_refused(const char *method, const char *params, const char *code, const char *words);

#endif
