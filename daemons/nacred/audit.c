/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "log.h"
#include "rpc.h"

/* Of a subject, beyond which it is cut. */
#define SUBJECT_BYTES 160

/* Members that name what is changed, the first that is there. */
static const char *const keys[] = {"domain", "config.c_info.name", "pool", "name", "job"};

/* What advisories and payloads are called may not be disclosed yet, and the log leaves the
 * host. */
static bool names_secrets(const struct method *m)
{
	return strncmp(m->name, "patch.", 6) == 0 || strncmp(m->name, "advisory.", 9) == 0;
}

char *audit_subject(const struct method *m, const struct json *params)
{
	char text[SUBJECT_BYTES];
	const struct json *v = NULL;
	const char *end = "";
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && !v && !names_secrets(m); i++)
		v = json_path(params, keys[i]);
	if (json_bool(json_get(params, "dry_run"), false))
		end = " (dry run)";
	if (v && v->type == JSON_INT)
		snprintf(text, sizeof(text), " %lld%s", (long long)v->integer, end);
	else if (v)
		snprintf(text, sizeof(text), " \"%.128s\"%s", json_string(v, ""), end);
	else
		snprintf(text, sizeof(text), "%s", end);
	return strdup(text);
}

void audit_end(const struct request *rq, const struct json *result, const struct rpc_error *e)
{
	const char *job = json_string(json_get(result, "job"), NULL);
	const char *outcome = e ? e->code : "ok";

	if (!rq->subject)
		return;
	/* Only the answer of a call that does not wait for its job is the job alone. */
	if (job && result->nr == 1)
		log_info("audit: %s%s uid=%u pid=%d outcome=started job=%s", rq->method->name,
			 rq->subject, (unsigned int)rq->uid, (int)rq->pid, job);
	else
		log_info("audit: %s%s uid=%u pid=%d outcome=%s", rq->method->name, rq->subject,
			 (unsigned int)rq->uid, (int)rq->pid, outcome);
}

void audit_refused(const struct client *c, const struct method *m, const struct json *params)
{
	char *subject = audit_subject(m, params);

	log_info("audit: %s%s uid=%u pid=%d outcome=request.forbidden", m->name,
		 subject ? subject : "", (unsigned int)c->peer.uid, (int)c->peer.pid);
	free(subject);
}
