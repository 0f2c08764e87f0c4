/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every informational function of libxl, printed as xl prints it, so that the two can be
 * compared: query WHAT, where WHAT is info, list, vcpus, pools, sched or names.
 */
#include "common.h"

static libxl_ctx *ctx;

static void print_cpus(const libxl_bitmap *map)
{
	int cpu, all = 1;

	libxl_for_each_bit(cpu, *map) if (cpu < libxl_get_max_cpus(ctx)) all &=
		libxl_bitmap_test(map, cpu);
	if (all) {
		printf(" all");
		return;
	}
	printf(" ");
	libxl_for_each_set_bit(cpu, *map) printf("%d,", cpu);
}

static void print_version(void)
{
	const libxl_version_info *v = libxl_get_version_info(ctx);

	MUST(v && v == libxl_get_version_info(ctx));
	printf("xen_major              : %d\n", v->xen_version_major);
	printf("xen_minor              : %d\n", v->xen_version_minor);
	printf("xen_extra              : %s\n", v->xen_version_extra);
	printf("xen_version            : %d.%d%s\n", v->xen_version_major, v->xen_version_minor,
	       v->xen_version_extra);
	printf("xen_caps               : %s\n", v->capabilities);
	printf("xen_scheduler          : %s\n",
	       libxl_scheduler_to_string(libxl_get_scheduler(ctx)));
	printf("xen_pagesize           : %d\n", v->pagesize);
	printf("platform_params        : virt_start=0x%llx\n", (unsigned long long)v->virt_start);
	printf("xen_changeset          : %s\n", v->changeset);
	printf("xen_commandline        : %s\n", v->commandline);
	printf("cc_compiler            : %s\n", v->compiler);
	printf("cc_compile_by          : %s\n", v->compile_by);
	printf("cc_compile_domain      : %s\n", v->compile_domain);
	printf("cc_compile_date        : %s\n", v->compile_date);
	printf("build_id               : %s\n", v->build_id);
}

static void print_physinfo(void)
{
	libxl_physinfo p;
	uint64_t kib;
	int i;

	MUST(!libxl_get_physinfo(ctx, &p));
	printf("nr_cpus                : %d\n", p.nr_cpus);
	printf("max_cpu_id             : %d\n", p.max_cpu_id);
	printf("nr_nodes               : %d\n", p.nr_nodes);
	printf("cores_per_socket       : %d\n", p.cores_per_socket);
	printf("threads_per_core       : %d\n", p.threads_per_core);
	printf("cpu_mhz                : %d.%03d\n", p.cpu_khz / 1000, p.cpu_khz % 1000);
	printf("hw_caps                : ");
	for (i = 0; i < 8; i++)
		printf("%08x%s", p.hw_cap[i], i < 7 ? ":" : "\n");
	printf("virt_caps              :%s%s%s%s%s%s%s%s%s%s\n", p.cap_pv ? " pv" : "",
	       p.cap_hvm ? " hvm" : "", p.cap_hvm && p.cap_hvm_directio ? " hvm_directio" : "",
	       p.cap_hap ? " hap" : "", p.cap_shadow ? " shadow" : "",
	       p.cap_iommu_hap_pt_share ? " iommu_hap_pt_share" : "",
	       p.cap_vmtrace ? " vmtrace" : "", p.cap_vpmu ? " vpmu" : "",
	       p.cap_gnttab_v1 ? " gnttab-v1" : "", p.cap_gnttab_v2 ? " gnttab-v2" : "");
	printf("total_memory           : %llu\n", (unsigned long long)p.total_pages / 256);
	printf("free_memory            : %llu\n",
	       (unsigned long long)(p.free_pages + p.scrub_pages) / 256);
	MUST(p.max_possible_mfn >= p.total_pages);
	MUST(!libxl_get_free_memory(ctx, &kib) && kib == (p.free_pages + p.scrub_pages) * 4);
	MUST(libxl_get_max_cpus(ctx) == (int)p.max_cpu_id + 1);
	MUST(libxl_get_online_cpus(ctx) == (int)p.nr_cpus);
	libxl_physinfo_dispose(&p);
}

