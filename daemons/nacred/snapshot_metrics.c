/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The snapshot as Prometheus' samples. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "prometheus.h"
#include "snapshot.h"

/* Families of one sample for each row of a list: those with a figure in @member. */
struct family {
	const char *name, *type, *help;
	const char *list, *member;
	enum { AS_IS, OF_KIB, OF_NS } scale;
};

static const struct family families[] = {
	{"nacre_domain_cpu_seconds_total", "counter", "CPU time that the domain has had.",
	 "domains", "cpu_time_ns", OF_NS},
	{"nacre_domain_memory_bytes", "gauge", "Memory that the domain has.", "domains",
	 "current_memkb", OF_KIB},
	{"nacre_domain_memory_max_bytes", "gauge", "Memory that the domain may have.", "domains",
	 "max_memkb", OF_KIB},
	{"nacre_domain_vcpus_online", "gauge", "Virtual CPUs that the guest uses.", "domains",
	 "vcpu_online", AS_IS},
	{"nacre_domain_start_time_seconds", "gauge", "When it was started; 0: not known.",
	 "domains", "start_time", AS_IS},
	{"nacre_domain_generation", "gauge", "Domain ids that this UUID had.", "domains",
	 "generation", AS_IS},
	{"nacre_domain_weight", "gauge", "Credit2: its share against others.", "shares", "weight",
	 AS_IS},
	{"nacre_domain_cap_percent", "gauge", "Credit2: percent of one CPU; 0: no cap.", "shares",
	 "cap", AS_IS},
};

static const char *text_of(const struct json *row, const char *member)
{
	return json_string(json_get(row, member), "");
}

static void print_figure(FILE *f, const struct json *v, int scale)
{
	if (v->type == JSON_REAL)
		fprintf(f, "%.3f\n", v->real);
	else if (scale == OF_NS)
		fprintf(f, "%" PRId64 ".%09" PRId64 "\n", v->integer / 1000000000,
			v->integer % 1000000000);
	else
		fprintf(f, "%" PRId64 "\n", v->integer * (scale == OF_KIB ? 1024 : 1));
}

static void print_family(FILE *f, const struct json *snapshot, const struct family *family)
{
	const struct json *list = json_get(snapshot, family->list), *figure;
	size_t i;

	prometheus_family(f, family->name, family->type, family->help);
	for (i = 0; list && i < list->nr; i++) {
		const struct json *row = list->items[i];
		const struct prometheus_label labels[] = {{"name", text_of(row, "name")},
							  {"uuid", text_of(row, "uuid")},
							  {NULL, NULL}};

		figure = json_get(row, family->member);
		if (!figure || (figure->type != JSON_INT && figure->type != JSON_REAL))
			continue; /* null: there is none */
		prometheus_sample(f, family->name, labels);
		print_figure(f, figure, family->scale);
	}
}

/* One sample of 0 or 1 for each state. */
static void print_states(FILE *f, const struct json *snapshot)
{
	const struct json *list = json_get(snapshot, "domains"), *state;
	size_t i, s;

	prometheus_family(f, "nacre_domain_state", "gauge", "1 for each state that it is in.");
	for (i = 0; list && i < list->nr; i++) {
		const struct json *row = list->items[i];

		state = json_get(row, "state");
		for (s = 0; state && s < state->nr; s++) {
			const struct prometheus_label labels[] = {{"name", text_of(row, "name")},
								  {"uuid", text_of(row, "uuid")},
								  {"state", state->keys[s]},
								  {NULL, NULL}};

			prometheus_sample(f, "nacre_domain_state", labels);
			fprintf(f, "%d\n", json_bool(state->items[s], false));
		}
	}
}

static void print_vcpus(FILE *f, const struct json *snapshot)
{
	const struct json *list = json_get(snapshot, "vcpus"), *vcpus;
	char id[24];
	size_t i, v;

	prometheus_family(f, "nacre_vcpu_seconds_total", "counter", "CPU time of a virtual CPU.");
	for (i = 0; list && i < list->nr; i++) {
		const struct json *row = list->items[i];

		vcpus = json_get(row, "vcpus");
		for (v = 0; vcpus && v < vcpus->nr; v++) {
			const struct prometheus_label labels[] = {{"name", text_of(row, "name")},
								  {"uuid", text_of(row, "uuid")},
								  {"vcpu", id},
								  {NULL, NULL}};

			snprintf(id, sizeof(id), "%" PRId64,
				 json_int(json_get(vcpus->items[v], "id"), 0));
			prometheus_sample(f, "nacre_vcpu_seconds_total", labels);
			print_figure(f, json_get(vcpus->items[v], "time_ns"), OF_NS);
		}
	}
}

static void print_pools(FILE *f, const struct json *snapshot)
{
	const struct json *list = json_get(snapshot, "cpupools");
	size_t i;

	prometheus_family(f, "nacre_cpupool_cpus", "gauge", "CPUs of a CPU pool.");
	for (i = 0; list && i < list->nr; i++) {
		const struct json *row = list->items[i], *cpus = json_get(row, "cpus");
		const struct prometheus_label labels[] = {{"pool", text_of(row, "name")},
							  {"sched", text_of(row, "sched")},
							  {NULL, NULL}};

		prometheus_sample(f, "nacre_cpupool_cpus", labels);
		fprintf(f, "%zu\n", cpus ? cpus->nr : 0);
	}
}

static void print_one(FILE *f, const char *name, const char *type, const char *help, int64_t value)
{
	prometheus_family(f, name, type, help);
	fprintf(f, "%s %" PRId64 "\n", name, value);
}

static void print_host(FILE *f, const struct nacred *n, const struct json *host)
{
	const struct prometheus_label labels[] = {{"version", text_of(host, "version")},
						  {"build_id", text_of(host, "build_id")},
						  {"instance_id", n->instance_id},
						  {NULL, NULL}};

	prometheus_family(f, "nacre_hypervisor_info", "gauge", "What runs; always 1.");
	prometheus_sample(f, "nacre_hypervisor_info", labels);
	fputs("1\n", f);
	print_one(f, "nacre_host_cpus", "gauge", "CPUs of the machine.",
		  json_int(json_get(host, "nr_cpus"), 0));
	print_one(f, "nacre_host_memory_bytes", "gauge", "Memory of the machine.",
		  json_int(json_get(host, "total_kib"), 0) * 1024);
	print_one(f, "nacre_host_memory_free_bytes", "gauge", "Memory that nobody has.",
		  json_int(json_get(host, "free_kib"), 0) * 1024);
	print_one(f, "nacre_host_memory_claimed_bytes", "gauge", "Free, but promised.",
		  json_int(json_get(host, "outstanding_kib"), 0) * 1024);
}

static void print_self(FILE *f, const struct nacred *n)
{
	print_one(f, "nacred_clients", "gauge", "Connections.", n->nr_clients);
	print_one(f, "nacred_subscribers", "gauge", "Connections with events.",
		  n->nr_subscriptions);
	print_one(f, "nacred_jobs", "gauge", "Jobs that run or are remembered.", n->nr_jobs);
	print_one(f, "nacred_builds", "gauge", "Domains that are being made.", n->nr_builds);
}

char *snapshot_metrics(const struct nacred *n, const struct json *snapshot)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	print_host(f, n, json_get(snapshot, "host"));
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		print_family(f, snapshot, &families[i]);
	print_states(f, snapshot);
	print_vcpus(f, snapshot);
	print_pools(f, snapshot);
	print_self(f, n);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
