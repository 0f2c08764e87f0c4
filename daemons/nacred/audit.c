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

/* The name or number in a subject, for a field of its own; NULL where it is no domain's. */
static const char *domain_of(const struct method *m, const char *subject, char buf[SUBJECT_BYTES])
{
	size_t len;

	if (strncmp(m->name, "domain.", 7) != 0 || !subject || subject[0] != ' ')
		return NULL;
	snprintf(buf, SUBJECT_BYTES, "%s", subject + (subject[1] == '"' ? 2 : 1));
	len = subject[1] == '"' ? strlen(buf) : strcspn(buf, " ");
	if (subject[1] == '"' && strrchr(buf, '"'))
		len = (size_t)(strrchr(buf, '"') - buf);
	buf[len] = '\0';
	return len && buf[0] != '(' ? buf : NULL;
}

static void write_line(const struct method *m, const char *subject, unsigned int uid, int pid,
		       const char *outcome, const char *job)
{
	char domain[SUBJECT_BYTES];

	log_entry(SD_INFO,
		  LOG_FIELDS(.id = LOG_ID_CALL, .method = m->name,
			     .domain = domain_of(m, subject, domain), .outcome = outcome,
			     .called = true, .uid = uid, .pid = pid),
		  "audit: %s%s uid=%u pid=%d outcome=%s%s%s", m->name, subject, uid, pid, outcome,
		  job ? " job=" : "", job ? job : "");
}

void audit_end(const struct request *rq, const struct json *result, const struct rpc_error *e)
{
	const char *job = json_string(json_get(result, "job"), NULL);
	const char *outcome = e ? e->code : "ok";

	if (!rq->subject)
		return;
	/* Only the answer of a call that does not wait for its job is the job alone. */
	if (job && result->nr == 1)
		outcome = "started";
	else
		job = NULL;
	write_line(rq->method, rq->subject, (unsigned int)rq->uid, (int)rq->pid, outcome, job);
}

void audit_refused(const struct client *c, const struct method *m, const struct json *params)
{
	char *subject = audit_subject(m, params);

	write_line(m, subject ? subject : "", (unsigned int)c->peer.uid, (int)c->peer.pid,
		   "request.forbidden", NULL);
	free(subject);
}
