/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* advisory.*: what this running host still lacks, and where that is known from.
 */
#include "advisories.h"
#include "advisory_id.h"
#include "advisory_set.h"
#include "client.h"
#include "evidence.h"
#include "fields.h"
#include "nacred.h"
#include "report.h"
#include "rpc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Whether the caller may know of undisclosed records. */
static bool privileged(const struct request *rq)
{
	return rq->client && rq->client->trusted;
}

static int bad_id(const char *text, struct rpc_error *e)
{
	fail(e, XL_INVAL, "advisory.bad_id", "\"%.60s\" is no advisory's id", text);
	return fail_hint(e, "ids look like XSA-191 or CVE-2016-9386");
}

/* "191" or "xsa-191" as XSA-191, and the CVE id of one advisory as that
 * advisory's: 0, or -1 with @e filled. */
static int read_id(const struct json *view, const char *text, char id[ADVISORY_ID_MAX],
		   struct rpc_error *e)
{
	const struct json *known;

	if (!advisory_id_parse(text, id))
		return bad_id(text, e);
	known = advisory_id_is_cve(id) ? advisory_find_cve(view, id) : NULL;
	if (known)
		memcpy(id, advisory_id(known), strlen(advisory_id(known)) + 1);
	return 0;
}

static struct json *summary(const struct json *record)
{
	static const char *const members[] = {"id",	   "cve",	 "title",
					      "published", "disclosure", "neutral_name"};
	struct json *v = json_new_object();
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_get(record, members[i]))
			json_set(v, members[i], json_copy(json_get(record, members[i])));
	return v;
}

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	const struct json *view;
	struct json *all;
	size_t i;

	if (advisories_refresh(n, e))
		return RPC_FAILED;
	view = advisories_view(n, privileged(rq));
	*result = json_new_object();
	all = json_new_array();
	for (i = 0; i < view->nr; i++)
		json_append(all, summary(view->items[i]));
	json_set(*result, "advisories", all);
	if (privileged(rq))
		json_set(*result, "problems", json_copy(advisories_problems(n)));
	return RPC_DONE;
}

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	const struct json *view, *record;
	struct json *ids, *report;
	char id[ADVISORY_ID_MAX];

	if (advisories_refresh(n, e))
		return RPC_FAILED;
	view = advisories_view(n, privileged(rq));
	if (read_id(view, json_string(json_get(params, "id"), ""), id, e))
		return fail_field(e, "id");
	record = advisory_find(view, id);
	if (!record) {
		fail(e, XL_NOTFOUND, "advisory.not_found", "nothing is known of %s", id);
		return fail_field(e, "id");
	}
	ids = json_new_array();
	json_append(ids, json_new_string(id));
	report = advisories_report(n, privileged(rq), ids, e);
	if (report) {
		*result = json_new_object();
		json_set(*result, "record", json_copy(record));
		json_set(*result, "status", json_copy(json_get(report, "advisories")->items[0]));
	}
	json_free(report);
	json_free(ids);
	return report ? RPC_DONE : RPC_FAILED;
}

/* The ids that were asked for, each once. NULL with @e filled. */
static struct json *read_ids(const struct json *view, const struct json *texts, struct rpc_error *e)
{
	struct json *ids = json_new_array();
	char id[ADVISORY_ID_MAX];
	size_t i;

	for (i = 0; i < texts->nr; i++) {
		if (read_id(view, json_string(texts->items[i], ""), id, e)) {
			fail_field(e, "ids[%zu]", i);
			json_free(ids);
			return NULL;
		}
		if (!advisory_list_has(ids, id))
			json_append(ids, json_new_string(id));
	}
	return ids;
}

static int status(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	const struct json *texts = json_get(params, "ids");
	struct json *ids = NULL;

	if (advisories_refresh(n, e))
		return RPC_FAILED;
	if (texts && !(ids = read_ids(advisories_view(n, privileged(rq)), texts, e)))
		return RPC_FAILED;
	*result = advisories_report(n, privileged(rq), ids, e);
	json_free(ids);
	return *result ? RPC_DONE : RPC_FAILED;
}

static int import(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	if (advisories_refresh(n, e))
		return RPC_FAILED;
	*result = advisories_import(n, json_string(json_get(params, "path"), ""), e);
	if (!*result)
		return RPC_FAILED;
	/* What it holds counts from now on, and is told. */
	return advisories_refresh(n, e) ? RPC_FAILED : RPC_DONE;
}

/* What leaves the host is what everybody may know, whoever asks. */
static int export(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	struct json *report, *document;

	if (advisories_refresh(n, e) || !(report = advisories_report(n, false, NULL, e)))
		return RPC_FAILED;
	document = report_csaf(report, time(NULL));
	json_free(report);
	if (!document)
		return fail_memory(e);
	*result = json_new_object();
	json_set(*result, "document", document);
	return RPC_DONE;
}

