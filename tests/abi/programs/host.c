/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A monitor: hosts, pools, domains and their vCPUs, and what xl's files say. */
#include <libxl.h>
#include <libxl_utils.h>
#include <libxlutil.h>
#include <stdio.h>
#include <stdlib.h>

static void domains(libxl_ctx *ctx)
{
	int i, v, nr, vcpus, cpus;
	libxl_dominfo *list = libxl_list_domain(ctx, &nr);

	for (i = 0; list && i < nr; i++) {
		libxl_vcpuinfo *vcpu = libxl_list_vcpu(ctx, list[i].domid, &vcpus, &cpus);
		char *name = libxl_domid_to_name(ctx, list[i].domid);

		printf("%s %llu%s\n", name, (unsigned long long)list[i].cpu_time,
		       list[i].shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH ? " crashed" : "");
		for (v = 0; vcpu && v < vcpus; v++)
			printf("%u on %u\n", vcpu[v].vcpuid, vcpu[v].cpu);
		libxl_vcpuinfo_list_free(vcpu, vcpus);
		free(name);
	}
	libxl_dominfo_list_free(list, nr);
}

static void pools(libxl_ctx *ctx)
{
	libxl_cpupoolinfo *pool;
	int i, nr;

	pool = libxl_list_cpupool(ctx, &nr);
	for (i = 0; pool && i < nr; i++)
		printf("%s %s %d\n", pool[i].pool_name, libxl_scheduler_to_string(pool[i].sched),
		       libxl_bitmap_count_set(&pool[i].cpumap));
	libxl_cpupoolinfo_list_free(pool, nr);
}

static int memory(void)
{
	XLU_Config *config = xlu_cfg_init(stderr, "memory");
	long memory = 0;
	int e;

	if (!config)
		return 1;
	e = xlu_cfg_readdata(config, "memory = 64\n", 12);
	if (!e)
		e = xlu_cfg_get_long(config, "memory", &memory, 0);
	xlu_cfg_destroy(config);
	return e || memory != 64;
}

int main(void)
{
	libxl_ctx *ctx = NULL;
	libxl_physinfo info;

	if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL))
		return 1;
	libxl_physinfo_init(&info);
	if (!libxl_get_physinfo(ctx, &info))
		printf("%u CPUs, %llu pages\n", info.nr_cpus, (unsigned long long)info.total_pages);
	libxl_physinfo_dispose(&info);
	domains(ctx);
	pools(ctx);
	printf("Xen %d\n", libxl_get_version_info(ctx)->xen_version_major);
	libxl_ctx_free(ctx);
	return memory();
}
