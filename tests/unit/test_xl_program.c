/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The xl program as scripts see it: output, messages, exit status, requests. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xl_run.h"

TestSuite(xl_program, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define HEADER "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"
#define DOM0                                                                                       \
	"{\"domid\":0,\"name\":\"Domain-0\",\"uuid\":\"00000000-0000-0000-0000-000000000000\","    \
	"\"state\":{\"running\":true},\"current_memkb\":655360,\"outstanding_memkb\":0,"           \
	"\"cpu_time_ns\":8400000000,\"vcpu_online\":1}"
#define G1                                                                                         \
	"{\"domid\":1,\"name\":\"g1\",\"uuid\":\"65622c59-e557-4667-9137-aaa6b8bdd5d7\","          \
	"\"state\":{\"paused\":true},\"current_memkb\":131072,\"outstanding_memkb\":0,"            \
	"\"cpu_time_ns\":7700000000,\"vcpu_online\":1,"                                            \
	"\"config\":{\"c_info\":{\"type\":\"pvh\"}}}"
#define LIST                                                                                       \
	{                                                                                          \
		.method = "domain.list", .json = "{\"domains\":[" DOM0 "," G1 "]}"                 \
	}
#define ONE                                                                                        \
	{                                                                                          \
		.method = "domain.get", .needle = "\"domain\":1", .json = G1                       \
	}

#define IS(selector, id, name)                                                                     \
	{                                                                                          \
		.method = "domain.identify", .needle = "{\"domain\":" selector "}",                \
		.json = "{\"domid\":" id ",\"name\":\"" name                                       \
			"\",\"uuid\":\"65622c59-e557-4667-9137-aaa6b8bdd5d7\",\"generation\":1}"   \
	}
#define G1_IS IS("\"g1\"", "1", "g1")

#define NAME1 IS("1", "1", "g1")

Test(xl_program, list)
{
	SCRIPT(LIST, G1_IS, NAME1, ONE);
	expect("list", 0,
	       HEADER "Domain-0                                     0   640     1     r-----       "
		      "8.4\n"
		      "g1                                           1   128     1     --p---       "
		      "7.7\n",
	       "");
	expect("list g1", 0,
	       HEADER "g1                                           1   128     1     --p---       "
		      "7.7\n",
	       "");
	expect("list -l 1", 0,
	       "[\n    {\n        \"domid\": 1,\n        \"config\": {\n            \"c_info\": {\n"
	       "                \"type\": \"pvh\"\n            },\n            \"b_info\": {\n"
	       "                \"sched_params\": {\n\n                },\n"
	       "                \"type.invalid\": {\n\n                },\n"
	       "                \"arch_arm\": {\n\n                },\n"
	       "                \"arch_x86\": {\n\n                }\n            }\n        }\n"
	       "    }\n]\n\n",
	       "");
	expect("list 7", 1, "", "Error: Domain '7' does not exist.\n");
	expect("list nosuch", 1, "", "nosuch is an invalid domain identifier (rc=-6)\n");
	expect("list a b", 1, NULL, "");
	expect("li --json", 0, NULL, "");
	cr_expect(!strncmp(out, "[\n    {\n        \"domid\": 0,\n", 27));
}

Test(xl_program, names)
{
	SCRIPT(G1_IS, NAME1, IS("\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"", "1", "g1"));
	expect("domid g1", 0, "1\n", "");
	expect("domid 1", 1, "",
	       "Can't get domid of domain name '1', maybe this domain does not exist.\n");
	expect("domname 1", 0, "g1\n", "");
	expect("domname 9", 1, "",
	       "Can't get domain name of domain id '9', maybe this domain does not exist.\n");
	expect("domname x", 1, "", "Invalid domain id.\n\n");
	expect("domid 65622c59-e557-4667-9137-aaa6b8bdd5d7", 1, "",
	       "Can't get domid of domain name '65622c59-e557-4667-9137-aaa6b8bdd5d7', maybe this "
	       "domain does not exist.\n");
}

Test(xl_program, changes)
{
	SCRIPT(LIST, G1_IS, {.method = "domain.pause", .needle = "{\"domain\":1}", .json = "{}"},
	       {.method = "domain.destroy", .json = "{}"},
	       {.method = "domain.rename", .needle = "\"new_name\":\"g2\"", .json = "{}"},
	       {.method = "domain.rename",
		.needle = "taken",
		.is_error = true,
		.json = "{\"code\":-32003,\"message\":\"taken\"}"});
	expect("pause g1", 0, "", "");
	expect("pause 65622c59-e557-4667-9137-aaa6b8bdd5d7", 0, "", "");
	expect("pause 9", 1, "", "libxl: error: Domain 9:Pausing domain: No such process\n");
	expect("unpause nosuch", 1, "", "nosuch is an invalid domain identifier (rc=-6)\n");
	expect("unpause 9", 1, "", "libxl: error: unable to get domain type for domid=9\n");
	expect("destroy 3", 0, "", "");
	cr_expect(strstr(fake_nacred_requests(), "{\"domain\":3}"));
	expect("destroy 0", 1, "",
	       "Not destroying domain 0; use -f to force.\nThis can only be done when using a "
	       "disaggregated hardware domain and toolstack.\n\n");
	expect("destroy -f 0", 0, "", "");
	expect("rename g1 g2", 0, "", "");
	expect("rename g1 taken", 1, "",
	       "libxl: error: Domain 1:taken\nCan't rename domain 'g1'.\n");
}

#define EVENTS                                                                                     \
	{                                                                                          \
		.method = "event.subscribe", .json = "{\"seq\":0}"                                 \
	}
#define ENDED(id)                                                                                  \
	{                                                                                          \
		.method = "domain.list",                                                           \
		.json = "{\"domains\":[" DOM0 ",{\"domid\":" id ",\"name\":\"g1\",\"uuid\":"       \
			"\"65622c59-e557-4667-9137-aaa6b8bdd5d7\",\"state\":{\"shutdown\":true},"  \
			"\"shutdown_reason\":0}]}"                                                 \
	}

Test(xl_program, shutdown)
{
	SCRIPT(ENDED("1"), G1_IS, EVENTS, {.method = "domain.shutdown", .json = "{}"},
	       {.method = "domain.reboot",
		.is_error = true,
		.json = "{\"code\":-32010,\"message\":\"no\",\"data\":{\"code\":\"x\"}}"},
	       {.method = "domain.trigger",
		.is_error = true,
		.json = "{\"code\":-32003,\"message\":\"no button\",\"data\":{\"code\":\"x\"}}"});
	expect("shutdown g1", 0, "", "Shutting down domain 1\n");
	expect("shutdown -w g1", 0, "",
	       "Shutting down domain 1\nWaiting for 1 domains\n"
	       "Domain 1 has been shut down, reason code 0\n");
	expect("shutdown -a", 0, "", "Shutting down domain 1\n");
	expect("shutdown", 1, "", "You must specify -a or a domain id.\n\n");
	expect("reboot g1", 1, "",
	       "Rebooting domain 1\nPV control interface not available: external graceful reboot "
	       "not possible.\nUse \"-F\" to fallback to ACPI reset event.\n"
	       "reboot failed (rc=-10)\n");
	expect("reboot -F g1", 1, "",
	       "Rebooting domain 1\nPV control interface not available: sending ACPI reset button "
	       "event.\nlibxl: error: Domain 1:no button\nreboot failed (rc=-3)\n");
	cr_expect(strstr(fake_nacred_requests(), "\"trigger\":\"reset\""));
}

/* Once the list of domains, where it has shut down, is on its way. */
static void *destroy_later(void *unused)
{
	cr_assert(fake_nacred_await("\"domain.list\"", 30000));
	fake_nacred_event("{\"seq\":1,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":1}}");
	return NULL;
}

Test(xl_program, shutdown_waits_for_death)
{
	pthread_t thread;

	SCRIPT(ENDED("1"), G1_IS, EVENTS, {.method = "domain.shutdown", .json = "{}"});
	cr_assert_eq(pthread_create(&thread, NULL, destroy_later, NULL), 0);
	expect("shutdown -ww g1", 0, "",
	       "Shutting down domain 1\nWaiting for 1 domains\n"
	       "Domain 1 has been shut down, reason code 0\n"
	       "Domain 1 continue waiting for death\nDomain 1 has been destroyed\n");
	pthread_join(thread, NULL);
	SCRIPT({.method = "domain.list", .json = "{\"domains\":[" DOM0 "]}"}, G1_IS, EVENTS,
	       {.method = "domain.shutdown", .json = "{}"});
	expect("shutdown -w g1", 0, "",
	       "Shutting down domain 1\nWaiting for 1 domains\nDomain 1 has been destroyed\n");
}

#define CONFIG "name=\"g1\"\ntype=\"pvh\"\nkernel=\"k\"\nmemory=8\n"

Test(xl_program, create)
{
	static char dry[sizeof(out)];

	SCRIPT({.method = "domain.create",
		.needle = "\"name\":\"busy\"",
		.is_error = true,
		.json = "{\"code\":-32003,\"message\":\"Domain with name \\\"busy\\\" already "
			"exists.\",\"data\":{\"code\":\"domain.exists\",\"hint\":\"choose "
			"another\"}}"},
	       {.method = "domain.create",
		.needle = "\"name\":\"sick\"",
		.is_error = true,
		.json = "{\"code\":-32005,\"message\":\"no memory\"}"},
	       {.method = "domain.create",
		.json = "{\"domid\":4,\"name\":\"g1\",\"uuid\":\"u\",\"generation\":1}"},
	       {.method = "domain.supervise", .needle = "{\"domain\":4}", .json = "{}"},
	       {.method = "domain.unpause", .json = "{}"},
	       {.method = "domain.console", .json = "{}", .console = "Hello\r\n"},
	       {.method = "domain.wait", .json = "{\"reached\":true,\"shutdown_reason\":0}"});
	write_file("g1.cfg", CONFIG);
	expect("create -qp g1.cfg vcpus=2", 0, "", "");
	cr_expect(strstr(fake_nacred_requests(), "\"max_vcpus\":2"));
	cr_expect(strstr(fake_nacred_requests(), "/k\""));
	cr_expect(strstr(fake_nacred_requests(), "domain.supervise"));
	cr_expect_null(strstr(fake_nacred_requests(), "domain.unpause"));
	expect("create g1.cfg", 0, "", "Parsing config from g1.cfg\n");
	cr_expect(strstr(fake_nacred_requests(), "domain.unpause"));
	/* The configuration, as a dry run prints it, but not there. */
	expect("-N create -q g1.cfg 'uuid=\"00c0ffee-0000-4000-8000-000000000001\"'", 0, NULL, "");
	snprintf(dry, sizeof(dry), "%s", out);
	cr_expect(strstr(dry, "\"name\": \"g1\""));
	expect("create -qd g1.cfg 'uuid=\"00c0ffee-0000-4000-8000-000000000001\"'", 0, "", dry);
	expect("create -c g1.cfg", 0, "Hello\r\n", "Parsing config from g1.cfg\n");
	expect("create g1.cfg 'name=\"busy\"'", 3, "",
	       "Parsing config from g1.cfg\n"
	       "libxl: error: Domain with name \"busy\" already exists. choose another\n");
	expect("create g1.cfg 'name=\"sick\"'", 5, "",
	       "Parsing config from g1.cfg\nlibxl: error: no memory\n");
}

Test(xl_program, create_in_foreground)
{
	SCRIPT({.method = "domain.create", .json = "{\"domid\":4,\"name\":\"g1\",\"uuid\":\"u\"}"},
	       {.method = "domain.supervise", .json = "{}"},
	       {.method = "domain.unpause", .json = "{}"}, EVENTS,
	       {.method = "domain.list",
		.json = "{\"domains\":[{\"domid\":4,\"uuid\":\"65622c59-e557-4667-9137-"
			"aaa6b8bdd5d7\","
			"\"state\":{\"shutdown\":true,\"dying\":true},\"shutdown_reason\":0}]}"});
	write_file("a.cfg", CONFIG);
	cr_expect_eq(xl("create -F a.cfg"), 0);
	cr_expect(!strncmp(
		err, "Parsing config from a.cfg\nWaiting for domain g1 (domid 4) to die [pid ",
		70));
	cr_expect(strstr(err, "]\nDomain 4 has shut down, reason code 0 0x0\n"
			      "Action for shutdown reason code 0 is destroy\n"
			      "Domain 4 needs to be cleaned up: destroying the domain\n"
			      "Done. Exiting now\n"),
		  "%s", err);
}

/* Nobody would act on its end: it goes, and xl says so. */
Test(xl_program, create_without_supervision)
{
	SCRIPT({.method = "domain.create", .json = "{\"domid\":4,\"name\":\"g1\",\"uuid\":\"u\"}"},
	       {.method = "domain.supervise",
		.is_error = true,
		.json = "{\"code\":-32003,\"message\":\"no disk\",\"data\":{\"code\":\"x\"}}"},
	       {.method = "domain.destroy", .needle = "{\"domain\":4}", .json = "{}"});
	write_file("g1.cfg", CONFIG);
	expect("create -q g1.cfg", 1, "", "libxl: error: no disk\n");
	cr_expect(strstr(fake_nacred_requests(), "domain.destroy"));
	cr_expect_null(strstr(fake_nacred_requests(), "domain.unpause"));
}

Test(xl_program, create_mistakes)
{
	write_file("bad.cfg", "name=\"x\"\nfoo bar\n");
	expect("create nosuch.cfg", 3, "",
	       "Failed to read config file: nosuch.cfg: No such file or directory\n");
	expect("create bad.cfg", 1, "",
	       "Parsing config from bad.cfg\nbad.cfg:2: config parsing error near `bar': syntax "
	       "error, unexpected IDENT, expecting += or '='\n"
	       "Failed to parse config: Invalid argument\n");
	expect("create", 6, "", "Config file not specified and none in save file\n");
	expect("create bad.cfg also", 2, NULL, "");
	expect("create /", 3, "", "Failed to read config file: /: Is a directory\n");
	write_file("g1.cfg", CONFIG);
	expect("-N create g1.cfg", 0, NULL, "Parsing config from g1.cfg\n");
	cr_expect(strstr(out, "\"kernel\": \"k\""));
	cr_expect_str_eq(fake_nacred_requests(), "");
}

Test(xl_program, usage)
{
	expect("nosuch", 1, "", "command not implemented\n");
	expect("l", 1, "", "command not implemented\n");
	expect("destroy", 2, NULL, "'xl destroy' requires at least 1 argument.\n\n");
	expect("rename a", 2, NULL, "'xl rename' requires at least 2 arguments.\n\n");
	expect("list -y", 2, "", "option `y' not supported.\n");
	expect("list --foo", 2, "", "option `--foo' not supported.\n");
	expect("-N list", 1, "", "command does not implement -N (dryrun) option\n");
	expect("create -h", 0, NULL, "");
	cr_expect(!strncmp(out, "Usage: xl [-vtTfN] create <ConfigFile> ", 39));
	expect("help nosuch", 0, "command \"nosuch\" not implemented\n", "");
	expect("", 1, NULL, "");
	cr_expect(!strncmp(out, "Usage xl [-vfNtT] <subcommand> [args]\n\n", 39));
}

Test(xl_program, console)
{
	SCRIPT(G1_IS, {.method = "domain.wait", .json = "{\"reached\":true}"},
	       {.method = "domain.console", .json = "{}", .console = "login: "});
	expect("console g1", 0, "login: ", "");
	expect("console -t vga g1", 1, "", "console type supported are: pv, serial, vuart\n");
	expect("console -e q g1", 0, "login: ", "");
	expect("console -n 1 g1", 1, "",
	       "libxl: error: Domain 1:there is no console of type 2, number 1: only the PV "
	       "console "
	       "0\nUnable to attach console\n");
	SCRIPT(LIST);
	expect("console nosuch", 1, "", "nosuch is an invalid domain identifier (rc=-6)\n");
}

Test(xl_program, no_daemon)
{
	setenv("NACRE_RUNDIR", "/nonexistent", 1);
	expect("list", 1, "",
	       "libxl: error: cannot reach nacred at /nonexistent/nacred.sock: No such file or "
	       "directory; start it with `nacre up', or with `systemctl start nacred' on a Nacre "
	       "host\ncannot init xl context\n");
	write_file("g1.cfg", CONFIG);
	expect("create -q g1.cfg", 1, "", NULL);
}

#define STATUS(exit)                                                                               \
	"{\"host\":{\"product\":\"nacre\",\"version\":\"4.17-nacre\",\"components\":[{\"name\":"   \
	"\"hypervisor\",\"build_id\":\"0123456789abcdef\",\"manifest\":true,\"outdated\":false}]," \
	"\"payloads_known\":true},\"payloads\":[{\"name\":\"hot\",\"state\":\"applied\"}],"        \
	"\"counts\":{\"affected\":1,\"fixed_by_livepatch\":1},\"exit\":" exit ",\"advisories\":["  \
	"{\"id\":\"XSA-1\",\"status\":\"affected\",\"action\":\"none\",\"evidence\":[]},"          \
	"{\"id\":\"XSA-2\",\"status\":\"fixed_by_livepatch\",\"payload\":\"hot\",\"evidence\":[]}" \
	"]}"

#define STATUS_HEAD                                                                                \
	"host       : nacre 4.17-nacre\nhypervisor : build 0123456789ab\n"                         \
	"live patch : hot (applied)\n\n"                                                           \
	"Advisory        Status              Evidence             Reason\n"                        \
	"XSA-1           affected            -                    no fix is on this host\n"
#define STATUS_TAIL                                                                                \
	"\n0 not affected, 0 fixed in the build, 1 fixed by live patches, 1 affected (0 with a "   \
	"fix "                                                                                     \
	"here), 0 unknown\n"

Test(xl_program, patch_status)
{
	SCRIPT({.method = "advisory.status",
		.needle = "\"ids\":[\"XSA-1\",\"2\",\"3\"]",
		.json = STATUS("1")},
	       {.method = "advisory.status", .json = STATUS("2")},
	       {.method = "advisory.metrics", .json = "{\"text\":\"nacre_x 1\\n\"}"});
	expect("patch-status", 2,
	       STATUS_HEAD
	       "XSA-2           fixed_by_livepatch  -                    hot\n" STATUS_TAIL,
	       "");
	expect("patch-status --affected", 2, STATUS_HEAD STATUS_TAIL, "");
	expect("patch-status --advisory XSA-1,2 --advisory=3", 1, NULL, "");
	expect("patch-status --affected --json", 2, NULL, "");
	cr_expect(strstr(out, "XSA-1") && !strstr(out, "XSA-2"), "%s", out);
	expect("patch-status --metrics", 0, "nacre_x 1\n", "");
}

/* 3 is what a monitor must see when the answer is not known, whatever the reason. */
Test(xl_program, patch_status_cannot_tell)
{
	SCRIPT({.method = "advisory.status", .json = STATUS("99")});
	expect("patch-status", 3, NULL, "");
	SCRIPT({.method = "advisory.status", .json = "{}"});
	expect("patch-status", 3, NULL, "");
	SCRIPT({.method = "nothing", .json = "{}"});
	expect("patch-status", 3, "", NULL);
	expect("patch-status --export x", 3, "", NULL);
	expect("patch-status --import /nonexistent/x", 3, "",
	       "xl: cannot find /nonexistent/x: No such file or directory\n");
	expect("patch-status XSA-1", 3, NULL, NULL);
	expect("patch-status --metrics --json", 3, NULL, NULL);
	expect("patch-status --export x --import y", 3, NULL, NULL);
	expect("patch-status --wrong", 3, "", "option `--wrong' not supported.\n");
	expect("patch-status --advisory", 3, "", NULL);
	expect("-N patch-status", 3, "", NULL);
	setenv("NACRE_RUNDIR", "/nonexistent", 1);
	expect("patch-status", 3, "", NULL);
}

Test(xl_program, host)
{
	SCRIPT({.method = "host.info",
		.json = "{\"host\":\"h\",\"nr_cpus\":2,\"max_cpu_id\":1,\"xen_extra\":\".0-n\","
			"\"xen_scheduler\":\"credit2\"}"},
	       {.method = "cpupool.list", .json = "{\"pools\":[],\"free_cpus\":[1]}"},
	       {.method = "host.dmesg",
		.needle = "\"clear\":true",
		.json = "{\"text\":\"(XEN) b\\n\"}"},
	       {.method = "host.dmesg", .json = "{\"text\":\"(XEN) a\\n\"}"});
	expect("info nr_cpus", 0, "2\n", "");
	expect("info free_cpus", 0, "1\n", "");
	expect("dmesg", 0, "(XEN) a\n", "");
	expect("dmesg -c", 0, "(XEN) b\n", "");
}
