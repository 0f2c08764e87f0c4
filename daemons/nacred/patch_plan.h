/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What an action on payloads would do, step by step, or why it cannot be done: found out
 * from the set as it is, changing nothing.  Where the hypervisor alone knows (symbols,
 * expected bytes, hooks) the plan says that it may still refuse.
 */
#ifndef NACRED_PATCH_PLAN_H
#define NACRED_PATCH_PLAN_H

#include "patch.h"

enum patch_step_kind { STEP_LOAD, STEP_UNLOAD, STEP_APPLY, STEP_REVERT, STEP_REPLACE };

struct patch_step {
	enum patch_step_kind kind;
	char name[PATCH_NAME_BYTES];
	char shown[PATCH_NAME_BYTES]; /* patch_shown() */
};

#define PATCH_STEPS_MAX (3 * LIMIT_PATCHES)

enum patch_action { PATCH_APPLY, PATCH_REVERT, PATCH_REPLACE, PATCH_UNLOAD };
/* "apply", ...; NULL-terminated. */
extern const char *const patch_action_words[];

struct patch_wish {
	enum patch_action action;
	const char *name;
	bool whole;  /* with what it lies on (apply), with what lies on it (revert) */
	bool once;   /* what is wanted after a restart stays as it is */
	bool anyway; /* apply: whatever it depends on (LIVEPATCH_ACTION_APPLY_NODEPS) */
};

struct patch_plan {
	struct patch_step step[PATCH_STEPS_MAX];
	unsigned int nr;
	bool possible;
	struct rpc_error reason;     /* why not; without a number: nothing is in the way */
	struct json *after, *wanted; /* names: applied, and wanted, when it is done */
};

/* 0 with *plan, possible or not; -1 and @e: no such payload, no memory.
 * patch_plan_clear() in any case. */
int patch_plan_make(struct nacred *n, const struct patch_set *set, const struct patch_wish *wish,
		    struct patch_plan *plan, struct rpc_error *e);
void patch_plan_clear(struct patch_plan *plan);
/* {action, name, possible, steps: [{action, name}], applied, wanted, depends_on, needed_by,
 * reason: {code, message, hint} or null} */
struct json *patch_plan_describe(const struct patch_set *set, const struct patch_wish *wish,
				 const struct patch_plan *plan);
const char *patch_step_word(enum patch_step_kind kind);

#endif