static int metrics(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	struct json *report;
	char *text;

	if (advisories_refresh(n, e) || !(report = advisories_report(n, false, NULL, e)))
		return RPC_FAILED;
	text = report_metrics(report, time(NULL));
	json_free(report);
	if (!text)
		return fail_memory(e);
	*result = json_new_object();
	json_set_string(*result, "text", text);
	free(text);
	return RPC_DONE;
}

static int evidence(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	const char *test = json_string(json_get(params, "test"), "");
	const struct json *record;
	char id[ADVISORY_ID_MAX];

	if (advisories_refresh(n, e))
		return RPC_FAILED;
	if (read_id(advisories_view(n, true), json_string(json_get(params, "id"), ""), id, e))
		return fail_field(e, "id");
	record = advisory_find(advisories_view(n, true), id);
	if (!record || !advisory_list_has(json_get(record, "evidence"), test)) {
		fail(e, XL_NOTFOUND, "advisory.not_found",
		     "%s has no record with a test \"%.100s\"", id, test);
		return fail_field(e, record ? "test" : "id");
	}
	if (advisories_result(n, id, test, json_string(json_get(params, "verdict"), ""), e))
		return RPC_FAILED;
	*result = json_new_object();
	return RPC_DONE;
}

#define STRING(key, text)                                                                          \
	{                                                                                          \
		.name = (key), .type = F_STRING, .summary = (text)                                 \
	}
#define OPTIONAL(key, text)                                                                        \
	{                                                                                          \
		.name = (key), .type = F_STRING, .optional = true, .summary = (text)               \
	}
#define FIELD_ID                                                                                   \
	{                                                                                          \
		.name = "id", .type = F_STRING, .min = 1, .max = 64,                               \
		.summary = "XSA-191, 191, or the CVE id of one advisory"                           \
	}

static const struct field summary_fields[] = {
	{.name = "id", .type = F_STRING},
	{.name = "cve", .type = F_ARRAY, .element = F_STRING, .optional = true},
	OPTIONAL("title", NULL),
	OPTIONAL("published", NULL),
	OPTIONAL("disclosure", "undisclosed until then; administrators only"),
	OPTIONAL("neutral_name", "how its live patches are called until then"),
	FIELDS_END,
};

static const struct field problem_fields[] = {
	STRING("file", NULL),
	STRING("error", NULL),
	FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "advisories", .type = F_ARRAY, .of = summary_fields},
	{.name = "problems",
	 .type = F_ARRAY,
	 .of = problem_fields,
	 .optional = true,
	 .summary = "files that cannot be used; administrators only"},
	FIELDS_END,
};

static const struct field get_params[] = {FIELD_ID, FIELDS_END};

static const struct field get_result[] = {
	{.name = "record", .type = F_OBJECT, .summary = "as nacre-advisory(5) describes it"},
	{.name = "status", .type = F_OBJECT, .summary = "as in advisory.status"},
	FIELDS_END,
};

static const struct field status_params[] = {
	{.name = "ids",
	 .type = F_ARRAY,
	 .element = F_STRING,
	 .optional = true,
	 .summary = "only these, also those of which nothing is known"},
	FIELDS_END,
};

static const struct field evidence_fields[] = {
	STRING("test", NULL),
	{.name = "verdict", .type = F_STRING, .nullable = true, .summary = "null: never ran"},
	{.name = "time", .type = F_STRING, .nullable = true},
	{.name = "build_id", .type = F_STRING, .nullable = true},
	{.name = "payloads", .type = F_ARRAY, .element = F_STRING, .nullable = true},
	{.name = "current",
	 .type = F_BOOL,
	 .summary = "on the running build with the live patches in force"},
	FIELDS_END,
};

static const struct field advisory_fields[] = {
	STRING("id", NULL),
	STRING("status", "not_affected, fixed_in_build, fixed_by_livepatch, affected, unknown"),
	STRING("component", NULL),
	STRING("detail", "why, in a sentence"),
	STRING("action", "what would mend it: none, apply, reboot, restart"),
	OPTIONAL("justification", "of not_affected, in OpenVEX's words"),
	OPTIONAL("payload", "the live patch of fixed_by_livepatch"),
	OPTIONAL("apply", "the live patch of the action"),
	OPTIONAL("impact", NULL),
	{.name = "cve", .type = F_ARRAY, .element = F_STRING, .optional = true},
	OPTIONAL("title", NULL),
	OPTIONAL("published", NULL),
	{.name = "references", .type = F_ARRAY, .element = F_STRING, .optional = true},
	OPTIONAL("disclosure", "administrators only"),
	OPTIONAL("neutral_name", "administrators only"),
	{.name = "evidence", .type = F_ARRAY, .of = evidence_fields},
	FIELDS_END,
};

