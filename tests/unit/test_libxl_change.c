/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What libxl's functions that change something ask of nacred, and what they refuse. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

static libxl_ctx *ctx;
static libxl_bitmap map;

static void setup(void)
{
	libxl_fixture_start();
	ctx = libxl_fixture_ctx();
	cr_assert_eq(libxl_bitmap_alloc(ctx, &map, 8), 0);
	libxl_bitmap_set(&map, 0);
	libxl_bitmap_set(&map, 2);
}

static void teardown(void)
{
	libxl_bitmap_dispose(&map);
	libxl_ctx_free(ctx);
	libxl_fixture_stop();
}

TestSuite(libxl_change, .init = setup, .fini = teardown);

static struct fake_answer script[1];

static void answer(const char *method, const char *json)
{
	script[0] = (struct fake_answer){.method = method, .json = json};
	fake_nacred_script(script, 1);
}

static void asked(const char *text)
{
	cr_expect(strstr(fake_nacred_requests(), text), "no %s in %s", text,
		  fake_nacred_requests());
}

Test(libxl_change, affinity)
{
	answer("vcpu.affinity.set", "{\"no_effective_soft\":[1]}");
	cr_expect_eq(libxl_set_vcpuaffinity(ctx, 7, 1, &map, NULL), 0);
	asked("\"params\":{\"domain\":7,\"hard\":[0,2],\"vcpu\":1}");
	cr_expect(strstr(libxl_fixture_log,
			 "Domain 7:All cpus in soft affinity of vcpu 1 are unreachable. Only "
			 "hard affinity will be considered for scheduling"));
	fake_nacred_script(script, 1);
	cr_expect_eq(libxl_set_vcpuaffinity_force(ctx, 7, 0, NULL, &map), 0);
	asked("\"params\":{\"domain\":7,\"soft\":[0,2],\"vcpu\":0,\"force\":true}");
	fake_nacred_script(script, 1);
	cr_expect_eq(libxl_set_vcpuaffinity_all(ctx, 7, 99, &map, &map), 0);
	asked("\"params\":{\"domain\":7,\"hard\":[0,2],\"soft\":[0,2]}");
	cr_expect_eq(libxl_set_vcpuaffinity(ctx, 7, 0, NULL, NULL), ERROR_INVAL);
	cr_expect_eq(libxl_set_vcpuaffinity_force(ctx, 7, 0, NULL, NULL), 0);
	asked("\"params\":{\"domain\":7,\"vcpu\":0,\"force\":true}");
	cr_expect_eq(libxl_set_vcpuaffinity(ctx, 8, 0, &map, NULL), 0);
	fake_nacred_script(script, 0);
	cr_expect_eq(libxl_set_vcpuaffinity(ctx, 8, 0, &map, NULL), ERROR_DOMAIN_NOTFOUND);
}

/* Of each vCPU, as Xen's; the caller says how many there are. */
Test(libxl_change, affinity_of_all_fails)
{
	script[0] = (struct fake_answer){
		.method = "vcpu.affinity.set",
		.json = "{\"code\":-32003,\"message\":\"Domain 7:No such CPU\",\"data\":{}}",
		.is_error = true};
	fake_nacred_script(script, 1);
	cr_expect_eq(libxl_set_vcpuaffinity_all(ctx, 7, 2, &map, NULL), ERROR_FAIL);
	cr_expect(strstr(libxl_fixture_log, "_all: Domain 7:No such CPU\n"), "%s",
		  libxl_fixture_log);
	cr_expect(strstr(libxl_fixture_log, "_all: Domain 7:Failed to set affinity for 0\n"));
	cr_expect(strstr(libxl_fixture_log, "_all: Domain 7:Failed to set affinity for 1\n"));
	libxl_fixture_log[0] = '\0';
	cr_expect_eq(libxl_set_vcpuaffinity_all(ctx, 7, 1, NULL, NULL), ERROR_FAIL);
	cr_expect(strstr(libxl_fixture_log, "Domain 7:Failed to set affinity for 0\n"));
	cr_expect_null(strstr(libxl_fixture_log, "No such CPU"));
}

