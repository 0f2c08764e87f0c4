/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The answer to one question: does this running host still lack that fix? */
#ifndef NACRE_ADVISORY_VERDICT_H
#define NACRE_ADVISORY_VERDICT_H

#include "host_facts.h"

enum verdict_status {
	VERDICT_NOT_AFFECTED,
	VERDICT_FIXED_IN_BUILD,
	VERDICT_FIXED_BY_LIVEPATCH,
	VERDICT_AFFECTED,
	VERDICT_UNKNOWN,
	NR_VERDICTS,
};
extern const char *const verdict_words[NR_VERDICTS];

enum verdict_action {
	ACTION_NONE,
	ACTION_APPLY,	/* a payload that is here */
	ACTION_REBOOT,	/* into the hypervisor that is installed */
	ACTION_RESTART, /* the daemon, into the one that is installed */
};
extern const char *const action_words[];

/* What test guests showed on this very build with these very payloads. */
enum evidence_verdict { EVIDENCE_NONE, EVIDENCE_PASS, EVIDENCE_FAIL };

struct verdict {
	enum verdict_status status;
	const char *justification;	  /* of not_affected; from the record */
	const struct live_patch *payload; /* of fixed_by_livepatch */
	enum verdict_action action;	  /* what would mend it, when affected */
	const struct live_patch *apply;	  /* for ACTION_APPLY */
	char detail[200];		  /* one sentence why */
};

/*
 * @record NULL: the id is known, nothing more.  Order of proof: a test that failed
 * here beats all; then what the record says of the product, the features that it
 * requires, the running build's manifest (or the record's own list of builds and
 * releases), the payloads in force.  What cannot be told is VERDICT_UNKNOWN.
 */
void verdict_find(const struct json *record, const struct host_facts *host,
		  enum evidence_verdict evidence, struct verdict *v);

/* Exit status of monitoring plugins: 0 nothing affected, 1 something is affected
 * and a fix is here, 2 affected without a fix here, 3 could not tell. */
struct verdict_counts {
	unsigned int status[NR_VERDICTS];
	unsigned int pending; /* affected, a fix is here */
};
void verdict_count(struct verdict_counts *c, const struct verdict *v);
int verdict_exit(const struct verdict_counts *c);

#endif