static void print_topology(void)
{
	int i, nr, devices = -1;
	libxl_cputopology *cpus = libxl_get_cpu_topology(ctx, &nr);
	libxl_bitmap sockets, nodes, of_node;
	libxl_pcitopology *pci;
	libxl_numainfo *numa;

	MUST(cpus && nr == libxl_get_max_cpus(ctx));
	for (i = 0; i < nr; i++)
		if (cpus[i].core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
			printf("cpu %d core %u socket %u node %u\n", i, cpus[i].core,
			       cpus[i].socket, cpus[i].node);
	libxl_cputopology_list_free(cpus, nr);
	numa = libxl_get_numainfo(ctx, &nr);
	MUST(numa && nr == libxl_get_max_nodes(ctx) && numa[0].num_dists == nr);
	for (i = 0; i < nr; i++)
		printf("node %d %llu %llu %u\n", i, (unsigned long long)numa[i].size >> 20,
		       (unsigned long long)numa[i].free >> 20, numa[i].dists[0]);
	libxl_numainfo_list_free(numa, nr);
	pci = libxl_get_pci_topology(ctx, &devices);
	MUST(pci && devices == 0); /* an empty list is no error */
	libxl_pcitopology_list_free(pci, devices);
	libxl_bitmap_init(&sockets);
	libxl_bitmap_init(&nodes);
	libxl_bitmap_init(&of_node);
	MUST(!libxl_socket_bitmap_alloc(ctx, &sockets, 0));
	MUST(!libxl_get_online_socketmap(ctx, &sockets) && libxl_bitmap_test(&sockets, 0));
	MUST(!libxl_cpu_bitmap_alloc(ctx, &of_node, 0) && !libxl_node_bitmap_alloc(ctx, &nodes, 0));
	MUST(!libxl_node_to_cpumap(ctx, 0, &of_node));
	MUST(libxl_bitmap_count_set(&of_node) == libxl_get_online_cpus(ctx));
	MUST(!libxl_cpumap_to_nodemap(ctx, &of_node, &nodes) &&
	     libxl_bitmap_count_set(&nodes) == 1);
	libxl_bitmap_dispose(&sockets);
	libxl_bitmap_dispose(&nodes);
	libxl_bitmap_dispose(&of_node);
}

/* As xl list, without the times. */
static void print_domains(void)
{
	int i, nr, nr_vms;
	libxl_dominfo *list = libxl_list_domain(ctx, &nr), one;
	libxl_vminfo *vms = libxl_list_vm(ctx, &nr_vms);

	MUST(list && vms && nr == nr_vms);
	for (i = 0; i < nr; i++) {
		char *name = libxl_domid_to_name(ctx, list[i].domid);

		printf("%s %u %llu %u\n", name, list[i].domid,
		       (unsigned long long)(list[i].current_memkb + list[i].outstanding_memkb) /
			       1024,
		       list[i].vcpu_online);
		MUST(!libxl_domain_info(ctx, &one, list[i].domid));
		MUST(!libxl_uuid_compare(&one.uuid, &list[i].uuid) && one.domid == list[i].domid);
		MUST(one.max_memkb >= one.current_memkb && one.cpupool == list[i].cpupool);
		MUST(vms[i].domid == one.domid && !libxl_uuid_compare(&vms[i].uuid, &one.uuid));
		libxl_dominfo_dispose(&one);
		free(name);
	}
	libxl_dominfo_list_free(list, nr);
	libxl_vminfo_list_free(vms, nr_vms);
	MUST(!libxl_domain_info(ctx, NULL, 0));
	MUST(libxl_domain_info(ctx, NULL, 30000) == ERROR_DOMAIN_NOTFOUND);
}

/* As xl vcpu-list: name, vCPU, affinities. */
static void print_vcpus(void)
{
	int i, j, nr, nr_vcpus, nr_cpus;
	libxl_dominfo *list = libxl_list_domain(ctx, &nr);

	MUST(list);
	for (i = 0; i < nr; i++) {
		libxl_vcpuinfo *v = libxl_list_vcpu(ctx, list[i].domid, &nr_vcpus, &nr_cpus);
		char *name = libxl_domid_to_name(ctx, list[i].domid);

		MUST(v && nr_cpus == libxl_get_max_cpus(ctx));
		for (j = 0; j < nr_vcpus; j++) {
			printf("%s %u %u", name, list[i].domid, v[j].vcpuid);
			print_cpus(&v[j].cpumap);
			printf(" /");
			print_cpus(&v[j].cpumap_soft);
			putchar('\n');
		}
		libxl_vcpuinfo_list_free(v, nr_vcpus);
		free(name);
	}
	libxl_dominfo_list_free(list, nr);
	MUST(!libxl_list_vcpu(ctx, 30000, &nr_vcpus, &nr_cpus));
}

/* As xl cpupool-list: name, CPUs, scheduler, domains. */
static void print_pools(void)
{
	int i, nr;
	libxl_cpupoolinfo *list = libxl_list_cpupool(ctx, &nr), one;
	libxl_bitmap free_cpus;

	MUST(list);
	for (i = 0; i < nr; i++) {
		printf("%s %d %s y %u\n", list[i].pool_name,
		       libxl_bitmap_count_set(&list[i].cpumap),
		       libxl_scheduler_to_string(list[i].sched), list[i].n_dom);
		MUST(!libxl_cpupool_info(ctx, &one, list[i].poolid) && one.n_dom == list[i].n_dom);
		MUST(libxl_bitmap_equal(&one.cpumap, &list[i].cpumap, 0));
		libxl_cpupoolinfo_dispose(&one);
		MUST(libxl_cpupoolid_is_valid(ctx, list[i].poolid));
	}
	libxl_cpupoolinfo_list_free(list, nr);
	MUST(!libxl_cpupoolid_is_valid(ctx, 30000) && libxl_cpupool_info(ctx, &one, 30000));
	libxl_bitmap_init(&free_cpus);
	MUST(!libxl_get_freecpus(ctx, &free_cpus));
	printf("free %d\n", libxl_bitmap_count_set(&free_cpus));
	libxl_bitmap_dispose(&free_cpus);
}

/* As xl sched-credit2. */
static void print_sched(void)
{
	int i, nr;
	libxl_dominfo *list = libxl_list_domain(ctx, &nr);
	libxl_sched_credit2_params pool;
	libxl_sched_credit_params older;
	libxl_domain_sched_params p;

	MUST(list && !libxl_sched_credit2_params_get(ctx, 0, &pool));
	printf("ratelimit=%dus\n", pool.ratelimit_us);
	for (i = 0; i < nr; i++) {
		char *name = libxl_domid_to_name(ctx, list[i].domid);

		MUST(!libxl_domain_sched_params_get(ctx, list[i].domid, &p));
		MUST(p.sched == LIBXL_SCHEDULER_CREDIT2);
		printf("%s %u %d %d\n", name, list[i].domid, p.weight, p.cap);
		libxl_domain_sched_params_dispose(&p);
		free(name);
	}
	libxl_dominfo_list_free(list, nr);
	MUST(libxl_sched_credit_params_get(ctx, 0, &older) == ERROR_FAIL);
	MUST(libxl_domain_sched_params_get(ctx, 30000, &p) == ERROR_DOMAIN_NOTFOUND);
}

static void check_names(void)
{
	uint32_t id = 77;
	int was_name = -1;
	char *name;

	MUST(!libxl_name_to_domid(ctx, "Domain-0", &id) && id == 0);
	MUST(libxl_name_to_domid(ctx, "nobody", &id) == ERROR_INVAL);
	MUST(!libxl_domain_qualifier_to_domid(ctx, "123", &id) && id == 123);
	MUST(!libxl_domain_qualifier_to_domid(ctx, "Domain-0", &id) && id == 0);
	MUST(libxl_domain_qualifier_to_domid(ctx, "12x", &id) == ERROR_INVAL);
	MUST(!libxl_domid_to_name(ctx, 30000));
	MUST(!libxl_cpupool_qualifier_to_cpupoolid(ctx, "5", &id, &was_name));
	MUST(id == 5 && was_name == 0);
	MUST(!libxl_cpupool_qualifier_to_cpupoolid(ctx, "Pool-0", &id, &was_name));
	MUST(id == 0 && was_name == 1);
	MUST(libxl_name_to_cpupoolid(ctx, "nobody", &id));
	name = libxl_cpupoolid_to_name(ctx, 0);
	MUST(name && !strcmp(name, "Pool-0"));
	free(name);
	MUST(!libxl_cpupoolid_to_name(ctx, 30000));
	MUST(libxl_vm_get_start_time(ctx, 30000) == UINT32_MAX);
	printf("names well\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		void (*print)(void);
	} parts[] = {
		{"version", print_version},   {"physinfo", print_physinfo},
		{"topology", print_topology}, {"list", print_domains},
		{"vcpus", print_vcpus},	      {"pools", print_pools},
		{"sched", print_sched},	      {"names", check_names},
	};
	size_t i;

	MUST(argc == 2);
	ctx = new_context();
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].word, argv[1]))
			parts[i].print();
	MUST(!libxl_ctx_free(ctx));
	return 0;
}