Test(libxl_change, which_vcpus)
{
	answer("vcpu.set", "{}");
	cr_expect_eq(libxl_set_vcpuonline(ctx, 7, &map, NULL), 0);
	asked("\"params\":{\"domain\":7,\"vcpus\":[0,2]}");
	libxl_bitmap_set(&map, 1);
	cr_expect_eq(libxl_set_vcpuonline(ctx, 7, &map, NULL), 0);
	asked("\"params\":{\"domain\":7,\"count\":3}");
	cr_expect_eq(libxl_set_vcpuonline(ctx, 7, &map, NULL), 0);
	fake_nacred_script(script, 0);
	cr_expect_eq(libxl_set_vcpuonline(ctx, 77, &map, NULL), ERROR_DOMAIN_NOTFOUND);
	cr_expect(strstr(libxl_fixture_log,
			 "Domain 77:Getting domain info list: No such file or directory\n"));
}

Test(libxl_change, pools)
{
	uint32_t pool = LIBXL_CPUPOOL_POOLID_ANY;

	answer("cpupool.create", "{\"id\":5}");
	cr_expect_eq(libxl_cpupool_create(ctx, "p", LIBXL_SCHEDULER_CREDIT2, map, NULL, &pool), 0);
	cr_expect_eq(pool, 5);
	asked("\"params\":{\"name\":\"p\",\"cpus\":[0,2],\"sched\":\"credit2\"}");
	cr_expect_eq(libxl_cpupool_create(ctx, "p", LIBXL_SCHEDULER_NULL, map, NULL, &pool), 0);
	asked("\"params\":{\"name\":\"p\",\"id\":5,\"cpus\":[0,2],\"sched\":\"null\"}");
	answer("cpupool.rename", "{}");
	cr_expect_eq(libxl_cpupool_rename(ctx, "q", 5), 0);
	asked("\"params\":{\"pool\":\"5\",\"new_name\":\"q\"}");
	answer("cpupool.move_domain", "{}");
	cr_expect_eq(libxl_cpupool_movedomain(ctx, 5, 7), 0);
	asked("\"params\":{\"pool\":\"5\",\"domain\":7}");
	answer("cpupool.cpu_add", "{}");
	cr_expect_eq(libxl_cpupool_cpuadd(ctx, 5, 9), 0);
	asked("\"params\":{\"pool\":\"5\",\"cpus\":[9]}");
	cr_expect_eq(libxl_cpupool_cpuadd(ctx, 5, -1), ERROR_INVAL);
	cr_expect_eq(libxl_cpupool_destroy(ctx, 6), ERROR_DOMAIN_NOTFOUND);
}

Test(libxl_change, cpus_that_can_go_go)
{
	static const struct fake_answer one[] = {
		{.method = "cpupool.cpu_add", .needle = "[2]", .json = "{}"},
		{.method = "cpupool.cpu_add",
		 .json = "{\"code\":-32003,\"message\":\"CPU 0 is in Pool-0\",\"data\":{}}",
		 .is_error = true},
		{.method = "cpupool.destroy",
		 .json = "{\"code\":-32003,\"message\":\"has 2 domains\",\"data\":{\"code\":"
			 "\"cpupool.has_domains\"}}",
		 .is_error = true},
	};

	fake_nacred_script(one, 3);
	cr_expect_eq(libxl_cpupool_cpuadd_cpumap(ctx, 5, &map), ERROR_FAIL);
	asked("\"params\":{\"pool\":\"5\",\"cpus\":[0]}");
	asked("\"params\":{\"pool\":\"5\",\"cpus\":[2]}");
	cr_expect(strstr(libxl_fixture_log, "cpuadd_cpumap: CPU 0 is in Pool-0\n"), "%s",
		  libxl_fixture_log);
	libxl_fixture_log[0] = '\0';
	cr_expect_eq(libxl_cpupool_destroy(ctx, 5), ERROR_FAIL);
	cr_expect_str_empty(libxl_fixture_log);
}

