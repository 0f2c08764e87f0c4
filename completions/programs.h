/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The programs that shells complete. */
#ifndef NACRE_COMPLETIONS_PROGRAMS_H
#define NACRE_COMPLETIONS_PROGRAMS_H

#include "verbs.h"

struct program {
	const char *name;
	const char *options;   /* before the verb, or all of a program without verbs; as in help */
	const char *completes; /* arguments of a program without verbs, as struct verb's */
	const struct verb *verbs;
	size_t nr_verbs; /* 0: it has none */
};

/* NULL: unknown. */
const struct program *program_find(const char *name);

#endif
