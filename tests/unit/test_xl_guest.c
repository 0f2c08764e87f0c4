/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the verbs of memory, signals and schedulers ask for through libxl. */
#include <criterion/criterion.h>
#include <string.h>

#include "xl_run.h"

TestSuite(xl_guest, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define G1                                                                                         \
	{.method = "domain.identify",                                                              \
	 .needle = "\"g1\"",                                                                       \
	 .json = "{\"domid\":1,\"name\":\"g1\"}"},                                                 \
	{                                                                                          \
		.method = "domain.identify", .needle = "\"domain\":1}",                            \
		.json = "{\"domid\":1,\"name\":\"g1\"}"                                            \
	}
#define DONE(call)                                                                                 \
	{                                                                                          \
		.method = (call), .json = "{}"                                                     \
	}
#define REFUSED(call, text, advice)                                                                \
	{                                                                                          \
		.method = (call),                                                                  \
		.json = "{\"code\":-32003,\"message\":\"" text                                     \
			"\",\"data\":{\"code\":\"x.y\",\"hint\":\"" advice "\"}}",                 \
		.is_error = true                                                                   \
	}

static void asked(const char *words)
{
	cr_expect(strstr(fake_nacred_requests(), words), "no %s in %s", words,
		  fake_nacred_requests());
}

Test(xl_guest, memory)
{
	SCRIPT(G1, DONE("memory.set_max"),
	       {.method = "memory.set_target", .needle = "\"target_kib\":1024", .json = "{}"},
	       REFUSED("memory.set_target", "Domain 1:too much", "at most 5 KiB"));
	expect("mem-max g1 2m", 0, "", "");
	asked("\"domain\":1,\"max_kib\":2048}");
	expect("mem-set 1 1", 0, "", "");
	asked("\"domain\":1,\"target_kib\":1024,\"enforce\":true}");
	expect("mem-set g1 1t", 1, "",
	       "libxl: error: Domain 1:too much; at most 5 KiB\n"
	       "cannot set domid 1 dynamic max memory to : 1t\n");
	expect("mem-max 77x 1", 1, "", "77x is an invalid domain identifier (rc=-6)\n");
	expect("mem-max g1 1q", 1, "", "invalid memory size: 1q\n");
}

Test(xl_guest, signals)
{
	SCRIPT(G1, DONE("domain.sysrq"), DONE("host.debug_keys"),
	       {.method = "domain.trigger", .needle = "nmi", .json = "{}"},
	       REFUSED("domain.trigger", "Domain 1:Send trigger 'init' failed", "it takes nmi"),
	       REFUSED("host.set_parameters", "not permitted", "see xen_commandline"));
	expect("trigger g1 NMI 3", 0, "", "");
	asked("\"domain\":1,\"trigger\":\"nmi\",\"vcpu\":3}");
	expect("trigger g1 init", 1, "",
	       "libxl: error: Domain 1:Send trigger 'init' failed; it takes nmi\n");
	expect("trigger g1 unknown", 1, "", "Invalid trigger \"unknown\"\n");
	expect("button-press g1 sleep", 1, "",
	       "WARNING: \"button-press\" is deprecated. Please use \"trigger\"\n"
	       "libxl: error: Domain 1:Send trigger 'init' failed; it takes nmi\n");
	asked("\"trigger\":\"sleep\",\"vcpu\":0}");
	expect("sysrq g1 h", 0, "", "");
	asked("\"domain\":1,\"letter\":\"h\"}");
	expect("debug-keys hq", 0, "", "");
	asked("\"keys\":\"hq\"}");
	expect("set-parameters a=1", 1, "",
	       "libxl: error: not permitted; see xen_commandline\n"
	       "cannot set parameters: a=1\n");
}

#define POOLS                                                                                      \
	{                                                                                          \
		.method = "cpupool.list",                                                          \
		.json = "{\"pools\":[{\"id\":0,\"name\":\"Pool-0\",\"sched\":\"credit2\","         \
			"\"cpus\":[0],\"nr_domains\":2},{\"id\":3,\"name\":\"p\",\"sched\":"       \
			"\"null\",\"cpus\":[],\"nr_domains\":0}],\"free_cpus\":[]}"                \
	}
#define SHARES_1 "{\"domains\":[{\"domid\":1,\"sched\":\"credit2\",\"weight\":300,\"cap\":50}]}"
#define SHARES                                                                                     \
	{.method = "sched.credit2.get", .needle = "\"domain\":1}", .json = SHARES_1},              \
	{                                                                                          \
		.method = "sched.credit2.get", .needle = "\"g1\"", .json = SHARES_1                \
	}
#define LIMITS                                                                                     \
	{.method = "sched.params.get",                                                             \
	 .needle = "\"pool\":\"0\"",                                                               \
	 .json = "{\"pools\":[{\"id\":0,\"sched\":\"credit2\",\"ratelimit_us\":1000}]}"},          \
	{                                                                                          \
		.method = "sched.params.get", .needle = "\"pool\":\"3\"",                          \
		.json = "{\"pools\":[{\"id\":3,\"sched\":\"null\",\"ratelimit_us\":null}]}"        \
	}
#define MACHINE                                                                                    \
	{.method = "host.info", .json = "{\"max_cpu_id\":0}"},                                     \
	{                                                                                          \
		.method = "domain.list",                                                           \
		.json = "{\"domains\":[{\"domid\":1,\"name\":\"g1\",\"cpupool_id\":0,\"uuid\":"    \
			"\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"}]}"                              \
	}
