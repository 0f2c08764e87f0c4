/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef MODEL_SCENARIOS_H
#define MODEL_SCENARIOS_H

#include <stdint.h>

struct scenario {
	const char *name;
	void (*run)(uint64_t seed);
};
/* Each ends with a NULL name. */
extern const struct scenario scenarios_fairness[], scenarios_caps[], scenarios_life[];

/* random.c: a random machine, random domains, random control operations. */
void random_case(uint64_t seed);
/* exhaustive.c: all sequences of @depth steps, on two queues and on one. */
void exhaustive_apart(uint64_t depth);
void exhaustive_together(uint64_t depth);

#endif
