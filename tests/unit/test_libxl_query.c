/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* From nacred's answers to libxl's types, with answers that lack this and that. */
#include <criterion/criterion.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_extra.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

static libxl_ctx *ctx;

static void setup(void)
{
	libxl_fixture_start();
	ctx = libxl_fixture_ctx();
}

static void teardown(void)
{
	libxl_ctx_free(ctx);
	libxl_fixture_stop();
}

TestSuite(libxl_query, .init = setup, .fini = teardown);

static struct fake_answer script[4];

static void answer(const char *method, const char *json)
{
	script[0] = (struct fake_answer){.method = method, .json = json};
	fake_nacred_script(script, 1);
}

#define HOST                                                                                       \
	"{\"nr_cpus\":2,\"max_cpu_id\":9,\"nr_nodes\":1,\"cores_per_socket\":1,"                   \
	"\"threads_per_core\":1,\"cpu_khz\":2000123,\"hw_caps\":\"00000001:80000002\","            \
	"\"virt_caps\":\"hvm hap gnttab-v1\",\"total_kib\":4096,\"free_kib\":1024,"                \
	"\"scrub_kib\":256,\"outstanding_kib\":8,\"max_mfn\":1024,\"sharing_freed_memory\":0,"     \
	"\"sharing_used_memory\":0,\"xen_major\":4,\"xen_minor\":17,\"xen_extra\":\".0-nacre\","   \
	"\"xen_caps\":\"hvm-3.0-x86_64 \",\"xen_scheduler\":\"credit2\",\"xen_pagesize\":4096,"    \
	"\"platform_params\":\"virt_start=0xffff800000000000\",\"xen_changeset\":\"c\","           \
	"\"xen_commandline\":\"a b\",\"cc_compiler\":\"gcc\",\"cc_compile_by\":\"me\","            \
	"\"cc_compile_domain\":\"here\",\"cc_compile_date\":\"now\",\"build_id\":\"12ab\","        \
	"\"cpu_topology\":[{\"cpu\":0,\"core\":0,\"socket\":0,\"node\":0},"                        \
	"{\"cpu\":9,\"core\":1,\"socket\":3,\"node\":0},{\"cpu\":10,\"core\":1}],"                 \
	"\"numa_info\":[{\"node\":0,\"size_bytes\":2097153,\"free_bytes\":1,\"distances\":[10]}]}"

Test(libxl_query, physinfo)
{
	libxl_physinfo p;
	uint64_t kib;

	answer("host.info", HOST);
	cr_assert_eq(libxl_get_physinfo(ctx, &p), 0);
	cr_expect_eq(p.nr_cpus, 2);
	cr_expect_eq(p.max_cpu_id, 9);
	cr_expect_eq(p.cpu_khz, 2000123);
	cr_expect_eq(p.total_pages, 1024);
	cr_expect_eq(p.free_pages, 192);
	cr_expect_eq(p.scrub_pages, 64);
	cr_expect_eq(p.outstanding_pages, 2);
	cr_expect_eq(p.max_possible_mfn, 1024);
	cr_expect_eq(p.hw_cap[0], 1);
	cr_expect_eq(p.hw_cap[1], 0x80000002);
	cr_expect_eq(p.hw_cap[2], 0);
	cr_expect(p.cap_hvm && p.cap_hap && p.cap_gnttab_v1);
	cr_expect_not(p.cap_pv || p.cap_gnttab_v2 || p.cap_hvm_directio || p.cap_shadow);
	cr_expect_eq(libxl_get_free_memory(ctx, &kib), 0);
	cr_expect_eq(kib, 1024);
	cr_expect_eq(libxl_get_max_cpus(ctx), 10);
	cr_expect_eq(libxl_get_online_cpus(ctx), 2);
	cr_expect_eq(libxl_get_max_nodes(ctx), 1);
	cr_expect_eq(libxl_get_scheduler(ctx), (int)LIBXL_SCHEDULER_CREDIT2);
}

