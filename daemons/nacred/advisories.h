/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What nacred knows of advisories: records in their layers, manifests of
 * builds, results of tests; and the question put to the running host.  Files
 * are read again when they changed, so a record that is put into a directory
 * counts at once.
 */
#ifndef NACRED_ADVISORIES_H
#define NACRED_ADVISORIES_H

#include <stdbool.h>

#include "error.h"
#include "json.h"

struct nacred;

/* Find the directories and read them. 0 or -errno, logged. */
int advisories_start(struct nacred *n);
void advisories_stop(struct nacred *n);

/*
 * Read again what has changed; every other function answers from what was read then.
 * Views and problems are good until the next call of this one.  0, or -1 with @e filled.
 */
int advisories_refresh(struct nacred *n, struct rpc_error *e);

/* Read all again whether it has changed or not. 0 or -errno. */
int advisories_reload(struct nacred *n);

/* The merged records that a reader with or without the right to see undisclosed ones
 * sees. */
const struct json *advisories_view(struct nacred *n, bool privileged);

/* report_make() for such a reader; @ids as there.  NULL with @e filled. */
struct json *advisories_report(struct nacred *n, bool privileged, const struct json *ids,
			       struct rpc_error *e);

/* Files that could not be used: [{file, error}], for administrators. */
const struct json *advisories_problems(struct nacred *n);

/* Read the file @path (absolute), keep its records. The answer of
 * advisory.import, or NULL with @e filled and nothing changed. */
struct json *advisories_import(struct nacred *n, const char *path, struct rpc_error *e);

/* Store a result of @test on the running build with the payloads in force. */
int advisories_result(struct nacred *n, const char *advisory, const char *test, const char *verdict,
		      struct rpc_error *e);

/*
 * How the payload @name with this .modinfo text is called before everybody: its
 * own name, or the neutral name of the undisclosed record that it is for.  Good
 * until the next call of any of these.
 */
const char *advisories_public_name(struct nacred *n, const char *name, const char *metadata,
				   size_t len);

#endif
