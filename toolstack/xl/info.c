/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "info.h"

#include <string.h>

#include "xl.h"

static const char *const machine[] = {
	"host",
	"release",
	"version",
	"machine",
	"nr_cpus",
	"max_cpu_id",
	"nr_nodes",
	"cores_per_socket",
	"threads_per_core",
	"cpu_mhz",
	"hw_caps",
	"virt_caps",
	"total_memory",
	"free_memory",
	"sharing_freed_memory",
	"sharing_used_memory",
	"outstanding_claims",
	"free_cpus",
	NULL,
};

static const char *const hypervisor[] = {
	"xen_major",
	"xen_minor",
	"xen_extra",
	"xen_version",
	"xen_caps",
	"xen_scheduler",
	"xen_pagesize",
	"platform_params",
	"xen_changeset",
	"xen_commandline",
	"cc_compiler",
	"cc_compile_by",
	"cc_compile_domain",
	"cc_compile_date",
	"build_id",
	"xend_config_format",
	NULL,
};

static int64_t number(const struct json *object, const char *member)
{
	return json_int(json_get(object, member), 0);
}

static void print_value(FILE *out, const struct json *v)
{
	if (v && v->type == JSON_STRING)
		fputs(xl_safe(json_string(v, "")), out);
	else if (v && v->type == JSON_INT)
		fprintf(out, "%lld", (long long)json_int(v, 0));
	else if (v && v->type == JSON_REAL)
		fprintf(out, "%.3f", json_real(v, 0));
	fputc('\n', out);
}

static void print_lines(FILE *out, const struct json *info, const char *key,
			const char *const *labels)
{
	for (; *labels; labels++) {
		if (key && strncmp(*labels, key, strlen(key)) != 0)
			continue;
		if (!key)
			fprintf(out, "%-23s: ", *labels);
		print_value(out, json_get(info, *labels));
	}
}

static void print_topology(FILE *out, const struct json *info)
{
	const struct json *cpus = json_get(info, "cpu_topology");
	size_t i;

	fputs("cpu_topology           :\ncpu:    core    socket     node\n", out);
	for (i = 0; cpus && i < cpus->nr; i++)
		fprintf(out, "%3lld:    %4lld     %4lld     %4lld\n",
			(long long)number(cpus->items[i], "cpu"),
			(long long)number(cpus->items[i], "core"),
			(long long)number(cpus->items[i], "socket"),
			(long long)number(cpus->items[i], "node"));
	fputs("device topology        :\ndevice           node\n"
	      "No device topology data available\n",
	      out);
}

static void print_numa(FILE *out, const struct json *info)
{
	const struct json *nodes = json_get(info, "numa_info");
	size_t i, j;

	fputs("numa_info              :\nnode:    memsize    memfree    distances\n", out);
	for (i = 0; nodes && i < nodes->nr; i++) {
		const struct json *distances = json_get(nodes->items[i], "distances");

		fprintf(out, "%4lld:    %6lld     %6lld",
			(long long)number(nodes->items[i], "node"),
			(long long)number(nodes->items[i], "memsize"),
			(long long)number(nodes->items[i], "memfree"));
		for (j = 0; distances && j < distances->nr; j++)
			fprintf(out, "%s%lld", j ? "," : "      ",
				(long long)json_int(distances->items[j], 0));
		fputc('\n', out);
	}
}

void info_print(FILE *out, const struct json *info, const char *key, bool numa)
{
	print_lines(out, info, key, machine);
	if (numa && !key) {
		print_topology(out, info);
		print_numa(out, info);
	}
	print_lines(out, info, key, hypervisor);
}

void dmesg_print(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
}