Test(libxl_query, version_is_the_contexts_own)
{
	libxl_ctx *other = libxl_fixture_ctx();
	const libxl_version_info *mine, *theirs;

	answer("host.info", HOST);
	mine = libxl_get_version_info(ctx);
	theirs = libxl_get_version_info(other);
	cr_assert(mine && theirs && mine->capabilities != theirs->capabilities);
	cr_expect_eq(mine->xen_version_minor, 17);
	cr_expect_eq(mine->virt_start, 0xffff800000000000ull);
	cr_expect_str_eq(mine->build_id, "12ab");
	/* As libvirt's driver does. */
	cr_expect_str_eq(strtok(mine->capabilities, " "), "hvm-3.0-x86_64");
	cr_expect_str_eq(theirs->capabilities, "hvm-3.0-x86_64 ");
	fake_nacred_script(script, 0);
	cr_expect_eq(libxl_get_version_info(ctx), mine);
	libxl_ctx_free(other);
}

Test(libxl_query, topology_has_gaps)
{
	libxl_bitmap map, nodes;
	libxl_numainfo *numa;
	libxl_cputopology *cpus;
	int nr;

	answer("host.info", HOST);
	cpus = libxl_get_cpu_topology(ctx, &nr);
	cr_assert(cpus && nr == 10);
	cr_expect_eq(cpus[0].socket, 0);
	cr_expect_eq(cpus[9].socket, 3);
	cr_expect_eq(cpus[5].core, LIBXL_CPUTOPOLOGY_INVALID_ENTRY);
	cr_expect_eq(cpus[5].node, LIBXL_CPUTOPOLOGY_INVALID_ENTRY);
	libxl_cputopology_list_free(cpus, nr);
	numa = libxl_get_numainfo(ctx, &nr);
	cr_assert(numa && nr == 1 && numa->num_dists == 1);
	cr_expect_eq(numa->size, 2097153);
	cr_expect_eq(numa->free, 1);
	cr_expect_eq(numa->dists[0], 10);
	libxl_numainfo_list_free(numa, nr);
	cr_assert_eq(libxl_socket_bitmap_alloc(ctx, &map, 0), 0);
	cr_expect_eq(libxl_get_online_socketmap(ctx, &map), 0);
	cr_expect(libxl_bitmap_test(&map, 0) && libxl_bitmap_test(&map, 3));
	cr_expect_eq(libxl_bitmap_count_set(&map), 2);
	libxl_bitmap_dispose(&map);
	cr_assert_eq(libxl_cpu_bitmap_alloc(ctx, &map, 0), 0);
	cr_expect_eq(map.size, 2);
	cr_expect_eq(libxl_node_to_cpumap(ctx, 0, &map), 0);
	cr_expect_eq(libxl_bitmap_count_set(&map), 2);
	cr_assert_eq(libxl_node_bitmap_alloc(ctx, &nodes, 0), 0);
	cr_expect_eq(libxl_cpumap_to_nodemap(ctx, &map, &nodes), 0);
	cr_expect(libxl_bitmap_test(&nodes, 0));
	libxl_bitmap_dispose(&map);
	libxl_bitmap_dispose(&nodes);
	cr_expect_eq(libxl_cpu_bitmap_alloc(ctx, &map, -1), ERROR_INVAL);
	cr_expect(strstr(libxl_fixture_log, "invalid number of cpus provided"));
}

#define DOMAIN7                                                                                    \
	"{\"domid\":7,\"name\":\"web\",\"type\":\"pvh\","                                          \
	"\"uuid\":\"0b8ab4d4-1b4e-4b9c-9f3f-0123456789ab\",\"state\":{\"shutdown\":true,"          \
	"\"paused\":true},\"shutdown_reason\":3,\"current_memkb\":8192,\"max_memkb\":9216,"        \
	"\"outstanding_memkb\":4,\"shared_memkb\":5,\"paged_memkb\":6,\"cpu_time_ns\":"            \
	"70000000000,"                                                                             \
	"\"vcpu_max_id\":-1,\"vcpu_online\":2,\"cpupool_id\":1,\"gpaddr_bits\":40,"                \
	"\"start_time\":1700000000.5}"
#define DOMAINS                                                                                    \
	"{\"domains\":[{\"domid\":0,\"name\":\"Domain-0\",\"type\":\"pv\","                        \
	"\"uuid\":\"00000000-0000-0000-0000-000000000000\",\"state\":{\"running\":true},"          \
	"\"shutdown_reason\":null,\"vcpu_max_id\":1,\"start_time\":0}," DOMAIN7                    \
	",{\"domid\":8,\"name\":null,\"type\":\"pvh\","                                            \
	"\"uuid\":\"0b8ab4d4-1b4e-4b9c-9f3f-0123456789ac\"}]}"

