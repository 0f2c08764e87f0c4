/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_VERBS_H
#define NACRE_XL_VERBS_H

#include <stddef.h>
#include <stdio.h>

enum verb_flags {
	VERB_CHANGES = 1, /* changes something: takes the global -f */
	VERB_DRYRUN = 2,  /* takes the global -N */
	VERB_OURS = 4,	  /* Xen has none of that name: no abbreviation means it */
	VERB_PLUGIN = 8,  /* exits as monitoring plugins do: 3 when it cannot tell */
};

struct verb {
	const char *name;
	/* argv[0] is the verb; returns the exit status. */
	int (*run)(const struct verb *verb, int argc, char **argv);
	unsigned int flags;
	int min_args; /* arguments that it needs beside its options */
	/* What the arguments are: domain, file, key, pool, advisory, patch, action (a word that
	 * begins a line of arguments), or none; "a b": the first an a, the others b; or NULL. */
	const char *completes;
	const char *description; /* without the final full stop */
	const char *arguments;	 /* synopsis behind the name, may be NULL */
	const char *options;	 /* text of the help, may be NULL */
	const char *missing;	 /* what stands in the way of its work; NULL: it does it */
};

extern const struct verb verbs[];
extern const size_t nr_verbs;

/* The verb of that name, or the only one of Xen's that begins so, or NULL. */
const struct verb *verb_find(const char *name);

void verb_usage(const struct verb *verb, FILE *out);
void verbs_usage(FILE *out);

/* Exit status when @verb (may be NULL) was used wrongly / cannot do its work. */
int verb_usage_status(const struct verb *verb);
int verb_failure_status(const struct verb *verb);

/* `xl help [verb]'; always EXIT_SUCCESS, as in Xen. */
int verb_help(const char *name);

#endif
