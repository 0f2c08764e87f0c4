/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every function of libxl that sets something and is not about a domain's life:
 * change DOMID, of a guest with two vCPUs on a host with four CPUs.
 */
#include "common.h"

#include <errno.h>

static libxl_ctx *ctx;
static uint32_t domid;

static void check_affinity(void)
{
	libxl_bitmap one, back;
	libxl_vcpuinfo *v;
	int nr, nr_cpus;

	libxl_bitmap_init(&one);
	MUST(!libxl_cpu_bitmap_alloc(ctx, &one, 0));
	libxl_bitmap_set(&one, 2);
	MUST(!libxl_set_vcpuaffinity(ctx, domid, 1, &one, NULL));
	v = libxl_list_vcpu(ctx, domid, &nr, &nr_cpus);
	MUST(v && nr == 2 && libxl_bitmap_equal(&v[1].cpumap, &one, nr_cpus));
	MUST(libxl_bitmap_is_full(&v[1].cpumap_soft) ||
	     libxl_bitmap_count_set(&v[1].cpumap_soft) == 4);
	MUST(libxl_bitmap_count_set(&v[0].cpumap) > 1);
	libxl_vcpuinfo_list_free(v, nr);
	MUST(!libxl_set_vcpuaffinity_all(ctx, domid, 2, NULL, &one));
	libxl_bitmap_init(&back);
	libxl_bitmap_copy_alloc(ctx, &back, &one);
	libxl_bitmap_set_any(&back);
	MUST(!libxl_set_vcpuaffinity_force(ctx, domid, 1, &back, &back));
	MUST(!libxl_set_vcpuaffinity_all(ctx, domid, 2, &back, &back));
	MUST(libxl_set_vcpuaffinity(ctx, domid, 0, NULL, NULL) == ERROR_INVAL);
	MUST(libxl_set_vcpuaffinity(ctx, 30000, 0, &one, NULL) == ERROR_DOMAIN_NOTFOUND);
	MUST(libxl_set_vcpuaffinity(ctx, domid, 9, &one, NULL));
	libxl_bitmap_dispose(&one);
	libxl_bitmap_dispose(&back);
}

static void check_sched(void)
{
	libxl_domain_sched_params p;
	libxl_sched_credit2_params pool = {.ratelimit_us = 2000};

	libxl_domain_sched_params_init(&p);
	p.weight = 512;
	MUST(!libxl_domain_sched_params_set(ctx, domid, &p));
	MUST(!libxl_domain_sched_params_get(ctx, domid, &p) && p.weight == 512 && p.cap == 0);
	p.cap = 50;
	p.weight = LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT;
	MUST(!libxl_domain_sched_params_set(ctx, domid, &p));
	MUST(!libxl_domain_sched_params_get(ctx, domid, &p) && p.weight == 512 && p.cap == 50);
	p.weight = 70000;
	MUST(libxl_domain_sched_params_set(ctx, domid, &p) == ERROR_INVAL);
	p.sched = LIBXL_SCHEDULER_CREDIT;
	MUST(libxl_domain_sched_params_set(ctx, domid, &p) == ERROR_FAIL);
	MUST(!libxl_sched_credit2_params_set(ctx, 0, &pool));
	pool.ratelimit_us = 0;
	MUST(!libxl_sched_credit2_params_get(ctx, 0, &pool) && pool.ratelimit_us == 2000);
	pool.ratelimit_us = 5;
	MUST(libxl_sched_credit2_params_set(ctx, 0, &pool) == ERROR_INVAL);
	pool.ratelimit_us = 1000;
	MUST(!libxl_sched_credit2_params_set(ctx, 0, &pool));
}

static int cpus_of(uint32_t pool)
{
	libxl_cpupoolinfo info;
	int nr;

	MUST(!libxl_cpupool_info(ctx, &info, pool));
	nr = libxl_bitmap_count_set(&info.cpumap);
	libxl_cpupoolinfo_dispose(&info);
	return nr;
}

static void check_pools(void)
{
	uint32_t pool = LIBXL_CPUPOOL_POOLID_ANY, found;
	libxl_dominfo info;
	libxl_bitmap map;
	libxl_uuid uuid;
	int cpus;

	libxl_bitmap_init(&map);
	MUST(!libxl_cpupool_cpuremove(ctx, 0, 3) && cpus_of(0) == 3);
	MUST(libxl_cpupool_cpuremove(ctx, 0, 3) && libxl_cpupool_cpuremove(ctx, 0, -1));
	MUST(!libxl_get_freecpus(ctx, &map) && libxl_bitmap_count_set(&map) == 1);
	libxl_uuid_generate(&uuid);
	MUST(!libxl_cpupool_create(ctx, "other", LIBXL_SCHEDULER_CREDIT2, map, &uuid, &pool));
	MUST(!libxl_name_to_cpupoolid(ctx, "other", &found) && found == pool && cpus_of(pool) == 1);
	MUST(!libxl_cpupool_rename(ctx, "another", pool));
	MUST(libxl_name_to_cpupoolid(ctx, "other", &found));
	MUST(!libxl_name_to_cpupoolid(ctx, "another", &found) && found == pool);
	MUST(!libxl_cpupool_movedomain(ctx, pool, domid));
	MUST(!libxl_domain_info(ctx, &info, domid) && info.cpupool == pool);
	libxl_dominfo_dispose(&info);
	MUST(libxl_cpupool_destroy(ctx, pool));
	MUST(!libxl_cpupool_movedomain(ctx, 0, domid));
	MUST(!libxl_cpupool_cpuremove_cpumap(ctx, pool, &map) && cpus_of(pool) == 0);
	MUST(!libxl_cpupool_cpuadd_cpumap(ctx, pool, &map) && cpus_of(pool) == 1);
	MUST(!libxl_cpupool_cpuremove_node(ctx, pool, 0, &cpus) && cpus == 1);
	MUST(!libxl_cpupool_cpuadd_node(ctx, pool, 0, &cpus) && cpus == 1 && cpus_of(pool) == 1);
	MUST(!libxl_cpupool_destroy(ctx, pool) && libxl_cpupool_destroy(ctx, pool));
	MUST(!libxl_cpupool_cpuadd(ctx, 0, 3) && cpus_of(0) == 4);
	libxl_bitmap_dispose(&map);
}

