/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The machine and the hypervisor: host.info in libxl's types. */
#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"
#include "libxl_query.h"

#define PAGE_KIB 4

/* --- version ----------------------------------------------------------------------- */

static void fill_version(libxl_version_info *v, const struct json *info)
{
	const char *start = json_string(json_get(info, "platform_params"), "");
	const char *digits = strstr(start, "virt_start=");

	v->xen_version_major = (int)libxl__get_u32(info, "xen_major");
	v->xen_version_minor = (int)libxl__get_u32(info, "xen_minor");
	v->xen_version_extra = libxl__get_text(info, "xen_extra");
	v->compiler = libxl__get_text(info, "cc_compiler");
	v->compile_by = libxl__get_text(info, "cc_compile_by");
	v->compile_domain = libxl__get_text(info, "cc_compile_domain");
	v->compile_date = libxl__get_text(info, "cc_compile_date");
	v->capabilities = libxl__get_text(info, "xen_caps");
	v->changeset = libxl__get_text(info, "xen_changeset");
	v->commandline = libxl__get_text(info, "xen_commandline");
	v->build_id = libxl__get_text(info, "build_id");
	v->pagesize = (int)libxl__get_u32(info, "xen_pagesize");
	v->virt_start = digits ? strtoull(digits + strlen("virt_start="), NULL, 16) : 0;
}

/*
 * Asked once: the hypervisor does not change under a running nacred, and callers keep
 * the pointer.  Its strings are this context's own, as libvirt's driver cuts them up.
 */
const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx)
{
	libxl_version_info *v = &ctx->version;
	struct json *info;
	bool there;

	libxl__ctx_lock(ctx);
	there = v->xen_version_extra != NULL;
	libxl__ctx_unlock(ctx);
	if (there)
		return v;
	if (libxl__host_info(ctx, &info))
		return NULL;
	libxl__ctx_lock(ctx);
	if (!v->xen_version_extra)
		fill_version(v, info);
	libxl__ctx_unlock(ctx);
	json_free(info);
	return v;
}

/* --- figures ----------------------------------------------------------------------- */

static void fill_hwcap(libxl_hwcap cap, const char *words)
{
	char *end;
	int i;

	memset(cap, 0, sizeof(libxl_hwcap));
	for (i = 0; i < 8 && *words; i++) {
		cap[i] = (uint32_t)strtoul(words, &end, 16);
		words = *end == ':' ? end + 1 : "";
	}
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *p = words;

	while ((p = strstr(p, word))) {
		if ((p == words || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
		p += len;
	}
	return false;
}

static void fill_capabilities(libxl_physinfo *p, const char *caps)
{
	p->cap_hvm = has_word(caps, "hvm");
	p->cap_pv = has_word(caps, "pv");
	p->cap_hvm_directio = has_word(caps, "hvm_directio");
	p->cap_hap = has_word(caps, "hap");
	p->cap_shadow = has_word(caps, "shadow");
	p->cap_iommu_hap_pt_share = has_word(caps, "iommu_hap_pt_share");
	p->cap_vmtrace = has_word(caps, "vmtrace");
	p->cap_vpmu = has_word(caps, "vpmu");
	p->cap_gnttab_v1 = has_word(caps, "gnttab-v1");
	p->cap_gnttab_v2 = has_word(caps, "gnttab-v2");
}

/* Memory in pages; what is being scrubbed is not yet free. */
static void fill_physinfo(libxl_physinfo *p, const struct json *info)
{
	uint64_t scrub_kib = libxl__get_u64(info, "scrub_kib");
	uint64_t free_kib = libxl__get_u64(info, "free_kib");

	p->threads_per_core = libxl__get_u32(info, "threads_per_core");
	p->cores_per_socket = libxl__get_u32(info, "cores_per_socket");
	p->max_cpu_id = libxl__get_u32(info, "max_cpu_id");
	p->nr_cpus = libxl__get_u32(info, "nr_cpus");
	p->cpu_khz = libxl__get_u32(info, "cpu_khz");
	p->total_pages = libxl__get_u64(info, "total_kib") / PAGE_KIB;
	p->free_pages = (free_kib > scrub_kib ? free_kib - scrub_kib : 0) / PAGE_KIB;
	p->scrub_pages = scrub_kib / PAGE_KIB;
	p->outstanding_pages = libxl__get_u64(info, "outstanding_kib") / PAGE_KIB;
	p->sharing_freed_pages = libxl__get_u64(info, "sharing_freed_memory");
	p->sharing_used_frames = libxl__get_u64(info, "sharing_used_memory");
	p->max_possible_mfn = libxl__get_u64(info, "max_mfn");
	p->nr_nodes = libxl__get_u32(info, "nr_nodes");
	fill_hwcap(p->hw_cap, json_string(json_get(info, "hw_caps"), ""));
	fill_capabilities(p, json_string(json_get(info, "virt_caps"), ""));
}

int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo)
{
	struct json *info;
	int rc = libxl__host_info(ctx, &info);

	if (rc)
		return rc;
	fill_physinfo(physinfo, info);
	json_free(info);
	return 0;
}

/* One number out of host.info, or a negative error. */
static int host_number(libxl_ctx *ctx, int (*number)(const struct json *info))
{
	struct json *info;
	int rc = libxl__host_info(ctx, &info);

	if (rc)
		return rc;
	rc = number(info);
	json_free(info);
	return rc;
}

static int online_cpus(const struct json *info)
{
	return (int)libxl__get_u32(info, "nr_cpus");
}

static int max_nodes(const struct json *info)
{
	const struct json *nodes = json_get(info, "numa_info");

	return nodes && nodes->type == JSON_ARRAY && nodes->nr ? (int)nodes->nr : ERROR_FAIL;
}

static int scheduler(const struct json *info)
{
	libxl_scheduler sched = libxl__scheduler(json_string(json_get(info, "xen_scheduler"), ""));

	return sched == LIBXL_SCHEDULER_UNKNOWN ? ERROR_FAIL : (int)sched;
}

int libxl_get_max_cpus(libxl_ctx *ctx)
{
	return host_number(ctx, libxl__host_max_cpus);
}

int libxl_get_online_cpus(libxl_ctx *ctx)
{
	return host_number(ctx, online_cpus);
}

int libxl_get_max_nodes(libxl_ctx *ctx)
{
	return host_number(ctx, max_nodes);
}

int libxl_get_scheduler(libxl_ctx *ctx)
{
	return host_number(ctx, scheduler);
}

int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb)
{
	struct json *info;
	int rc = libxl__host_info(ctx, &info);

	if (rc)
		return rc;
	*memkb = libxl__get_u64(info, "free_kib");
	json_free(info);
	return 0;
}