Test(libxl_query, domains)
{
	libxl_dominfo *list;
	libxl_vminfo *vms;
	char **names;
	int nr = -1;

	answer("domain.list", DOMAINS);
	list = libxl_list_domain(ctx, &nr);
	cr_assert(list && nr == 3);
	libxl_dominfo_list_free(list, nr);
	list = libxl__list_domain_names(ctx, &nr, &names);
	cr_assert(list && nr == 3);
	cr_expect_str_eq(names[1], "web");
	cr_expect_null(names[2]);
	while (nr--)
		free(names[nr]);
	free(names);
	nr = 3;
	cr_expect(list[0].running && !list[0].blocked);
	cr_expect_eq((int)list[0].shutdown_reason, (int)LIBXL_SHUTDOWN_REASON_UNKNOWN);
	cr_expect_eq(list[0].domain_type, LIBXL_DOMAIN_TYPE_PV);
	cr_expect_eq(list[1].domain_type, LIBXL_DOMAIN_TYPE_HVM);
	libxl_dominfo_list_free(list, nr);
	vms = libxl_list_vm(ctx, &nr);
	cr_assert(vms && nr == 3 && vms[1].domid == 7);
	libxl_vminfo_list_free(vms, nr);
}

Test(libxl_query, one_domain)
{
	libxl_dominfo one;

	answer("domain.get", DOMAIN7);
	script[0].needle = "{\"domain\":7}";
	cr_assert_eq(libxl_domain_info(ctx, &one, 7), 0);
	cr_expect(one.shutdown && one.paused && !one.dying && !one.never_stop);
	cr_expect_eq(one.shutdown_reason, LIBXL_SHUTDOWN_REASON_CRASH);
	cr_expect_eq(one.current_memkb, 8192);
	cr_expect_eq(one.max_memkb, 9216);
	cr_expect_eq(one.outstanding_memkb + one.shared_memkb + one.paged_memkb, 15);
	cr_expect_eq(one.cpu_time, 70000000000ull);
	cr_expect_eq(one.vcpu_max_id, ~0u);
	cr_expect_eq(one.vcpu_online, 2);
	cr_expect_eq(one.cpupool, 1);
	cr_expect_eq(one.gpaddr_bits, 40);
	cr_expect_eq(libxl_uuid_bytearray(&one.uuid)[15], 0xab);
	libxl_dominfo_dispose(&one);
	cr_expect_eq(libxl_domain_info(ctx, NULL, 7), 0);
	cr_expect_eq(libxl_domain_info(ctx, &one, 9), ERROR_DOMAIN_NOTFOUND);
	cr_expect_eq(libxl_vm_get_start_time(ctx, 7), 1700000000);
	cr_expect_str_empty(libxl_fixture_log);
	cr_expect_eq(libxl_vm_get_start_time(ctx, 9), UINT32_MAX);
	cr_expect(strstr(libxl_fixture_log, "Domain 9:Can't get start time of domain"), "%s",
		  libxl_fixture_log);
}

#define WEB "{\"domid\":7,\"name\":\"web\"}"

static void answer_names(void)
{
	script[0] = (struct fake_answer){
		.method = "domain.identify", .needle = "{\"domain\":\"web\"}", .json = WEB};
	script[1] = (struct fake_answer){
		.method = "domain.identify", .needle = "{\"domain\":7}", .json = WEB};
	/* What nacred also takes for a selector. */
	script[2] = (struct fake_answer){
		.method = "domain.identify", .needle = "{\"domain\":\"0-0-0\"}", .json = WEB};
	script[3] = (struct fake_answer){.method = "domain.identify",
					 .needle = "{\"domain\":8}",
					 .json = "{\"domid\":8,\"name\":null}"};
	fake_nacred_script(script, 4);
}

