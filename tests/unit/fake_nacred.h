/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A nacred that answers from a script, for tests of its clients. */
#ifndef NACRE_TESTS_FAKE_NACRED_H
#define NACRE_TESTS_FAKE_NACRED_H

#include <stdbool.h>
#include <stddef.h>

struct fake_answer {
	const char *method;
	const char *needle; /* must occur in the request; NULL: any */
	const char *json;   /* the result, or the error object */
	bool is_error;
	const char *console; /* send a descriptor that yields this and ends */
};

/* Serve one client after another at @path, in a thread. 0 or -1. */
int fake_nacred_start(const char *path);

/* What to answer from now on (domain.not_found for anything else); forgets the
 * requests so far. */
void fake_nacred_script(const struct fake_answer *answers, size_t nr);

/* The request lines since then. */
const char *fake_nacred_requests(void);

#endif
