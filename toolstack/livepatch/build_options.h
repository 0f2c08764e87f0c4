/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The command line of nacre-livepatch-build build. */
#ifndef LIVEPATCH_BUILD_OPTIONS_H
#define LIVEPATCH_BUILD_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_DEPENDS 64u

struct build_options {
	char source[PATH_MAX]; /* absolute */
	const char *patch, *build_id, *key, *work, *output;
	const char *advisory, *cve, *fixes, *name, *builder, *date;
	const char *depends[MAX_DEPENDS];
	unsigned int nr_depends;
	bool is_unsigned, dry_run;
	char recipes[PATH_MAX], default_output[PATH_MAX];
	char *modinfo; /* "key=value\0..." made of the above */
	size_t modinfo_len;
};

/* 0, or the exit status: what is wrong has been said.  build_options_free() after 0. */
int build_options_parse(struct build_options *o, int argc, char **argv);
void build_options_free(struct build_options *o);

#endif