Test(libxl_query, names)
{
	uint32_t id = 1;
	char *name;

	answer_names();
	cr_expect_eq(libxl_name_to_domid(ctx, "web", &id), 0);
	cr_expect_eq(id, 7);
	cr_expect_eq(libxl_name_to_domid(ctx, "", &id), ERROR_INVAL);
	cr_expect_eq(libxl_name_to_domid(ctx, "we", &id), ERROR_INVAL);
	cr_expect_eq(libxl_name_to_domid(ctx, "0-0-0", &id), ERROR_INVAL);
	cr_expect_eq(libxl_domain_qualifier_to_domid(ctx, "99", &id), 0);
	cr_expect_eq(id, 99);
	cr_expect_eq(libxl_domain_qualifier_to_domid(ctx, "9x", &id), ERROR_INVAL);
	name = libxl_domid_to_name(ctx, 7);
	cr_expect_str_eq(name, "web");
	free(name);
	cr_expect_null(libxl_domid_to_name(ctx, 8));
	cr_expect_null(libxl_domid_to_name(ctx, 9));
	cr_expect_str_empty(libxl_fixture_log);
}

/* What a list should be and is not; what nobody answers. */
Test(libxl_query, answers_of_another_form)
{
	libxl_physinfo p;
	int nr = -1;

	answer("domain.list", "{\"domains\":7}");
	cr_expect_null(libxl_list_domain(ctx, &nr));
	answer("domain.list", "{\"domains\":[{\"domid\":1,\"uuid\":\"x\"}]}");
	cr_expect_null(libxl_list_domain(ctx, &nr));
	answer("domain.list", "[]");
	cr_expect_null(libxl_list_domain(ctx, &nr));
	answer("host.info", "{}");
	cr_expect_eq(libxl_get_physinfo(ctx, &p), 0);
	cr_expect_null(libxl_get_cpu_topology(ctx, &nr));
	cr_expect_null(libxl_get_numainfo(ctx, &nr));
	cr_expect_eq(libxl_get_max_nodes(ctx), ERROR_FAIL);
	cr_expect_eq(libxl_get_scheduler(ctx), ERROR_FAIL);
	answer("host.info", "{\"max_cpu_id\":99999999999}");
	cr_expect_eq(libxl_get_max_cpus(ctx), ERROR_FAIL);
	fake_nacred_script(script, 0);
	cr_expect_null(libxl_list_domain(ctx, &nr));
	cr_expect_null(libxl_get_version_info(ctx));
	cr_expect_eq(nr, -1);
}

Test(libxl_query, userdata)
{
	uint8_t *data;
	int len;

	answer("domain.userdata.set", "{}");
	cr_expect_eq(libxl_userdata_store(ctx, 3, "xl", (const uint8_t *)"\x00\xff", 2), 0);
	cr_expect(strstr(fake_nacred_requests(), "\"data\":\"00ff\""));
	fake_nacred_script(script, 1);
	cr_expect_eq(libxl_userdata_store(ctx, 3, "xl", (const uint8_t *)"x", 0), 0);
	cr_expect_null(strstr(fake_nacred_requests(), "data\":"));
	cr_expect_eq(libxl_userdata_store(ctx, 3, "xl", NULL, -1), ERROR_INVAL);
	answer("domain.userdata.get", "{\"data\":\"6100\"}");
	cr_expect_eq(libxl_userdata_retrieve(ctx, 3, "xl", &data, &len), 0);
	cr_expect(len == 2 && data[0] == 'a' && data[1] == 0);
	free(data);
	answer("domain.userdata.get", "{\"data\":\"610\"}");
	cr_expect_eq(libxl_userdata_retrieve(ctx, 3, "xl", &data, &len), ERROR_FAIL);
	answer("domain.userdata.get", "{\"data\":\"6g\"}");
	cr_expect_eq(libxl_userdata_retrieve(ctx, 3, "xl", &data, &len), ERROR_FAIL);
}

Test(libxl_query, what_is_not_supported_says_so)
{
	libxl_device_vtpm vtpm;
	int nr = -1;

	libxl_device_vtpm_init(&vtpm);
	errno = 0;
	cr_expect_eq(libxl_device_vtpm_add(ctx, 5, &vtpm, NULL), ERROR_NI);
	cr_expect_eq(errno, ENOSYS);
	cr_expect(strstr(libxl_fixture_log, "libxl_device_vtpm_add: unable to add device: there "),
		  "%s", libxl_fixture_log);
	cr_expect_eq(libxl_device_vtpm_remove(ctx, 5, &vtpm, NULL), ERROR_NI);
	cr_expect(strstr(libxl_fixture_log, "vtpm_remove: Domain 5:not supported: "), "%s",
		  libxl_fixture_log);
	cr_expect_null(libxl_device_vtpm_list(ctx, 5, &nr));
	cr_expect_eq(nr, 0);
	cr_expect_eq(libxl_tmem_freeze(ctx, 5), ERROR_FEATURE_REMOVED);
	cr_expect_eq(libxl_psr_cmt_enabled(ctx), 0);
}

