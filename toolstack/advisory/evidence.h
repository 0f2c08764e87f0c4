/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Dated results of advisories' tests: one JSON object a line, appended and synced,
 * so that a crash costs at most the line that was being written.
 */
#ifndef NACRE_ADVISORY_EVIDENCE_H
#define NACRE_ADVISORY_EVIDENCE_H

#include "host_facts.h"
#include "verdict.h"

/* More lines than this are thinned to the latest of each advisory, test, build and
 * set of payloads when the file is read. */
#define EVIDENCE_LINES_MAX 4096

struct evidence_store {
	char path[512];
	struct json *lines; /* array, oldest first */
};

extern const char *const evidence_words[]; /* PASS FAIL SKIP ERROR, NULL-terminated */

/* Read @path, which need not exist; lines that are not whole are left out.
 * 0 or -errno. */
int evidence_open(struct evidence_store *s, const char *path);
void evidence_close(struct evidence_store *s);

/* What the applied payloads are, sorted by name: a new array; NULL: no memory. */
struct json *evidence_payloads(const struct host_facts *h);

/*
 * A result of @test for @advisory on the hypervisor @build_id with @payloads
 * (copied) at @now: durable when 0 is returned, else -errno.
 */
int evidence_add(struct evidence_store *s, const char *advisory, const char *test,
		 const char *verdict, const char *build_id, const struct json *payloads,
		 int64_t now);

/*
 * The latest line of each of @record's tests, as a new array of objects: test,
 * verdict (null when it never ran), time, build_id, payloads, current (the build
 * and the payloads are those of the host).  *verdict is what the current ones
 * show together: a FAIL, else a PASS.  NULL: no memory.
 */
struct json *evidence_of(const struct evidence_store *s, const struct json *record,
			 const char *build_id, const struct json *payloads,
			 enum evidence_verdict *verdict);

#endif
