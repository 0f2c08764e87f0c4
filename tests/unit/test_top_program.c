/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xentop and xl top as programs see them: real xentop's columns, words and exit codes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "top_sample.h"
#include "xl_run.h"

TestSuite(top_program, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define HOST                                                                                       \
	{                                                                                          \
		.method = "host.info", .json = TOP_HOST                                            \
	}
#define LIST                                                                                       \
	{                                                                                          \
		.method = "domain.list", .json = TOP_DOMAINS("6")                                  \
	}
#define VCPUS                                                                                      \
	{                                                                                          \
		.method = "domain.vcpus", .json = TOP_VCPUS                                        \
	}

/* Text of real xentop 4.17.7, but for the domains. */
#define REST                                                                                       \
	"  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) "    \
	"NETRX(k) VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID\n"
#define HEADER "      NAME" REST
#define DEVICES                                                                                    \
	"    0        0        0    0        0        0        0          0          0    0\n"
#define LONG_ROW " ----p-          0    0.0       8260    0.8       9216       0.9     1" DEVICES
#define DOM0	 " -----r         12    0.0      65536    6.2   no limit       n/a     1" DEVICES
#define WEB	 " --b---          6    0.0     131072   12.5     132096      12.6     2" DEVICES
#define BLOCK	 "a-rather-l" LONG_ROW "  Domain-0" DOM0 "       web" WEB

#define XENTOP "top " /* xl top becomes xentop */

Test(top_program, batch)
{
	SCRIPT(HOST, LIST, VCPUS);
	expect(XENTOP "-b -i 1", 0, HEADER BLOCK, "");
	expect(XENTOP "-bi2 -d0.1", 0, HEADER BLOCK HEADER BLOCK, "");
	expect(XENTOP "--batch --iterations=1 --networks --vbds", 0, HEADER BLOCK, "");
	expect(XENTOP "-b -i1 -r", 0,
	       HEADER "a-rather-l" LONG_ROW HEADER "  Domain-0" DOM0 HEADER "       web" WEB, "");
	expect(XENTOP "-b -i1 -f", 0,
	       "              NAME" REST "a-rather-long-name" LONG_ROW "          Domain-0" DOM0
	       "               web" WEB,
	       "");
	expect(XENTOP "-b -i1 -v", 0,
	       HEADER "a-rather-l" LONG_ROW "VCPUs(sec): \n"
		      "  Domain-0" DOM0 "VCPUs(sec):   0:         12s\n"
		      "       web" WEB "VCPUs(sec):   0:          4s  1:          2s\n",
	       "");
}

#define IDLE(id, online) TOP_VCPU(id, online, 0, "0") ","

Test(top_program, many_vcpus_go_on_in_another_line)
{
	SCRIPT(HOST,
	       {.method = "domain.list",
		.json = "{\"domains\":[" TOP_DOMAIN(0, "Domain-0", "", "0", 0, "0", 6) "]}"},
	       {.method = "domain.vcpus",
		.json = "{\"domains\":[{\"domid\":0,\"vcpus\":[" IDLE(0, "true") IDLE(1, "true")
			IDLE(2, "true") IDLE(3, "true") IDLE(4, "false")
				TOP_VCPU(5, "true", 0, "16000000000") "]}]}"});
	xl(XENTOP "-bvi1");
	cr_expect(strstr(out,
			 "VCPUs(sec):   0:          0s  1:          0s  2:          0s  3:      "
			 "    0s\n          5:         16s\n"),
		  "%s", out);
}

Test(top_program, misuse)
{
	SCRIPT(HOST, LIST);
	expect(XENTOP "-q", 2, NULL, "option `q' not supported.\n");
	expect(XENTOP "web", 2, NULL, "");
	expect(XENTOP "-h", 0, NULL, "");
	cr_expect(strstr(out, "Monitor a host and the domains in real time"), "%s", out);
	expect(XENTOP "-bi x", 1, "", "xentop: bad number of iterations 'x'\n");
	expect(XENTOP "-b -d 0", 1, "", "xentop: bad delay '0'\n");
	expect(XENTOP "-b -d 86401", 1, "", "xentop: bad delay '86401'\n");
	expect("-N top -b", 1, "", "command does not implement -N (dryrun) option\n");
	expect(XENTOP, 1, "", "xentop: this is no terminal; use -b\n");
}

/* What follows the shell's semicolon is xentop itself. */
#define ITSELF(arguments) "help top >/dev/null; " XENTOP_PROGRAM " " arguments

Test(top_program, misuse_of_xentop_itself)
{
	expect(ITSELF("-q"), 0, NULL, XENTOP_PROGRAM ": invalid option -- 'q'\n");
	cr_expect(!strncmp(out, "Usage: xentop [OPTION]\n", 23), "%s", out);
	expect(ITSELF("--nonsense"), 0, NULL,
	       XENTOP_PROGRAM ": unrecognized option '--nonsense'\n");
	expect(ITSELF("-d"), 0, NULL, XENTOP_PROGRAM ": option requires an argument -- 'd'\n");
	expect(ITSELF("--help"), 0, NULL, "");
	expect(ITSELF("-V"), 0, "xentop (Nacre) " NACRE_VERSION "\n", "");
}

Test(top_program, no_terminal)
{
	expect("help >/dev/null; TERM=nosuch script -qec " XENTOP_PROGRAM " log", 1, NULL, "");
	cr_expect(strstr(out, "Error opening terminal: nosuch."), "%s", out);
	expect("help >/dev/null; TERM=dumb script -qec " XENTOP_PROGRAM " log", 1, NULL, "");
	cr_expect(strstr(out, "Error opening terminal: dumb."), "%s", out);
}

Test(top_program, nacred_refuses)
{
	SCRIPT(LIST, {.method = "host.info",
		      .is_error = true,
		      .json = "{\"code\":-32003,\"message\":\"failed\",\"data\":{\"code\":\"x.y\","
			      "\"detail\":\"the hypervisor is away\",\"hint\":\"call it\"}}"});
	expect(XENTOP "-b", 1, "", "xentop: the hypervisor is away; call it\n");
	SCRIPT(HOST, {.method = "domain.list", .json = "[]"});
	expect(XENTOP "-b", 1, "", "xentop: nacred's answer is not what it should be\n");
	SCRIPT(HOST, {.method = "domain.list", .hang_up = true});
	expect(XENTOP "-b", 1, "",
	       "xentop: nacred closed the connection during a sample; see its log; `nacre logs "
	       "nacred'\n");
	fake_nacred_stop();
	expect(XENTOP "-b", 1, "", NULL);
	cr_expect(!strncmp(err, "xentop: cannot reach nacred at /tmp/", 36), "%s", err);
}

Test(top_program, a_reader_that_goes_ends_it)
{
	SCRIPT(HOST, LIST);
	expect(XENTOP "-b -d0.1 | head -n 1 >first; cat first", 0, HEADER, "");
	expect(XENTOP "-b -i1 >/dev/full 2>why; s=$?; sh -c \"cat why >&2; exit $s\"", 1, NULL,
	       "xentop: cannot write the output: No space left on device\n");
}

Test(top_program, names_forge_no_line)
{
	SCRIPT(HOST, {.method = "domain.list",
		      .json = "{\"domains\":[" TOP_DOMAIN(1, "a\\n\\u001b\\u00e9", "", "0", 0, "0",
							  0) "]}"});
	expect(XENTOP "-b -f -i 1", 0, NULL, "");
	cr_expect(strstr(out, "\na\\x0a\\x1b\xc3\xa9 ------ "), "%s", out);
}