static void check_userdata(void)
{
	static const uint8_t text[] = {0, 1, 0xfe, 0xff, 'x'};
	uint8_t *data = NULL;
	int len = -1;

	MUST(!libxl_userdata_retrieve(ctx, domid, "test", &data, &len) && !data && !len);
	MUST(!libxl_userdata_store(ctx, domid, "test", text, sizeof(text)));
	MUST(!libxl_userdata_retrieve(ctx, domid, "test", &data, &len));
	MUST(len == sizeof(text) && !memcmp(data, text, sizeof(text)));
	free(data);
	MUST(!libxl_userdata_retrieve(ctx, domid, "test", NULL, NULL));
	MUST(!libxl_userdata_unlink(ctx, domid, "test"));
	MUST(!libxl_userdata_retrieve(ctx, domid, "test", &data, &len) && !data && !len);
	MUST(libxl_userdata_store(ctx, 30000, "test", text, 1) == ERROR_DOMAIN_NOTFOUND);
	MUST(!libxl_userdata_store(ctx, domid, "stays", text, sizeof(text)));
}

static void check_config(void)
{
	libxl_domain_config config;
	char *name = libxl_domid_to_name(ctx, domid), *json;

	libxl_domain_config_init(&config);
	MUST(!libxl_retrieve_domain_configuration(ctx, domid, &config, NULL));
	MUST(name && !strcmp(config.c_info.name, name));
	MUST(config.c_info.type == LIBXL_DOMAIN_TYPE_PVH && config.b_info.max_vcpus == 2);
	MUST(config.b_info.sched_params.weight == 512 && config.b_info.sched_params.cap == 50);
	json = libxl_domain_config_to_json(ctx, &config);
	printf("%s\n", json);
	free(json);
	free(name);
	libxl_domain_config_dispose(&config);
	libxl_domain_config_init(&config);
	MUST(libxl_retrieve_domain_configuration(ctx, 30000, &config, NULL) ==
	     ERROR_DOMAIN_NOTFOUND);
	libxl_domain_config_dispose(&config);
}

static void check_rest(void)
{
	libxl_device_pci pci;
	libxl_bitmap map;
	int nr = -1;

	libxl_bitmap_init(&map);
	MUST(!libxl_node_bitmap_alloc(ctx, &map, 0));
	MUST(!libxl_domain_get_nodeaffinity(ctx, domid, &map) && libxl_bitmap_test(&map, 0));
	MUST(!libxl_domain_set_nodeaffinity(ctx, domid, &map));
	libxl_bitmap_dispose(&map);
	MUST(!libxl_cpu_bitmap_alloc(ctx, &map, 2));
	libxl_bitmap_set(&map, 1);
	MUST(!libxl_set_vcpuonline(ctx, domid, &map, NULL));
	libxl_bitmap_set(&map, 0);
	MUST(!libxl_set_vcpuonline(ctx, domid, &map, NULL));
	libxl_bitmap_dispose(&map);
	MUST(libxl_vm_get_start_time(ctx, domid) > 1600000000);
	MUST(libxl_domid_valid_guest(domid));
	libxl_device_pci_init(&pci);
	errno = 0;
	MUST(libxl_device_pci_add(ctx, domid, &pci, NULL) == ERROR_FAIL && errno == ENOSYS);
	MUST(!libxl_device_pci_list(ctx, domid, &nr) && nr == 0);
	libxl_device_pci_dispose(&pci);
	MUST(libxl_tmem_freeze(ctx, domid) == ERROR_FEATURE_REMOVED);
	MUST(libxl_flask_getenforce(ctx) < 0 && errno == ENOSYS);
	MUST(libxl_psr_cmt_enabled(ctx) == 0);
}

int main(int argc, char **argv)
{
	MUST(argc == 2);
	domid = (uint32_t)strtoul(argv[1], NULL, 10);
	ctx = new_context();
	check_affinity();
	check_pools();
	check_sched(); /* another pool's scheduler begins with its own defaults */
	check_userdata();
	check_rest();
	check_config();
	MUST(!libxl_ctx_free(ctx));
	return 0;
}
