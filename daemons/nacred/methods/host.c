/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* host.*: the machine and the hypervisor, as xl info and xl dmesg show them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "nacred.h"
#include "rpc.h"
#include "fields.h"

#include "ctrl/cpupool.h"
#include "ctrl/host.h"
#include "ctrl/sched.h"

/* More CPUs or nodes than this are not listed. */
#define MAX_CPUS  1024
#define MAX_NODES 64

#define PAGES_PER_MIB (1024 * 1024 / CTRL_PAGE_SIZE)

static const char *scheduler_name(struct ctrl *ctrl)
{
	uint32_t id;

	return ctrl_sched_id(ctrl, &id) ? "unknown" : ctrl_sched_name(id);
}

static void add_virt_caps(struct json *v, uint32_t caps)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} words[] = {
		{XEN_SYSCTL_PHYSCAP_pv, "pv"},
		{XEN_SYSCTL_PHYSCAP_hvm, "hvm"},
		{XEN_SYSCTL_PHYSCAP_hap, "hap"},
		{XEN_SYSCTL_PHYSCAP_shadow, "shadow"},
		{XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, "iommu_hap_pt_share"},
		{XEN_SYSCTL_PHYSCAP_vmtrace, "vmtrace"},
		{XEN_SYSCTL_PHYSCAP_vpmu, "vpmu"},
		{XEN_SYSCTL_PHYSCAP_gnttab_v1, "gnttab-v1"},
		{XEN_SYSCTL_PHYSCAP_gnttab_v2, "gnttab-v2"},
	};
	char text[160] = "";
	size_t i, len = 0;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (caps & words[i].bit)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? " " : "", words[i].word);
	json_set_string(v, "virt_caps", text);
}

static void add_system(struct json *v)
{
	struct utsname u;

	memset(&u, 0, sizeof(u));
	uname(&u);
	json_set_string(v, "host", u.nodename);
	json_set_string(v, "release", u.release);
	json_set_string(v, "version", u.version);
	json_set_string(v, "machine", u.machine);
}

/* CPUs in no pool. */
static int count_free_cpus(struct ctrl *ctrl)
{
	uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8];
	int nr = 0;
	size_t i;

	if (ctrl_cpupool_free_cpus(ctrl, cpus))
		return 0;
	for (i = 0; i < sizeof(cpus); i++)
		nr += __builtin_popcount(cpus[i]);
	return nr;
}

static int add_physinfo(struct nacred *n, struct json *v, struct rpc_error *e)
{
	struct xen_sysctl_physinfo p;
	char caps[80], mhz[32];
	size_t i, len = 0;
	int rc = ctrl_host_physinfo(n->ctrl, &p);

	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot read the host's figures");
	for (i = 0; i < sizeof(p.hw_cap) / sizeof(p.hw_cap[0]); i++)
		len += (size_t)snprintf(caps + len, sizeof(caps) - len, "%s%08x", i ? ":" : "",
					p.hw_cap[i]);
	snprintf(mhz, sizeof(mhz), "%u.%03u", p.cpu_khz / 1000, p.cpu_khz % 1000);
	json_set_int(v, "nr_cpus", p.nr_cpus);
	json_set_int(v, "max_cpu_id", p.max_cpu_id);
	json_set_int(v, "nr_nodes", p.nr_nodes);
	json_set_int(v, "cores_per_socket", p.cores_per_socket);
	json_set_int(v, "threads_per_core", p.threads_per_core);
	json_set_string(v, "cpu_mhz", mhz);
	json_set_int(v, "cpu_khz", p.cpu_khz);
	json_set_string(v, "hw_caps", caps);
	add_virt_caps(v, p.capabilities);
	json_set_int(v, "total_memory", (int64_t)(p.total_pages / PAGES_PER_MIB));
	json_set_int(v, "free_memory", (int64_t)((p.free_pages + p.scrub_pages) / PAGES_PER_MIB));
	json_set_int(v, "total_kib", (int64_t)(p.total_pages * (CTRL_PAGE_SIZE / 1024)));
	json_set_int(v, "free_kib",
		     (int64_t)((p.free_pages + p.scrub_pages) * (CTRL_PAGE_SIZE / 1024)));
	json_set_int(v, "scrub_kib", (int64_t)(p.scrub_pages * (CTRL_PAGE_SIZE / 1024)));
	json_set_int(v, "outstanding_kib",
		     (int64_t)(p.outstanding_pages * (CTRL_PAGE_SIZE / 1024)));
	json_set_int(v, "max_mfn", (int64_t)p.max_mfn);
	json_set_int(v, "sharing_freed_memory", 0);
	json_set_int(v, "sharing_used_memory", 0);
	json_set_int(v, "outstanding_claims", (int64_t)(p.outstanding_pages / PAGES_PER_MIB));
	json_set_int(v, "free_cpus", count_free_cpus(n->ctrl));
	return 0;
}

