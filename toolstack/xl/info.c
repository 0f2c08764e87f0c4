/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "info.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "xl.h"

struct lines {
	FILE *out;
	const char *key; /* NULL: all, with their labels */
};

static void __attribute__((format(printf, 3, 4)))
line(const struct lines *lines, const char *label, const char *format, ...)
{
	va_list args;

	if (lines->key && strncmp(label, lines->key, strlen(lines->key)) != 0)
		return;
	if (!lines->key)
		fprintf(lines->out, "%-23s: ", label);
	va_start(args, format);
	vfprintf(lines->out, format, args);
	va_end(args);
	fputc('\n', lines->out);
}

static void text(const struct lines *lines, const char *label, const char *value)
{
	line(lines, label, "%s", xl_safe(value ? value : ""));
}

static void print_system(const struct lines *lines, const struct utsname *system)
{
	text(lines, "host", system->nodename);
	text(lines, "release", system->release);
	text(lines, "version", system->version);
	text(lines, "machine", system->machine);
}

static void print_capabilities(const struct lines *lines, const libxl_physinfo *p)
{
	const struct {
		bool there;
		const char *word;
	} caps[] = {
		{p->cap_pv, "pv"},
		{p->cap_hvm, "hvm"},
		{p->cap_hvm && p->cap_hvm_directio, "hvm_directio"},
		{p->cap_pv && p->cap_hvm_directio, "pv_directio"},
		{p->cap_hap, "hap"},
		{p->cap_shadow, "shadow"},
		{p->cap_iommu_hap_pt_share, "iommu_hap_pt_share"},
		{p->cap_vmtrace, "vmtrace"},
		{p->cap_vpmu, "vpmu"},
		{p->cap_gnttab_v1, "gnttab-v1"},
		{p->cap_gnttab_v2, "gnttab-v2"},
	};
	char words[160] = "";
	size_t i, len = 0;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (caps[i].there)
			len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s",
						len ? " " : "", caps[i].word);
	text(lines, "virt_caps", words);
}

static void print_machine(const struct lines *lines, const struct info *info)
{
	const libxl_physinfo *p = &info->machine;
	int size = info->version->pagesize;
	uint64_t per_mib = size > 0 && size <= 1 << 20 ? (1u << 20) / (unsigned int)size : 256;

	line(lines, "nr_cpus", "%u", p->nr_cpus);
	line(lines, "max_cpu_id", "%u", p->max_cpu_id);
	line(lines, "nr_nodes", "%u", p->nr_nodes);
	line(lines, "cores_per_socket", "%u", p->cores_per_socket);
	line(lines, "threads_per_core", "%u", p->threads_per_core);
	line(lines, "cpu_mhz", "%u.%03u", p->cpu_khz / 1000, p->cpu_khz % 1000);
	line(lines, "hw_caps", "%08x:%08x:%08x:%08x:%08x:%08x:%08x:%08x", p->hw_cap[0],
	     p->hw_cap[1], p->hw_cap[2], p->hw_cap[3], p->hw_cap[4], p->hw_cap[5], p->hw_cap[6],
	     p->hw_cap[7]);
	print_capabilities(lines, p);
	line(lines, "total_memory", "%" PRIu64, p->total_pages / per_mib);
	line(lines, "free_memory", "%" PRIu64, (p->free_pages + p->scrub_pages) / per_mib);
	line(lines, "sharing_freed_memory", "%" PRIu64, p->sharing_freed_pages / per_mib);
	line(lines, "sharing_used_memory", "%" PRIu64, p->sharing_used_frames / per_mib);
	line(lines, "outstanding_claims", "%" PRIu64, p->outstanding_pages / per_mib);
	line(lines, "free_cpus", "%d", info->free_cpus);
}

static void print_topology(FILE *out, const struct info *info)
{
	int i;

	fputs("cpu_topology           :\ncpu:    core    socket     node\n", out);
	for (i = 0; i < info->nr_cpus; i++)
		if (info->cpus[i].core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
			fprintf(out, "%3d:    %4u     %4u     %4u\n", i, info->cpus[i].core,
				info->cpus[i].socket, info->cpus[i].node);
	fputs("device topology        :\ndevice           node\n"
	      "No device topology data available\n",
	      out);
}

static void print_numa(FILE *out, const struct info *info)
{
	const libxl_numainfo *node;
	int i, j;

	fputs("numa_info              :\nnode:    memsize    memfree    distances\n", out);
	for (i = 0; i < info->nr_nodes; i++) {
		node = &info->nodes[i];
		if (node->size == LIBXL_NUMAINFO_INVALID_ENTRY)
			continue;
		fprintf(out, "%4d:    %6" PRIu64 "     %6" PRIu64, i, node->size >> 20,
			node->free >> 20);
		for (j = 0; j < node->num_dists; j++)
			fprintf(out, "%s%u", j ? "," : "      ", node->dists[j]);
		fputc('\n', out);
	}
}

static void print_hypervisor(const struct lines *lines, const struct info *info)
{
	const libxl_version_info *v = info->version;

	line(lines, "xen_major", "%d", v->xen_version_major);
	line(lines, "xen_minor", "%d", v->xen_version_minor);
	text(lines, "xen_extra", v->xen_version_extra);
	line(lines, "xen_version", "%d.%d%s", v->xen_version_major, v->xen_version_minor,
	     xl_safe(v->xen_version_extra));
	text(lines, "xen_caps", v->capabilities);
	text(lines, "xen_scheduler", libxl_scheduler_to_string(info->scheduler));
	line(lines, "xen_pagesize", "%d", v->pagesize);
	line(lines, "platform_params", "virt_start=0x%" PRIx64, v->virt_start);
	text(lines, "xen_changeset", v->changeset);
	text(lines, "xen_commandline", v->commandline);
	text(lines, "cc_compiler", v->compiler);
	text(lines, "cc_compile_by", v->compile_by);
	text(lines, "cc_compile_domain", v->compile_domain);
	text(lines, "cc_compile_date", v->compile_date);
	text(lines, "build_id", v->build_id);
	line(lines, "xend_config_format", "4");
}

void info_print(FILE *out, const struct info *info, const char *key, bool numa)
{
	struct lines lines = {.out = out, .key = key};

	print_system(&lines, &info->system);
	print_machine(&lines, info);
	if (numa && !key) {
		print_topology(out, info);
		print_numa(out, info);
	}
	print_hypervisor(&lines, info);
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
