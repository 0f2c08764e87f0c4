/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The answer for a whole host as one JSON object, and its forms for machines: CSAF
 * VEX for scanners, Prometheus text for monitors.
 */
#ifndef NACRE_ADVISORY_REPORT_H
#define NACRE_ADVISORY_REPORT_H

#include "evidence.h"
#include "host_facts.h"
#include "verdict.h"

struct report_source {
	const struct json *view; /* advisory_set_view() for whoever asks */
	/* The privileged view for a reader of the other one, so that nothing shows by a
	 * payload what must not; NULL for a privileged reader. */
	const struct json *hidden;
	const struct host_facts *host;
	const struct evidence_store *evidence;
	int64_t now;
};

/*
 * {host, payloads, advisories, counts, exit}: see nacred-rpc(7).  @ids: NULL for all,
 * or an array of ids in their one spelling; one without a record is unknown.
 * NULL: no memory.
 */
struct json *report_make(const struct report_source *src, const struct json *ids);

/* A CSAF 2.0 document of profile csaf_vex about this host's build.  NULL: no memory. */
struct json *report_csaf(const struct json *report, int64_t now);

/* Text exposition format 0.0.4; malloc'd. NULL: no memory. */
char *report_metrics(const struct json *report, int64_t now);

/*
 * How a payload is called before readers who may not know of undisclosed records:
 * the neutral name of the one in @privileged (advisory_set_view()) that it is for, if
 * that is still undisclosed at @now, else its own name.
 */
const char *report_patch_name(const struct live_patch *p, const struct json *privileged,
			      int64_t now);

#endif
