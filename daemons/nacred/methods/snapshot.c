/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* host.snapshot, metrics: everything at once, for exporters. */
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisories.h"
#include "cpupool.h"
#include "fields.h"
#include "report.h"
#include "rows.h"
#include "rpc.h"

static int snapshot(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	*result = snapshot_make(n, e);
	return *result ? RPC_DONE : RPC_FAILED;
}

/* NULL when the advisories cannot be told now: the other samples are worth having. */
static char *advisory_metrics(struct nacred *n)
{
	struct json *report = NULL;
	struct rpc_error e;
	char *text;

	if (n->advisories && advisories_refresh(n, &e) == 0)
		report = advisories_report(n, false, NULL, &e);
	text = report ? report_metrics(report, time(NULL)) : NULL;
	json_free(report);
	return text;
}

static int metrics(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	struct json *v = snapshot_make(n, e);
	char *host = v ? snapshot_metrics(n, v) : NULL, *advisories, *text = NULL;

	json_free(v);
	if (!v)
		return RPC_FAILED;
	advisories = advisory_metrics(n);
	if (!host || asprintf(&text, "%s%s", host, advisories ? advisories : "") < 0)
		text = NULL;
	free(host);
	free(advisories);
	if (!text)
		return fail_memory(e);
	*result = json_new_object();
	json_set_string(*result, "text", text);
	free(text);
	return RPC_DONE;
}

static const struct field host_fields[] = {
	{.name = "version", .type = F_STRING},
	{.name = "build_id", .type = F_STRING},
	{.name = "nr_cpus", .type = F_INT},
	{.name = "total_kib", .type = F_INT},
	{.name = "free_kib", .type = F_INT},
	{.name = "outstanding_kib", .type = F_INT, .summary = "free, but promised"},
	FIELDS_END,
};

static const struct field snapshot_result[] = {
	{.name = "time", .type = F_REAL, .summary = "seconds since the epoch"},
	{.name = "instance_id", .type = F_STRING},
	{.name = "event_seq",
	 .type = F_INT,
	 .summary = "event.subscribe since here tells what happens later"},
	{.name = "host", .type = F_OBJECT, .of = host_fields},
	{.name = "domains", .type = F_ARRAY, .of = domain_fields, .summary = "as domain.list"},
	{.name = "vcpus", .type = F_ARRAY, .of = domain_vcpus_fields, .summary = "as domain.vcpus"},
	{.name = "shares",
	 .type = F_ARRAY,
	 .of = credit2_fields,
	 .summary = "as sched.credit2.get"},
	{.name = "cpupools", .type = F_ARRAY, .of = pool_fields, .summary = "as cpupool.list"},
	FIELDS_END,
};

static const struct field metrics_result[] = {
	{.name = "text", .type = F_STRING, .summary = "Prometheus' text form 0.0.4"},
	FIELDS_END,
};

const struct method methods_snapshot[] = {
	{
		.name = "host.snapshot",
		.summary = "Host, domains, vCPUs, shares and CPU pools in one answer",
		.result = snapshot_result,
		.handle = snapshot,
	},
	{
		.name = "metrics",
		.summary = "The same, and the advisories' counts, for Prometheus",
		.result = metrics_result,
		.handle = metrics,
	},
	{.name = NULL},
};