Test(libxl_change, scheduler)
{
	libxl_domain_sched_params p;

	libxl_domain_sched_params_init(&p);
	p.sched = LIBXL_SCHEDULER_CREDIT2;
	p.weight = 300;
	answer("sched.credit2.set", "{}");
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 7, &p), 0);
	asked("\"params\":{\"domain\":7,\"weight\":300}");
	p.sched = LIBXL_SCHEDULER_SEDF;
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 7, &p), ERROR_FEATURE_REMOVED);
	p.sched = LIBXL_SCHEDULER_NULL;
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 7, &p), 0);
}

Test(libxl_change, keys_and_buttons)
{
	answer("domain.trigger", "{}");
	cr_expect_eq(libxl_send_trigger(ctx, 7, LIBXL_TRIGGER_NMI, 1, NULL), 0);
	asked("\"params\":{\"domain\":7,\"trigger\":\"nmi\",\"vcpu\":1}");
	cr_expect_eq(libxl_send_trigger(ctx, 7, LIBXL_TRIGGER_UNKNOWN, 0, NULL), ERROR_INVAL);
	fake_nacred_script(script, 0);
	cr_expect_eq(libxl_send_trigger(ctx, 77, LIBXL_TRIGGER_S3RESUME, 0, NULL),
		     ERROR_DOMAIN_NOTFOUND);
	cr_expect(strstr(libxl_fixture_log,
			 "Domain 77:Send trigger 's3resume' failed: No such process\n"),
		  "%s", libxl_fixture_log);
	cr_expect_eq(libxl_send_trigger(ctx, 7, (libxl_trigger)99, 0, NULL), ERROR_INVAL);
	answer("domain.sysrq", "{}");
	cr_expect_eq(libxl_send_sysrq(ctx, 7, 'h'), 0);
	asked("\"params\":{\"domain\":7,\"letter\":\"h\"}");
	answer("host.debug_keys", "{}");
	cr_expect_eq(libxl_send_debug_keys(ctx, (char *)"qr"), 0);
	asked("\"params\":{\"keys\":\"qr\"}");
}

Test(libxl_change, configuration)
{
	libxl_domain_config config;

	answer("domain.get", "{\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"web\"},"
			     "\"b_info\":{\"max_vcpus\":3,\"type.pvh\":{}}}}");
	cr_assert_eq(libxl_retrieve_domain_configuration(ctx, 7, &config, NULL), 0);
	cr_expect_str_eq(config.c_info.name, "web");
	cr_expect_eq(config.b_info.max_vcpus, 3);
	libxl_domain_config_dispose(&config);
	answer("domain.get", "{\"config\":{\"c_info\":{\"type\":\"none such\"}}}");
	cr_expect_neq(libxl_retrieve_domain_configuration(ctx, 7, &config, NULL), 0);
	answer("domain.get", "{}");
	cr_expect_neq(libxl_retrieve_domain_configuration(ctx, 7, &config, NULL), 0);
}

Test(libxl_change, waiting_ends)
{
	uint64_t target;

	answer("memory.get", "{\"target_kib\":8192,\"current_kib\":9000}");
	cr_expect_eq(libxl_get_memory_target(ctx, 7, &target), 0);
	cr_expect_eq(target, 8192);
	cr_expect_eq(libxl_wait_for_memory_target(ctx, 7, 5), 0);
	answer("memory.get", "{\"target_kib\":8192,\"current_kib\":99000}");
	cr_expect_eq(libxl_wait_for_memory_target(ctx, 7, 0), ERROR_FAIL);
	answer("host.info", "{\"free_kib\":100}");
	cr_expect_eq(libxl_wait_for_free_memory(ctx, 7, 100, 0), 0);
	cr_expect_eq(libxl_wait_for_free_memory(ctx, 7, 101, 1), ERROR_NOMEM);
}
