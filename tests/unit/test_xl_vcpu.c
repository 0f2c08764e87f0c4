/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* vcpu-list, vcpu-pin, vcpu-set: words and exit status of xl 4.17.7. */
#include <criterion/criterion.h>
#include <string.h>

#include "xl_run.h"

TestSuite(xl_vcpu, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define HOST                                                                                       \
	{                                                                                          \
		.method = "host.info",                                                             \
		.json = "{\"max_cpu_id\":3,\"cpu_topology\":[{\"cpu\":0,\"node\":0},"              \
			"{\"cpu\":1,\"node\":0},{\"cpu\":2,\"node\":1},{\"cpu\":3,\"node\":1}]}"   \
	}
#define VCPUS                                                                                      \
	"{\"domains\":[{\"domid\":1,\"name\":\"g1\",\"vcpus\":[{\"id\":0,\"online\":true,"         \
	"\"running\":false,\"blocked\":true,\"cpu\":3,\"time_ns\":0,\"hard\":\"all\","             \
	"\"soft\":[0,1,3]},{\"id\":1,\"online\":false,\"time_ns\":0,\"hard\":[],"                  \
	"\"soft\":\"all\"}]}]}"
#define G1                                                                                         \
	{.method = "domain.identify",                                                              \
	 .needle = "\"g1\"",                                                                       \
	 .json = "{\"domid\":1,\"name\":\"g1\"}"},                                                 \
		{.method = "domain.identify",                                                      \
		 .needle = "\"domain\":1}",                                                        \
		 .json = "{\"domid\":1,\"name\":\"g1\"}"},                                         \
		{.method = "domain.get",                                                           \
		 .needle = "\"domain\":1}",                                                        \
		 .json = "{\"domid\":1,\"name\":\"g1\",\"vcpu_online\":1,\"uuid\":"                \
			 "\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"}"},                             \
		{.method = "domain.list",                                                          \
		 .json = "{\"domains\":[{\"domid\":1,\"name\":\"g1\",\"vcpu_online\":1,\"uuid\":"  \
			 "\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"}]}"},                           \
	{                                                                                          \
		.method = "domain.vcpus", .needle = "\"domain\":1}", .json = VCPUS                 \
	}
#define PINNED                                                                                     \
	{                                                                                          \
		.method = "vcpu.affinity.set", .json = "{\"domid\":1,\"no_effective_soft\":[]}"    \
	}
#define HEADER                                                                                     \
	"Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / "     \
	"Soft)\n"
#define ROWS                                                                                       \
	"g1                                   1     0    3   -b-       0.0  all / 0-1,3\n"         \
	"g1                                   1     1    -   --p       0.0  none / all\n"

Test(xl_vcpu, list)
{
	SCRIPT(G1, HOST);
	expect("vcpu-list", 0, HEADER ROWS, "");
	expect("vcpu-list g1", 0, HEADER ROWS, "");
	expect("vcpu-list g1 nodom", 1, HEADER ROWS,
	       "nodom is an invalid domain identifier (rc=-6)\n");
	expect("vcpu-list nodom g1", 1, HEADER, "nodom is an invalid domain identifier (rc=-6)\n");
	expect("vcpu-list 99 1", 0, HEADER ROWS,
	       "libxl: error: Domain 99:Getting infolist: No such file or directory\n");
}

static void asked(const char *words)
{
	cr_expect(strstr(fake_nacred_requests(), words), "no %s in %s", words,
		  fake_nacred_requests());
}

Test(xl_vcpu, pin_asks_for_what_was_written)
{
	SCRIPT(G1, HOST, PINNED);
	expect("vcpu-pin g1 0 1-3,^2", 0, "", "");
	asked("\"domain\":1,\"hard\":[1,3],\"vcpu\":0}");
	expect("vcpu-pin g1 1 - 2", 0, "", "");
	asked("\"domain\":1,\"soft\":[2],\"vcpu\":1}");
	expect("vcpu-pin g1 all node:1 all -", 0, "", "");
	asked("\"domain\":1,\"hard\":[2,3],\"soft\":[0,1,2,3,4,5,6,7]}");
	expect("vcpu-pin 1 0 0-9 -", 0, "", "");
	asked("\"hard\":[0,1,2,3,4,5,6,7],\"vcpu\":0}");
	expect("vcpu-pin -f g1 0 -", 0, "", "");
	asked("\"domain\":1,\"vcpu\":0,\"force\":true}");
	expect("vcpu-pin --ignore-global-affinity-masks --force g1 0 0", 0, "", "");
	expect("vcpu-pin g1 0 0 ''", 0, "", "");
	asked("\"hard\":[0],\"soft\":[],\"vcpu\":0}");
}

Test(xl_vcpu, pin_dry_run_prints_the_sets)
{
	SCRIPT(G1, HOST);
	expect("-N vcpu-pin g1 0 0-1", 0, "cpumap: 0-1\n", "");
	expect("-N vcpu-pin g1 0 0-1 2", 0, "cpumap: 0-1 2\n", "");
	expect("-N vcpu-pin g1 0 - 2", 0, "cpumap: - 2\n", "");
	expect("-N vcpu-pin g1 0 - -", 0, "cpumap: -\n", "");
	expect("-N vcpu-pin g1 0 0-3 -", 0, "cpumap: all\n", "");
	expect("-N vcpu-pin g1 all 9", 0, "cpumap: none\n", "");
	expect("-N vcpu-pin g1 9 all", 0, "cpumap: all\n", "");
	cr_expect_null(strstr(fake_nacred_requests(), "affinity.set"));
}

