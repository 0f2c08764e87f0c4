/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The cpupool verbs and those of other schedulers: words and exit status of xl 4.17.7. */
#include <criterion/criterion.h>
#include <string.h>

#include "xl_run.h"

TestSuite(xl_cpupool, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define POOL0 "{\"id\":0,\"name\":\"Pool-0\",\"sched\":\"credit2\",\"cpus\":[0,1],\"nr_domains\":2}"
#define P1    "{\"id\":1,\"name\":\"p1\",\"sched\":\"null\",\"cpus\":[],\"nr_domains\":0}"
#define POOLS                                                                                      \
	{                                                                                          \
		.method = "cpupool.list",                                                          \
		.json = "{\"pools\":[" POOL0 "," P1 "],\"free_cpus\":[2,3]}"                       \
	}
#define HOST                                                                                       \
	{                                                                                          \
		.method = "host.info",                                                             \
		.json = "{\"max_cpu_id\":3,\"xen_scheduler\":\"credit2\",\"cpu_topology\":[{"      \
			"\"cpu\":0,\"node\":0},"                                                   \
			"{\"cpu\":1,\"node\":0},{\"cpu\":2,\"node\":1},{\"cpu\":3,\"node\":1}]}"   \
	}
#define MADE                                                                                       \
	{                                                                                          \
		.method = "cpupool.create", .json = "{}"                                           \
	}
#define ERROR(call, text, symbol)                                                                  \
	{                                                                                          \
		.method = (call),                                                                  \
		.json = "{\"code\":-32003,\"message\":\"" text "\",\"data\":{\"code\":\"" symbol   \
			"\"}}",                                                                    \
		.is_error = true                                                                   \
	}

Test(xl_cpupool, list)
{
	SCRIPT(POOLS, HOST);
	expect("cpupool-list", 0,
	       "Name               CPUs   Sched     Active   Domain count\n"
	       "Pool-0               2   credit2       y          2\n"
	       "p1                   0      null       y          0\n",
	       "");
	expect("cpupool-list -c", 0,
	       "Name               CPU list\nPool-0             0,1\np1                 \n", "");
	expect("cpupool-list Pool-0 x", 0,
	       "Name               CPUs   Sched     Active   Domain count\n"
	       "Pool-0               2   credit2       y          2\n",
	       "");
	expect("cpupool-list -c nopool", 1, "", "Pool 'nopool' does not exist\n");
	expect("cpupool-list 0", 1, "", "Pool '0' does not exist\n");
	expect("cpupool-list --json p1", 0, NULL, "");
	cr_expect(strstr(out, "\"sched\": \"null\""), "%s", out);
	cr_expect_null(strstr(out, "Pool-0"), "%s", out);
}

#define SAYS(file, name, sched, nr)                                                                \
	"Using config file \"" file "\"\ncpupool name:   " name "\nscheduler:      " sched         \
	"\nnumber of cpus: " nr "\n"

Test(xl_cpupool, create_says_what_it_read)
{
	SCRIPT(POOLS, HOST, MADE);
	expect("cpupool-create 'name=\"p2\"'", 0, SAYS("command line", "p2", "credit2", "0"), "");
	cr_expect(
		strstr(fake_nacred_requests(), "\"name\":\"p2\",\"cpus\":[],\"sched\":\"credit2\""),
		"%s", fake_nacred_requests());
	expect("cpupool-create 'name=\"p2\"' 'sched=\"Null\"' 'cpus=\"2\"'", 0,
	       SAYS("command line", "p2", "null", "1"), "");
	cr_expect(strstr(fake_nacred_requests(), "\"cpus\":[2],\"sched\":\"null\""));
	expect("cpupool-create 'name=\"p2\"' 'cpus=[\"3\",\"2\"]'", 0,
	       SAYS("command line", "p2", "credit2", "2"), "");
	expect("cpupool-create 'name=\"p2\"' 'cpus=\"node:1\"'", 0,
	       SAYS("command line", "p2", "credit2", "2"), "");
	expect("cpupool-create 'name=\"p2\"' 'nodes=[\"0\",\"1\"]' 'cpus=\"0\"'", 0,
	       SAYS("command line", "p2", "credit2", "2"), "");
	expect("cpupool-create 'name=\"p2\"' 'nodes=\"0\"'", 0,
	       SAYS("command line", "p2", "credit2", "0"),
	       "command line:3: warning: parameter `nodes' is a single value but should be a "
	       "list\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=\"9\"' foo=1", 0,
	       SAYS("command line", "p2", "credit2", "0"), "");
}

Test(xl_cpupool, create_from_a_file)
{
	SCRIPT(POOLS, HOST, MADE);
	write_file("pf.cfg", "# a pool\nsched = \"credit2\"\ncpus = [\"2\"]\n");
	expect("cpupool-create pf.cfg", 0, SAYS("pf.cfg", "pf.cfg", "credit2", "1"), "");
	expect("cpupool-create ./pf.cfg", 0, SAYS("./pf.cfg", "pf.cfg", "credit2", "1"), "");
	expect("cpupool-create --defconfig=pf.cfg 'name=\"pg\"' 'cpus=[]'", 0,
	       SAYS("pf.cfg", "pg", "credit2", "0"), "");
	expect("cpupool-create nofile", 1, "",
	       "Failed to read config file: nofile: No such file or directory\n");
	expect("cpupool-create pf.cfg other.cfg", 1, NULL, "");
	cr_expect(strstr(out, "Usage: xl [-vtTfN] cpupool-create"), "%s", out);
}

Test(xl_cpupool, dry_run_creates_nothing)
{
	SCRIPT(POOLS, HOST);
	expect("cpupool-create -n 'name=\"p2\"' 'sched=\"rtds\"'", 0,
	       SAYS("command line", "p2", "rtds", "0"), "");
	expect("-N cpupool-create 'name=\"p2\"' 'cpus=\"3\"'", 0,
	       SAYS("command line", "p2", "credit2", "1"), "");
	expect("cpupool-create 'name=\"p2\"' -n", 1, "",
	       "Failed to read config file: -n: No such file or directory\n");
	cr_expect_null(strstr(fake_nacred_requests(), "cpupool.create"));
}

/* With the scheduler of Pool-0 a failure's exit status is that scheduler's number. */
Test(xl_cpupool, create_refuses)
{
	SCRIPT(POOLS, HOST, ERROR("cpupool.create", "Could not create cpupool", "x.y"));
	expect("cpupool-create", 1, "", "Missing cpupool name!\n");
	expect("cpupool-create 'cpus=\"3\"'", 1, "", "Missing cpupool name!\n");
	expect("cpupool-create 'name=[\"a\"]'", 1, "",
	       "command line:2: warning: parameter `name' is a list but should be a single value\n"
	       "Missing cpupool name!\n");
	expect("cpupool-create 'name=\"p1\"'", 1, "", "Pool name \"p1\" already exists\n");
	expect("cpupool-create 'name=p2'", 1, "",
	       "command line:2: config parsing error near `p2': syntax error, unexpected IDENT, "
	       "expecting STRING or NUMBER or '['\n"
	       "Failed to parse config file: Invalid argument\n");
	expect("cpupool-create 'name=\"p2\"' 'sched=\"cr\"'", 1, "", "Unknown scheduler\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=[\"1\"]'", 6, "", "cpu 1 illegal or not free\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=[\"x\"]'", 6, "", "cpu 0 illegal or not free\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=[\"-1\"]'", 6, "",
	       "cpu -1 illegal or not free\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=\"2-\"'", 6, "", "Invalid pcpu range: 2-.\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=\"all\"'", 6, "", "cpu 0 illegal or not free\n");
	expect("cpupool-create 'name=\"p2\"' 'nodes=[\"7\"]'", 6, "", "no free cpu found\n");
	expect("cpupool-create 'name=\"p2\"' 'cpus=\"0\"' 'sched=\"null\"'", 1, "",
	       "cpu 0 illegal or not free\n");
	cr_expect_null(strstr(fake_nacred_requests(), "cpupool.create"));
	expect("cpupool-create 'name=\"p2\"' 'sched=\"null\"'", 1, NULL,
	       "libxl: error: Could not create cpupool\nerror on creating cpupool\n");
}

Test(xl_cpupool, destroy_and_rename)
{
	SCRIPT(POOLS, {.method = "cpupool.destroy", .needle = "\"1\"", .json = "{}"},
	       {.method = "cpupool.rename", .needle = "\"new_name\":\"fast\"", .json = "{}"},
	       ERROR("cpupool.destroy", "CPU pool has domains", "cpupool.has_domains"),
	       ERROR("cpupool.rename", "Pool name already exists", "cpupool.exists"));
	expect("cpupool-destroy p1", 0, "", "");
	expect("cpupool-destroy 1", 0, "", "");
	expect("cpupool-destroy Pool-0", 1, "", "Can't destroy cpupool 'Pool-0'\n");
	expect("-v cpupool-destroy Pool-0", 1, "",
	       "libxl: detail: CPU pool has domains\nCan't destroy cpupool "
	       "'Pool-0'\n");
	expect("cpupool-rename p1 fast", 0, "", "");
	expect("cpupool-rename nope x", 1, "", "unknown cpupool 'nope'\n");
	expect("cpupool-destroy 7", 1, "", "unknown cpupool '7'\n");
	expect("cpupool-rename p1", 2, NULL,
	       "'xl cpupool-rename' requires at least 2 arguments.\n\n");
	expect("cpupool-rename p1 p2", 1, "",
	       "libxl: error: Pool name already exists\n"
	       "Can't rename cpupool 'p1'\n");
}

Test(xl_cpupool, cpus_come_one_by_one)
{
	SCRIPT(HOST, POOLS, {.method = "cpupool.cpu_add", .needle = "\"cpus\":[2]", .json = "{}"},
	       ERROR("cpupool.cpu_add", "Error moving cpu 3 to cpupool: No such device", "x.y"),
	       {.method = "cpupool.cpu_remove", .needle = "\"cpus\":[2]", .json = "{}"},
	       ERROR("cpupool.cpu_remove", "Error removing cpu: Device or resource busy", "x.y"));
	expect("cpupool-cpu-add p1 2", 0, "", "");
	expect("cpupool-cpu-add p1 node:1", 0, "",
	       "libxl: error: Error moving cpu 3 to cpupool: No such device\n"
	       "some cpus may not have been added to p1\n");
	expect("cpupool-cpu-add p1 node:7", 0, "", "");
	expect("cpupool-cpu-add nope x", 1, "", "Invalid pcpu range: x.\n");
	expect("cpupool-cpu-add nope 2", 1, "", "unknown cpupool 'nope'\n");
	expect("cpupool-cpu-remove p1 2", 0, "", "");
	expect("cpupool-cpu-remove p1 3", 0, "",
	       "libxl: error: Error removing cpu: Device or resource busy\n"
	       "Some cpus may have not or only partially been removed from 'p1'.\n"
	       "If a cpu can't be added to another cpupool, add it to 'p1' again and retry.\n");
	expect("cpupool-cpu-remove p1 300", 0, "", "");
	expect("cpupool-cpu-remove p1 ''", 0, "", "");
	expect("cpupool-cpu-remove p1 ^all", 1, "", "Can't combine \"^\" and \"all\".\n");
}

/* Domain @id is there, called @name and in Pool-0. */
#define DOMAIN(id, name)                                                                           \
	{.method = "domain.identify",                                                              \
	 .needle = "\"" name "\"",                                                                 \
	 .json = "{\"domid\":" #id ",\"name\":\"" name "\"}"},                                     \
	{                                                                                          \
		.method = "domain.get", .needle = "{\"domain\":" #id "}",                          \
		.json = "{\"domid\":" #id ",\"name\":\"" name "\",\"uuid\":"                       \
			"\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"}"                                \
	}

Test(xl_cpupool, migrate_and_split)
{
	SCRIPT(POOLS, DOMAIN(1, "g1"),
	       {.method = "cpupool.move_domain",
		.needle = "\"pool\":\"1\",\"domain\":1}",
		.json = "{}"},
	       {.method = "cpupool.move_domain",
		.json = "{\"code\":-32003,\"message\":\"Domain 1:Error moving domain to cpupool\","
			"\"data\":{\"code\":\"cpupool.no_cpus\",\"hint\":\"the pool has no "
			"CPUs\"}}",
		.is_error = true},
	       ERROR("cpupool.numa_split", "whatever", "cpupool.in_use"));
	expect("cpupool-migrate g1 p1", 0, "", "");
	expect("cpupool-migrate 1 1", 0, "", "");
	expect("cpupool-migrate g1 nope", 1, "", "unknown cpupool 'nope'\n");
	expect("cpupool-migrate 1 Pool-0", 1, "",
	       "libxl: error: Domain 1:Error moving domain to cpupool; the pool has no CPUs\n");
	expect("cpupool-numa-split", 1, "", "splitting not possible, already cpupools in use\n");
	expect("cpupool-migrate 77 p1", 1, "", "unknown domain '77'\n");
	expect("cpupool-migrate nodom p1", 1, "", "unknown domain 'nodom'\n");
	SCRIPT({.method = "cpupool.numa_split", .json = "{}"});
	expect("cpupool-numa-split", 0, "", "");
}

#define DOM0                                                                                       \
	{                                                                                          \
		.method = "sched.credit2.get", .needle = "\"domain\":0",                           \
		.json = "{\"domains\":[{\"domid\":0,\"sched\":\"credit2\"}]}"                      \
	}

Test(xl_cpupool, credit_is_not_the_scheduler)
{
	SCRIPT(POOLS, DOM0);
	expect("sched-credit", 0, "", "");
	expect("sched-credit -d 0", 1, "Name                                ID Weight  Cap\n",
	       "libxl_domain_sched_params_get returned credit2 not credit.\n");
	expect("sched-credit -d 0 -w 5", 1, "",
	       "libxl: error: Getting domain sched credit: Invalid argument\n"
	       "libxl_domain_sched_params_set failed.\n");
	expect("sched-credit -s", 0, "Cpupool Pool-0: [sched params unavailable]\n",
	       "libxl: error: getting Credit scheduler parameters: Invalid argument\n"
	       "libxl_sched_credit_params_get failed.\n");
	expect("sched-credit -p Pool-0 -s -t 5", 1, "",
	       "libxl: error: getting Credit scheduler parameters: Invalid argument\n"
	       "libxl_sched_credit_params_get failed.\n");
	expect("sched-credit -p Pool-0", 0, "", "");
	expect("sched-credit -p nope", 1, "", "unknown cpupool 'nope'\n");
	expect("sched-credit -s -p nope", 1, "", "unknown cpupool 'nope'\n");
	expect("sched-credit -t 5", 1, "",
	       "Must specify schedparam to set schedule parameter values.\n");
	expect("sched-credit -w 5", 1, "", "Must specify a domain.\n");
	expect("sched-credit -p Pool-0 -d 0", 1, "",
	       "Specifying a cpupool or schedparam is not allowed with domain options.\n");
	expect("sched-credit -d nodom", 1, "", "nodom is an invalid domain identifier (rc=-6)\n");
	expect("sched-credit -d 99", 1, "Name                                ID Weight  Cap\n",
	       "libxl: error: getinfolist failed 0: No such file or directory\n"
	       "libxl: error: Domain 99:Unknown scheduler\n"
	       "libxl_domain_sched_params_get failed.\n");
	expect("sched-credit -d 99 -w 5", 1, "", "libxl_domain_sched_params_set failed.\n");
}

Test(xl_cpupool, rtds_is_not_the_scheduler)
{
	SCRIPT(POOLS, DOM0);
	expect("sched-rtds", 0, "", "");
	expect("sched-rtds -v all", 0, "", "");
	expect("sched-rtds -d 0", 1,
	       "Name                                ID    Period    Budget  Extratime\n",
	       "libxl_domain_sched_params_get returned credit2 not rtds.\n");
	expect("sched-rtds -d 0 -v all", 1,
	       "Name                                ID VCPU    Period    Budget  Extratime\n",
	       "libxl: error: per-VCPU parameter getting not supported for this scheduler\n"
	       "libxl_vcpu_sched_params_get_all failed.\n");
	expect("sched-rtds -d 0 -v 0", 1, NULL,
	       "libxl: error: per-VCPU parameter getting not supported for this scheduler\n"
	       "libxl_vcpu_sched_params_get failed.\n");
	expect("sched-rtds -d 0 -v all -p 5 -b 4 -e 1", 1, "",
	       "libxl: error: Setting vcpu sched rtds: Invalid argument\n"
	       "libxl_vcpu_sched_params_set_all failed.\n");
	expect("sched-rtds -d 0 -v 0 -p 5 -b 4", 1, "",
	       "Incorrect number of period, budget and extratime\n");
	expect("sched-rtds -d 0 -v 0 -v 1 -p 5 -b 4 -e 1", 1, "",
	       "Incorrect number of period, budget and extratime\n");
	expect("sched-rtds -d 0 -p 5 -b 4", 1, "", "Must specify VCPU.\n");
	expect("sched-rtds -p 5", 1, "", "Missing parameters.\n");
	expect("sched-rtds -v 0", 1, "", "Missing parameters.\n");
	expect("sched-rtds -d 0 -v 0 -v all", 1, "", "Incorrect VCPU IDs.\n");
	expect("sched-rtds -e 2", 1, "", "Invalid extratime.\n");
	expect("sched-rtds --cpupool=Pool-0", 0, "", "");
	expect("sched-rtds --cpupool=nope", 1, "", "unknown cpupool 'nope'\n");
	expect("sched-rtds -c Pool-0", 0, "", "");
	expect("sched-rtds --cpupool=Pool-0 -d 0", 1, "",
	       "Specifying a cpupool is not allowed with other options.\n");
}