static void logged(const char *text)
{
	cr_expect(strstr(libxl_fixture_log, text), "no %s in %s", text, libxl_fixture_log);
}

/* As on a host whose processor and kernel have none of it. */
Test(libxl_query, hardware_that_is_not_there)
{
	libxl_device_pci pci;
	libxl_device_usbctrl usb;
	unsigned int nr = 0;
	int num = -1;

	libxl_device_pci_init(&pci);
	pci.bus = 3;
	pci.func = 1;
	cr_expect_eq(libxl_device_pci_add(ctx, 5, &pci, NULL), ERROR_FAIL);
	logged("libxl_device_pci_add: Domain 5:PCI device 0:3:0.1 is not assignable\n");
	logged("libxl_device_pci_add: unable to add device\n");
	cr_expect_eq(libxl_device_pci_assignable_remove(ctx, &pci, 0), ERROR_FAIL);
	logged("failed to de-quarantine 0000:03:00.1\n");
	cr_expect_null(libxl_device_pci_assignable_list(ctx, &num));
	cr_expect_eq(num, 0);
	cr_expect_eq(libxl_psr_set_val(ctx, 5, LIBXL_PSR_CBM_TYPE_L2_CBM, NULL, 1), ERROR_FAIL);
	logged("libxl_psr_set_val: L2 CAT: is not supported in this system\n");
	cr_expect_eq(libxl_psr_cmt_attach(ctx, 5), ERROR_FAIL);
	logged("CMT is not supported in this system: No such device\n");
	libxl_fixture_log[0] = '\0';
	cr_expect_eq(libxl_psr_get_hw_info(ctx, LIBXL_PSR_FEAT_TYPE_MBA, 0, &nr, NULL), ERROR_FAIL);
	errno = 0;
	cr_expect_eq(libxl_flask_getenforce(ctx), ERROR_NONSPECIFIC);
	cr_expect_eq(errno, ENOSYS);
	cr_expect_str_empty(libxl_fixture_log);
	libxl_device_usbctrl_init(&usb);
	usb.ports = 32;
	cr_expect_eq(libxl_device_usbctrl_add(ctx, 5, &usb, NULL), ERROR_INVAL);
	logged("Number of ports for USB controller is limited to 31\n");
	logged("libxl_device_usbctrl_add: unable to add device\n");
	usb.ports = 31;
	cr_expect_eq(libxl_device_usbctrl_add(ctx, 5, &usb, NULL), ERROR_NI);
}

static void one_round(void)
{
	libxl_bitmap map;
	libxl_dominfo *list;
	libxl_cputopology *cpus;
	libxl_numainfo *numa;
	libxl_physinfo p;
	uint32_t id;
	int nr;

	answer("host.info", HOST);
	cr_assert_eq(libxl_get_physinfo(ctx, &p), 0);
	libxl_physinfo_dispose(&p);
	cpus = libxl_get_cpu_topology(ctx, &nr);
	libxl_cputopology_list_free(cpus, nr);
	numa = libxl_get_numainfo(ctx, &nr);
	libxl_numainfo_list_free(numa, nr);
	cr_assert_eq(libxl_cpu_bitmap_alloc(ctx, &map, 0), 0);
	libxl_bitmap_dispose(&map);
	answer("domain.list", DOMAINS);
	list = libxl_list_domain(ctx, &nr);
	libxl_dominfo_list_free(list, nr);
	cr_assert_eq(libxl_domain_info(ctx, NULL, 9), ERROR_DOMAIN_NOTFOUND);
	answer_names();
	cr_assert_eq(libxl_name_to_domid(ctx, "web", &id), 0);
	free(libxl_domid_to_name(ctx, 7));
}

/* Eight calls a round; what the first half brought into use stays the same. */
Test(libxl_query, ten_thousand_calls_keep_nothing, .timeout = 300)
{
	size_t before = 0;
	int i;

	for (i = 0; i < 1250; i++) {
		one_round();
		if (i == 624)
			before = mallinfo2().uordblks;
	}
	cr_expect_lt(mallinfo2().uordblks, before + 5000, "%zu bytes, then %zu", before,
		     mallinfo2().uordblks);
}