static void add_version(struct nacred *n, struct json *v)
{
	const struct ctrl_version *x = &n->version;
	char text[80];

	json_set_int(v, "xen_major", x->major);
	json_set_int(v, "xen_minor", x->minor);
	json_set_string(v, "xen_extra", x->extra);
	snprintf(text, sizeof(text), "%u.%u%s", x->major, x->minor, x->extra);
	json_set_string(v, "xen_version", text);
	json_set_string(v, "xen_caps", x->capabilities);
	json_set_string(v, "xen_scheduler", scheduler_name(n->ctrl));
	json_set_int(v, "xen_pagesize", x->page_size);
	snprintf(text, sizeof(text), "virt_start=0x%llx", (unsigned long long)x->virt_start);
	json_set_string(v, "platform_params", text);
	json_set_string(v, "xen_changeset", x->changeset);
	json_set_string(v, "xen_commandline", x->commandline);
	json_set_string(v, "cc_compiler", x->compiler);
	json_set_string(v, "cc_compile_by", x->compile_by);
	json_set_string(v, "cc_compile_domain", x->compile_domain);
	json_set_string(v, "cc_compile_date", x->compile_date);
	json_set_string(v, "build_id", x->build_id);
	json_set_int(v, "xend_config_format", 4);
}

static void add_topology(struct nacred *n, struct json *v)
{
	struct xen_sysctl_cputopo *topo = calloc(MAX_CPUS, sizeof(*topo));
	struct json *list = json_new_array();
	uint32_t nr = MAX_CPUS, i;

	if (topo && ctrl_host_cpu_topology(n->ctrl, topo, &nr) == 0) {
		for (i = 0; i < nr && i < MAX_CPUS; i++) {
			struct json *cpu = json_new_object();

			if (topo[i].core == XEN_INVALID_CORE_ID) {
				json_free(cpu);
				continue;
			}
			json_set_int(cpu, "cpu", i);
			json_set_int(cpu, "core", topo[i].core);
			json_set_int(cpu, "socket", topo[i].socket);
			json_set_int(cpu, "node", topo[i].node);
			json_append(list, cpu);
		}
	}
	free(topo);
	json_set(v, "cpu_topology", list);
}

static void add_numa(struct nacred *n, struct json *v)
{
	struct xen_sysctl_meminfo mem[MAX_NODES];
	uint32_t distance[MAX_NODES * MAX_NODES], nr = MAX_NODES, i, j;
	struct json *list = json_new_array();

	if (ctrl_host_numa(n->ctrl, mem, distance, &nr) == 0) {
		for (i = 0; i < nr && i < MAX_NODES; i++) {
			struct json *node = json_new_object(), *row = json_new_array();

			json_set_int(node, "node", i);
			json_set_int(node, "memsize", (int64_t)(mem[i].memsize >> 20));
			json_set_int(node, "memfree", (int64_t)(mem[i].memfree >> 20));
			json_set_int(node, "size_bytes", (int64_t)mem[i].memsize);
			json_set_int(node, "free_bytes", (int64_t)mem[i].memfree);
			for (j = 0; j < nr && j < MAX_NODES; j++)
				json_append(row, json_new_int(distance[i * nr + j]));
			json_set(node, "distances", row);
			json_append(list, node);
		}
	}
	json_set(v, "numa_info", list);
}

static int info(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct json *v = json_new_object();

	add_system(v);
	if (add_physinfo(n, v, e)) {
		json_free(v);
		return RPC_FAILED;
	}
	add_version(n, v);
	add_topology(n, v);
	add_numa(n, v);
	*result = v;
	return RPC_DONE;
}

/* What the hypervisor says about live patches (the second by debug key x): names and,
 * in Xen, the metadata, which may be about an advisory that is not disclosed. */
static bool is_about_patches(const char *line, size_t len)
{
	return memmem(line, len, "livepatch:", strlen("livepatch:")) ||
	       memmem(line, len, " name=", strlen(" name="));
}

