/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The report as Prometheus' samples. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory_id.h"
#include "prometheus.h"
#include "report.h"

struct ages {
	int64_t oldest_affected, newest_evidence, newest_record;
};

static int64_t time_of(const struct json *v, const char *member)
{
	int64_t seconds = 0;

	return advisory_time_parse(json_string(json_get(v, member), ""), &seconds) ? seconds : 0;
}

static void look_at(struct ages *a, const struct json *advisory)
{
	const struct json *evidence = json_get(advisory, "evidence");
	int64_t t = time_of(advisory, "published");
	size_t i;

	if (t > a->newest_record)
		a->newest_record = t;
	if (t && strcmp(json_string(json_get(advisory, "status"), ""), "affected") == 0 &&
	    (!a->oldest_affected || t < a->oldest_affected))
		a->oldest_affected = t;
	for (i = 0; evidence && i < evidence->nr; i++) {
		t = time_of(evidence->items[i], "time");
		if (json_bool(json_get(evidence->items[i], "current"), false) &&
		    t > a->newest_evidence)
			a->newest_evidence = t;
	}
}

static void print_age(FILE *f, const char *name, const char *help, int64_t since, int64_t now)
{
	if (!since)
		return; /* no sample is not an age of nought */
	prometheus_family(f, name, "gauge", help);
	fprintf(f, "%s %lld\n", name, (long long)(now > since ? now - since : 0));
}

static void print_host(FILE *f, const struct json *report)
{
	const struct json *list = json_path(report, "host.components");
	size_t i;

	prometheus_family(f, "nacre_component_info", "gauge", "What runs; 1 for each component.");
	for (i = 0; list && i < list->nr; i++)
		fprintf(f, "nacre_component_info{component=\"%s\",build_id=\"%s\"} 1\n",
			json_string(json_get(list->items[i], "name"), ""),
			json_string(json_get(list->items[i], "build_id"), ""));
	prometheus_family(f, "nacre_component_outdated", "gauge",
			  "1 when another build is installed than runs.");
	for (i = 0; list && i < list->nr; i++)
		fprintf(f, "nacre_component_outdated{component=\"%s\"} %d\n",
			json_string(json_get(list->items[i], "name"), ""),
			json_bool(json_get(list->items[i], "outdated"), false));
}

static void print_payloads(FILE *f, const struct json *report)
{
	static const char *const states[] = {"stored", "loaded", "applied", NULL};
	const struct json *list = json_get(report, "payloads");
	size_t i;
	int s;

	prometheus_family(f, "nacre_livepatches", "gauge", "Live patches by state.");
	for (s = 0; states[s]; s++) {
		unsigned int nr = 0;

		for (i = 0; list && i < list->nr; i++)
			nr += strcmp(json_string(json_get(list->items[i], "state"), ""),
				     states[s]) == 0;
		fprintf(f, "nacre_livepatches{state=\"%s\"} %u\n", states[s], nr);
	}
}

char *report_metrics(const struct json *report, int64_t now)
{
	const struct json *list = json_get(report, "advisories");
	const struct json *counts = json_get(report, "counts");
	struct ages ages = {0};
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	prometheus_family(f, "nacre_advisories", "gauge", "Advisories by verdict for what runs.");
	for (i = 0; i < NR_VERDICTS; i++)
		fprintf(f, "nacre_advisories{status=\"%s\"} %lld\n", verdict_words[i],
			(long long)json_int(json_get(counts, verdict_words[i]), 0));
	prometheus_family(f, "nacre_advisories_pending", "gauge",
			  "Affected ones whose fix is on this host.");
	fprintf(f, "nacre_advisories_pending %lld\n",
		(long long)json_int(json_get(counts, "pending"), 0));
	prometheus_family(f, "nacre_advisory_exit", "gauge", "Exit status of xl patch-status.");
	fprintf(f, "nacre_advisory_exit %lld\n", (long long)json_int(json_get(report, "exit"), 3));
	for (i = 0; list && i < list->nr; i++)
		look_at(&ages, list->items[i]);
	print_age(f, "nacre_advisory_oldest_affected_seconds",
		  "Since the oldest affecting advisory was published.", ages.oldest_affected, now);
	print_age(f, "nacre_advisory_newest_record_seconds",
		  "Since the newest known advisory was published.", ages.newest_record, now);
	print_age(f, "nacre_advisory_evidence_seconds",
		  "Since an advisory was last tested on this build with these live patches.",
		  ages.newest_evidence, now);
	print_host(f, report);
	print_payloads(f, report);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