Test(xl_vcpu, pin_refuses)
{
	SCRIPT(G1, HOST,
	       {.method = "vcpu.affinity.set",
		.json = "{\"code\":-32003,\"message\":\"Domain 1:Setting vcpu affinity: Invalid "
			"argument\",\"data\":{\"code\":\"vcpu.unreachable\"}}",
		.is_error = true});
#define FAILED "libxl: error: Domain 1:Setting vcpu affinity: Invalid argument\n"
	expect("vcpu-pin g1 0 1", 1, "", FAILED "Could not set affinity for vcpu `0'.\n");
	expect("vcpu-pin g1 all 1", 0, "",
	       FAILED "libxl: warning: Domain 1:Failed to set affinity for 0\n" FAILED
		      "libxl: warning: Domain 1:Failed to set affinity for 1\n"
		      "Could not set affinity.\n");
	expect("vcpu-pin g1 0 - -", 1, "", "Could not set affinity for vcpu `0'.\n");
	expect("vcpu-pin g1 x 0", 1, "", "Error: Invalid argument x as VCPU.\n");
	expect("vcpu-pin g1 -1 0", 1, "", "Error: Invalid argument -1 as VCPU.\n");
	expect("vcpu-pin g1 -f 0", 1, "", "Error: Invalid argument -f as VCPU.\n");
	expect("vcpu-pin g1 1x 0", 1, "", "Error: Invalid argument 1x as VCPU.\n");
	expect("vcpu-pin -f g1 all 0", 1, "", "Error: --force and 'all' as VCPU not allowed.\n");
	expect("vcpu-pin g1 0 x", 1, "", "Invalid pcpu range: x.\n");
	expect("vcpu-pin g1 0 0 none", 1, "", "Invalid pcpu range: none.\n");
	expect("vcpu-pin g1 0 '0 1'", 1, "", "Invalid pcpu range: 0 1.\n");
	expect("vcpu-pin g1 0 ^all", 1, "", "Can't combine \"^\" and \"all\".\n");
	expect("vcpu-pin g1 0 ''", 1, "", "vcpu hard affinity map is empty\n");
	expect("vcpu-pin g1 0 9", 1, "", "vcpu hard affinity map is empty\n");
	expect("vcpu-pin g1 0 ^0", 1, "", "vcpu hard affinity map is empty\n");
	expect("vcpu-pin g1 all node:7", 1, "", "vcpu hard affinity map is empty\n");
	expect("vcpu-pin nodom 0 0", 1, "", "nodom is an invalid domain identifier (rc=-6)\n");
	expect("vcpu-pin 99 0 0", 1, "", "Could not get domain info\n");
	expect("vcpu-pin g1 0", 2, NULL, "'xl vcpu-pin' requires at least 3 arguments.\n\n");
}

Test(xl_vcpu, pin_warns_of_a_soft_affinity_without_effect)
{
	SCRIPT(G1, HOST,
	       {.method = "vcpu.affinity.set", .json = "{\"domid\":1,\"no_effective_soft\":[1]}"});
	expect("vcpu-pin g1 all 0 1", 0, "",
	       "libxl: warning: Domain 1:All cpus in soft affinity of vcpu 1 are unreachable. Only "
	       "hard affinity will be considered for scheduling\n");
}

Test(xl_vcpu, set)
{
	SCRIPT(G1, HOST, {.method = "vcpu.set", .needle = "\"count\":2", .json = "{}"},
	       {.method = "vcpu.set",
		.needle = "\"domain\":1,",
		.json = "{\"code\":-32003,\"message\":\"Domain 1:Requested 5 VCPUs, however "
			"maxcpus is 2!\",\"data\":{\"code\":\"vcpu.count_out_of_range\"}}",
		.is_error = true});
	expect("vcpu-set g1 2", 0, "", "");
	asked("\"domain\":1,\"count\":2}");
	expect("vcpu-set g1 5", 1, "",
	       "You are overcommmitting! You have 4 physical CPUs and want 5 vCPUs! Aborting, use "
	       "--ignore-host to continue\n");
	expect("vcpu-set -i g1 5", 1, "",
	       "libxl: error: Domain 1:Requested 5 VCPUs, however maxcpus is 2!\n"
	       "libxl_set_vcpuonline failed domid=1 max_vcpus=5, rc: -3\n");
	expect("vcpu-set g1 x", 1, "", "Error: Invalid argument.\n");
	expect("vcpu-set g1 -1", 1, "", "Error: Invalid argument.\n");
	expect("vcpu-set g1 3x", 1, "", "Error: Invalid argument.\n");
	expect("vcpu-set nodom 3", 1, "", "nodom is an invalid domain identifier (rc=-6)\n");
	expect("vcpu-set 99 1", 1, "", "");
	expect("vcpu-set --ignore-host 99 1", 1, "",
	       "libxl: error: Domain 99:Getting domain info list: No such file or directory\n"
	       "Domain 99 does not exist.\n");
}