/* For all time, not only while there is a secret: so that a gap tells nothing. */
static void drop_patch_lines(char *text)
{
	char *to = text;

	while (*text) {
		size_t len = strcspn(text, "\n");

		len += text[len] == '\n';
		if (!is_about_patches(text, len)) {
			memmove(to, text, len);
			to += len;
		}
		text += len;
	}
	*to = '\0';
}

static int dmesg(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	bool clear = json_bool(json_get(params, "clear"), false);
	struct json *v;
	size_t len;
	char *text;
	int rc;

	if (clear && !rq->client->trusted)
		return fail(e, XL_FAIL, "request.forbidden", "user %u may not clear the log",
			    (unsigned int)rq->client->peer.uid);
	rc = ctrl_host_console_read(n->ctrl, clear, &text, &len);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot read the console ring");
	if (!rq->client->trusted)
		drop_patch_lines(text);
	v = json_new_object();
	json_set_string(v, "text", text);
	free(text);
	*result = v;
	return RPC_DONE;
}

#define STRING(key)                                                                                \
	{                                                                                          \
		.name = (key), .type = F_STRING                                                    \
	}
#define NUMBER(key)                                                                                \
	{                                                                                          \
		.name = (key), .type = F_INT                                                       \
	}

static const struct field topology_fields[] = {
	NUMBER("cpu"), NUMBER("core"), NUMBER("socket"), NUMBER("node"), FIELDS_END,
};

static const struct field numa_fields[] = {
	NUMBER("node"),
	{.name = "memsize", .type = F_INT, .summary = "MiB"},
	{.name = "memfree", .type = F_INT, .summary = "MiB"},
	NUMBER("size_bytes"),
	NUMBER("free_bytes"),
	{.name = "distances", .type = F_ARRAY, .element = F_INT},
	FIELDS_END,
};

static const struct field info_result[] = {
	STRING("host"),
	STRING("release"),
	STRING("version"),
	STRING("machine"),
	NUMBER("nr_cpus"),
	NUMBER("max_cpu_id"),
	NUMBER("nr_nodes"),
	NUMBER("cores_per_socket"),
	NUMBER("threads_per_core"),
	{.name = "cpu_mhz", .type = F_STRING, .summary = "MHz with three decimals"},
	NUMBER("cpu_khz"),
	{.name = "hw_caps", .type = F_STRING, .summary = "eight CPUID words, hexadecimal"},
	{.name = "virt_caps", .type = F_STRING, .summary = "words between spaces"},
	{.name = "total_memory", .type = F_INT, .summary = "MiB"},
	{.name = "free_memory", .type = F_INT, .summary = "MiB"},
	NUMBER("total_kib"),
	NUMBER("free_kib"),
	{.name = "scrub_kib", .type = F_INT, .summary = "part of free_kib that is being scrubbed"},
	{.name = "outstanding_kib", .type = F_INT, .summary = "claimed, not yet given"},
	{.name = "max_mfn", .type = F_INT, .summary = "the last page frame there may be"},
	NUMBER("sharing_freed_memory"),
	NUMBER("sharing_used_memory"),
	{.name = "outstanding_claims", .type = F_INT, .summary = "MiB"},
	NUMBER("free_cpus"),
	NUMBER("xen_major"),
	NUMBER("xen_minor"),
	STRING("xen_extra"),
	STRING("xen_version"),
	STRING("xen_caps"),
	STRING("xen_scheduler"),
	NUMBER("xen_pagesize"),
	STRING("platform_params"),
	STRING("xen_changeset"),
	STRING("xen_commandline"),
	STRING("cc_compiler"),
	STRING("cc_compile_by"),
	STRING("cc_compile_domain"),
	STRING("cc_compile_date"),
	STRING("build_id"),
	NUMBER("xend_config_format"),
	{.name = "cpu_topology", .type = F_ARRAY, .of = topology_fields},
	{.name = "numa_info", .type = F_ARRAY, .of = numa_fields},
	FIELDS_END,
};

static const struct field dmesg_params[] = {
	{.name = "clear", .type = F_BOOL, .optional = true, .summary = "empty the ring afterwards"},
	FIELDS_END,
};

static const struct field dmesg_result[] = {
	STRING("text"),
	FIELDS_END,
};

const struct method methods_host[] = {
	{
		.name = "host.info",
		.summary = "The figures of machine and hypervisor, named as xl info does",
		.result = info_result,
		.handle = info,
	},
	{
		.name = "host.dmesg",
		.summary = "The hypervisor's message ring",
		.params = dmesg_params,
		.result = dmesg_result,
		.handle = dmesg,
	},
	{.name = NULL},
};