/* --- topology ---------------------------------------------------------------------- */

libxl_cputopology *libxl_get_cpu_topology(libxl_ctx *ctx, int *nb_cpu_out)
{
	libxl_cputopology *list = NULL;
	const struct json *cpus;
	struct json *info;
	size_t i;
	int nr;

	if (libxl__host_info(ctx, &info))
		return NULL;
	cpus = json_get(info, "cpu_topology");
	nr = libxl__host_max_cpus(info);
	if (nr > 0 && cpus && cpus->type == JSON_ARRAY)
		list = libxl__list_alloc((size_t)nr, sizeof(*list));
	/* All ones: no such CPU, in every member. */
	if (list)
		memset(list, 0xff, (size_t)nr * sizeof(*list));
	for (i = 0; list && i < cpus->nr; i++) {
		const struct json *cpu = cpus->items[i];
		uint32_t id = libxl__get_u32(cpu, "cpu");

		if (id < (uint32_t)nr)
			list[id] = (libxl_cputopology){.core = libxl__get_u32(cpu, "core"),
						       .socket = libxl__get_u32(cpu, "socket"),
						       .node = libxl__get_u32(cpu, "node")};
	}
	json_free(info);
	if (list)
		*nb_cpu_out = nr;
	return list;
}

static int fill_node(libxl_numainfo *node, const struct json *v)
{
	const struct json *distances = json_get(v, "distances");
	size_t i, nr = distances && distances->type == JSON_ARRAY ? distances->nr : 0;

	libxl_numainfo_init(node);
	node->size = libxl__get_u64(v, "size_bytes");
	node->free = libxl__get_u64(v, "free_bytes");
	node->dists = libxl__list_alloc(nr, sizeof(*node->dists));
	if (!node->dists)
		return ERROR_NOMEM;
	node->num_dists = (int)nr;
	for (i = 0; i < nr; i++)
		node->dists[i] = (uint32_t)json_int(distances->items[i], 0);
	return 0;
}

libxl_numainfo *libxl_get_numainfo(libxl_ctx *ctx, int *nr)
{
	libxl_numainfo *list = NULL;
	const struct json *nodes;
	struct json *info;
	size_t i = 0;

	if (libxl__host_info(ctx, &info))
		return NULL;
	nodes = json_get(info, "numa_info");
	if (nodes && nodes->type == JSON_ARRAY)
		list = libxl__list_alloc(nodes->nr, sizeof(*list));
	while (list && i < nodes->nr) {
		if (fill_node(&list[i], nodes->items[i])) {
			libxl_numainfo_list_free(list, (int)i);
			list = NULL;
			break;
		}
		i++;
	}
	json_free(info);
	if (list)
		*nr = (int)i;
	return list;
}

/* The hypervisor knows of no devices, as there is no passthrough: an empty list, which
 * is not the NULL of an error. */
libxl_pcitopology *libxl_get_pci_topology(libxl_ctx *ctx, int *num_devs)
{
	*num_devs = 0;
	return libxl__list_alloc(0, sizeof(libxl_pcitopology));
}