static const struct field component_fields[] = {
	STRING("name", "hypervisor, xenstored"),
	STRING("build_id", "of what runs; empty: not known"),
	{.name = "manifest", .type = F_BOOL, .summary = "what that build contains is known"},
	STRING("installed_build_id", "of what the next start would run"),
	{.name = "outdated", .type = F_BOOL, .summary = "another build is installed than runs"},
	FIELDS_END,
};

static const struct field host_fields[] = {
	STRING("product", "nacre or xen"),
	STRING("version", NULL),
	{.name = "components", .type = F_ARRAY, .of = component_fields},
	{.name = "features", .type = F_OBJECT, .summary = "true, false, or null: not known"},
	{.name = "payloads_known", .type = F_BOOL, .summary = "the hypervisor's list was read"},
	FIELDS_END,
};

static const struct field payload_fields[] = {
	STRING("name", "or the neutral name of what is not disclosed"),
	STRING("state", "stored, loaded, applied"),
	{.name = "fixes",
	 .type = F_ARRAY,
	 .element = F_STRING,
	 .summary = "what it says that it fixes"},
	FIELDS_END,
};

static const struct field count_fields[] = {
	{.name = "not_affected", .type = F_INT},
	{.name = "fixed_in_build", .type = F_INT},
	{.name = "fixed_by_livepatch", .type = F_INT},
	{.name = "affected", .type = F_INT},
	{.name = "unknown", .type = F_INT},
	{.name = "pending", .type = F_INT, .summary = "affected, and a fix is on this host"},
	FIELDS_END,
};

static const struct field status_result[] = {
	{.name = "host", .type = F_OBJECT, .of = host_fields},
	{.name = "payloads", .type = F_ARRAY, .of = payload_fields},
	{.name = "advisories", .type = F_ARRAY, .of = advisory_fields},
	{.name = "counts", .type = F_OBJECT, .of = count_fields},
	{.name = "exit",
	 .type = F_INT,
	 .max = 3,
	 .summary = "0 nothing affected, 1 a fix is pending, 2 no fix is here, 3 unknown"},
	FIELDS_END,
};

static const struct field import_params[] = {
	{.name = "path", .type = F_STRING, .min = 1, .max = 4000, .summary = "absolute"},
	FIELDS_END,
};

static const struct field import_result[] = {
	STRING("format", "xsa.json, osv or csaf"),
	{.name = "records", .type = F_INT},
	{.name = "skipped", .type = F_INT, .summary = "statements about other products"},
	FIELDS_END,
};

static const struct field export_result[] = {
	{.name = "document", .type = F_OBJECT, .summary = "CSAF 2.0, profile csaf_vex"},
	FIELDS_END,
};

static const struct field metrics_result[] = {
	STRING("text", "Prometheus text exposition format 0.0.4"),
	FIELDS_END,
};

static const struct field evidence_params[] = {
	FIELD_ID,
	{.name = "test", .type = F_STRING, .min = 1, .max = 200, .summary = "of its record"},
	{.name = "verdict", .type = F_STRING, .choices = evidence_words},
	FIELDS_END,
};

static const struct field nothing[] = {FIELDS_END};

const struct method methods_advisory[] = {
	{
		.name = "advisory.list",
		.summary = "Every advisory of which something is known",
		.result = list_result,
		.handle = list,
	},
	{
		.name = "advisory.get",
		.summary = "The record of one advisory, and the verdict for this host",
		.params = get_params,
		.result = get_result,
		.handle = get,
	},
	{
		.name = "advisory.status",
		.summary = "What this running host still lacks",
		.params = status_params,
		.result = status_result,
		.handle = status,
	},
	{
		.name = "advisory.import",
		.summary = "Read a file in the form of xsa.json, OSV or CSAF",
		.class = METHOD_ADMIN,
		.params = import_params,
		.result = import_result,
		.handle = import,
	},
	{
		.name = "advisory.export",
		.summary = "The public part of the status for scanners",
		.result = export_result,
		.handle = export,
	},
	{
		.name = "advisory.metrics",
		.summary = "Counts and ages of the public part for monitors",
		.result = metrics_result,
		.handle = metrics,
	},
	{
		.name = "advisory.evidence",
		.summary = "Store the result of an advisory's test on what runs now",
		.class = METHOD_ADMIN,
		.params = evidence_params,
		.result = nothing,
		.handle = evidence,
	},
	{.name = NULL},
};