#define HEADER "Name                                ID Weight  Cap\n"
#define ROW    "g1                                   1    300   50\n"

Test(xl_guest, credit2_shows)
{
	SCRIPT(G1, POOLS, SHARES, LIMITS, MACHINE);
	expect("sched-credit2", 0, "Cpupool Pool-0: ratelimit=1000us\n" HEADER ROW, "");
	expect("sched-credit2 -d g1", 0, HEADER ROW, "");
	expect("sched-credit2 -p p", 0, "", "");
	expect("sched-credit2 -p 3 -s", 0, "Cpupool p: [sched params unavailable]\n",
	       "libxl: error: getting Credit2 scheduler parameters: the scheduler is null\n"
	       "libxl_sched_credit2_params_get failed.\n");
	expect("sched-credit2 -p q", 1, "", "unknown cpupool 'q'\n");
	expect("sched-credit2 -d 77", 1, HEADER,
	       "libxl: error: getinfolist failed 0: No such file or directory\n"
	       "libxl: error: Domain 77:Unknown scheduler\n"
	       "libxl_domain_sched_params_get failed.\n");
	expect("sched-credit2 -d g1 --json", 0, NULL, "");
	cr_expect(strstr(out, "\"weight\": 300"));
}

Test(xl_guest, credit2_sets)
{
	SCRIPT(G1, POOLS,
	       {.method = "sched.credit2.set",
		.needle = "dry_run",
		.json = "{\"domid\":1,\"name\":\"g1\",\"changes\":[{\"path\":\"weight\",\"from\":1,"
			"\"to\":2}]}"},
	       {.method = "sched.credit2.set", .needle = "\"weight\":2}", .json = "{}"},
	       REFUSED("sched.credit2.set", "Cpu cap out of range", "so it is"),
	       DONE("sched.params.set"));
	expect("sched-credit2 -d g1 -w 2 -c -1", 0, "", "");
	asked("\"domain\":1,\"weight\":2}");
	expect("sched-credit2 -d g1 -c 99999999999", 1, "",
	       "libxl: error: Domain 1:Cpu cap out of range; so it is\n"
	       "libxl_domain_sched_params_set failed.\n");
	asked("\"domain\":1,\"cap\":2147483647}");
	expect("sched-credit2 -d g1 -w 2 --dry-run", 0, "Domain 1 (g1): weight 1 -> 2\n", "");
	expect("sched-credit2 -s -r 500", 0, "", "");
	asked("\"pool\":\"0\",\"ratelimit_us\":500}");
	expect("sched-credit2 -d g1 -w two", 1, "", "xl: \"two\" is not a number\n");
	expect("sched-credit2 -d 77 -w 2 -c 5", 1, "",
	       "libxl: error: Domain 77:Cpu cap out of range; so it is\n"
	       "libxl_domain_sched_params_set failed.\n");
}
