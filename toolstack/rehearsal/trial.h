/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The guests that a rehearsal runs, each in all of its environments, and what
 * they said in each round: before a change and after it.
 */
#ifndef NACRE_TRIAL_H
#define NACRE_TRIAL_H

#include <stdbool.h>
#include <stdio.h>

#include "guest_run.h"
#include "guest_test.h"

#define TRIAL_ROUNDS 2

struct trial {
	const struct guest_test *test;
	char name[112]; /* NAME.ENVIRONMENT */
	bool ran[TRIAL_ROUNDS];
	struct guest_result results[TRIAL_ROUNDS];
};

struct trials {
	struct guest_tests table;
	char directory[512];
	struct trial *trials;
	size_t nr;
};

/* Read the table of the guests in @directory. 0 or -1 with @error filled. */
int trials_open(struct trials *t, const char *directory, char *error, size_t len);
void trials_close(struct trials *t);

/* Add guest @name in all its environments, unless it is there.  0 or -1 with
 * @error filled: there is no such guest, or its file is missing. */
int trials_add(struct trials *t, const char *name, char *error, size_t len);

/* Run all in the instance behind @rpc as round @round, a line each to
 * @progress (NULL: none). False: @stop became readable. */
bool trials_run(struct trials *t, struct rpc *rpc, unsigned int round, FILE *progress, int stop);

/* How many of round @round did not pass (a SKIP is none), and how many passed
 * in round 0 and do not in round 1. */
unsigned int trials_failed(const struct trials *t, unsigned int round);
unsigned int trials_worse(const struct trials *t);

/* [{guest, before, after, line}]; NULL: no memory. */
struct json *trials_report(const struct trials *t);

#endif
