/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xl's tables, byte for byte as real xl 4.17.7 prints them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "info.h"
#include "list.h"
#include "uptime.h"
#include "cpupool_list.h"
#include "vcpu_list.h"
#include "xl.h"

static char *printed;
static size_t printed_len;
static FILE *out;

static void begin(void)
{
	out = open_memstream(&printed, &printed_len);
}

static void end(const char *expected)
{
	fclose(out);
	cr_expect_str_eq(printed, expected);
	free(printed);
}

#define HEADER "Name                                        ID   Mem VCPUs\tState\tTime(s)"

static const struct {
	libxl_dominfo info;
	const char *name, *pool;
	time_t start;
} domains[] = {
	{{.running = true,
	  .current_memkb = 655360,
	  .cpu_time = 29200000000,
	  .vcpu_online = 1,
	  .shutdown_reason = LIBXL_SHUTDOWN_REASON_UNKNOWN},
	 "Domain-0",
	 "Pool-0",
	 1000},
	{{.domid = 1,
	  .uuid.uuid = {0x65, 0x62, 0x2c, 0x59, 0xe5, 0x57, 0x46, 0x67, 0x91, 0x37, 0xaa, 0xa6,
			0xb8, 0xbd, 0xd5, 0xd7},
	  .blocked = true,
	  .current_memkb = 131072,
	  .cpu_time = 7600000000,
	  .vcpu_online = 1,
	  .shutdown_reason = LIBXL_SHUTDOWN_REASON_UNKNOWN},
	 "g1",
	 "Pool-0",
	 2000},
	{{.domid = 2,
	  .uuid.uuid = {0x11, 0x11},
	  .shutdown = true,
	  .shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH,
	  .current_memkb = 4096,
	  .outstanding_memkb = 1024,
	  .shared_memkb = 2048,
	  .vcpu_online = 2},
	 "b\x1b[2J",
	 NULL,
	 400000},
};

#define NR_DOMAINS (sizeof(domains) / sizeof(domains[0]))

static void list(const struct list_columns *columns)
{
	uint8_t nodes = 1;
	libxl_bitmap map = {.size = 1, .map = &nodes};
	size_t i;

	begin();
	list_header(out, columns);
	for (i = 0; i < NR_DOMAINS; i++) {
		struct list_texts texts = {.name = domains[i].name,
					   .cpupool = domains[i].pool,
					   .nodes = &map,
					   .nr_nodes = i ? 1 : 2};

		list_row(out, &domains[i].info, &texts, columns);
	}
}

Test(xl_tables, list)
{
	list(&(struct list_columns){.verbose = false});
	end(HEADER
	    "\n"
	    "Domain-0                                     0   640     1     r-----      29.2\n"
	    "g1                                           1   128     1     -b----       7.6\n"
	    "b\\x1b[2J                                     2     5     2     ---sc-       0.0\n");
}

Test(xl_tables, list_verbose)
{
	list(&(struct list_columns){.verbose = true, .cpupool = true});
	end(HEADER
	    "   UUID                            Reason-Code\tSecurity Label         Cpupool\n"
	    "Domain-0                                     0   640     1     r-----      29.2 "
	    "00000000-0000-0000-0000-000000000000        -                -          Pool-0\n"
	    "g1                                           1   128     1     -b----       7.6 "
	    "65622c59-e557-4667-9137-aaa6b8bdd5d7        -                -          Pool-0\n"
	    "b\\x1b[2J                                     2     5     2     ---sc-       0.0 "
	    "11110000-0000-0000-0000-000000000000        3                -          (null)\n");
}

Test(xl_tables, list_numa)
{
	list(&(struct list_columns){.numa = true, .claim = true});
	end(HEADER
	    "  Claimed NODE Affinity\n"
	    "Domain-0                                     0   640     1     r-----      29.2 "
	    "    0 0\n"
	    "g1                                           1   128     1     -b----       7.6 "
	    "    0 all\n"
	    "b\\x1b[2J                                     2     5     2     ---sc-       0.0 "
	    "    1 all\n");
}

static void state(libxl_dominfo domain, const char *expected)
{
	char letters[7];

	list_state(&domain, letters);
	cr_expect_str_eq(letters, expected, "%s, not %s", letters, expected);
}

Test(xl_tables, states)
{
	state((libxl_dominfo){.running = false}, "------");
	state((libxl_dominfo){.paused = true}, "--p---");
	state((libxl_dominfo){.shutdown = true}, "---s--");
	state((libxl_dominfo){.shutdown = true, .shutdown_reason = 1}, "---sr-");
	state((libxl_dominfo){.shutdown = true, .shutdown_reason = 4}, "---sw-");
	state((libxl_dominfo){.shutdown = true, .shutdown_reason = 77}, "---s?-");
	state((libxl_dominfo){.shutdown = true, .shutdown_reason = LIBXL_SHUTDOWN_REASON_UNKNOWN},
	      "---s?-");
	state((libxl_dominfo){.dying = true, .running = true, .blocked = true}, "-----d");
	state((libxl_dominfo){.dying = true, .shutdown = true}, "---s-d");
}

Test(xl_tables, sharing_and_vm_list)
{
	libxl_vminfo vm = {.domid = 1};

	begin();
	sharing_header(out);
	sharing_row(out, &domains[1].info, domains[1].name);
	sharing_row(out, &domains[2].info, domains[2].name);
	end("Name                                        ID   Mem Shared\n"
	    "g1                                           1   128      0\n"
	    "b\\x1b[2J                                     2     5      2\n");
	libxl_uuid_copy(NULL, &vm.uuid, &domains[1].info.uuid);
	begin();
	vm_list_header(out);
	vm_list_row(out, &vm, "g1");
	vm_list_row(out, &vm, NULL);
	end("UUID                                  ID    name\n"
	    "65622c59-e557-4667-9137-aaa6b8bdd5d7  1    g1                            \n"
	    "65622c59-e557-4667-9137-aaa6b8bdd5d7  1    (null)                        \n");
}

static void up(size_t i, time_t now, bool brief)
{
	struct uptime domain = {
		.name = domains[i].name, .domid = domains[i].info.domid, .start = domains[i].start};

	uptime_row(out, &domain, now, brief);
}

Test(xl_tables, uptime)
{
	begin();
	uptime_header(out);
	up(0, 1033, false);
	up(1, 2000 + 86400 + 3 * 3600 + 12 * 60 + 5, false);
	up(1, 2000 + 4 * 86400 + 5, false);
	up(2, 0, false);
	end("Name                                ID Uptime\n"
	    "Domain-0                             0  0:00:33\n"
	    "g1                                   1 1 day,  3:12:05\n"
	    "g1                                   1 4 days,  0:00:05\n"
	    "b\\x1b[2J                             2  0:00:00\n");
	begin();
	up(0, 1000 + 48 * 60, true);
	fclose(out);
	cr_expect_str_eq(printed + 9, " up  0:48, Domain-0 (0)\n");
	free(printed);
}

/* A bitmap of one byte that nobody frees. */
static libxl_bitmap bits(uint8_t *byte)
{
	return (libxl_bitmap){.size = 1, .map = byte};
}

Test(xl_tables, vcpu_list)
{
	uint8_t all = 0xff, some = 0x2f, none = 0;
	libxl_vcpuinfo vcpus[] = {
		{.vcpuid = 0,
		 .online = true,
		 .blocked = true,
		 .vcpu_time = 7600000000,
		 .cpumap = bits(&all),
		 .cpumap_soft = bits(&all)},
		{.vcpuid = 1, .cpumap = bits(&some), .cpumap_soft = bits(&none)},
	};

	begin();
	vcpu_list_header(out);
	vcpu_list_rows(out, 1, "g1", vcpus, 2, 8);
	vcpu_list_rows(out, 2, "b\n", &vcpus[1], 1, 4);
	vcpu_list_rows(out, 2, "c", &vcpus[1], 1, 6);
	vcpu_list_rows(out, 3, NULL, &vcpus[1], 1, 0);
	end("Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / "
	    "Soft)\n"
	    "g1                                   1     0    0   -b-       7.6  all / all\n"
	    "g1                                   1     1    -   --p       0.0  0-3,5 / none\n"
	    "b\\x0a                                2     1    -   --p       0.0  all / none\n"
	    "c                                    2     1    -   --p       0.0  0-3,5 / none\n"
	    "(null)                               3     1    -   --p       0.0  none / none\n");
}

static libxl_cputopology cpus[] = {
	{.core = 0, .socket = 0, .node = 0},
	{.core = LIBXL_CPUTOPOLOGY_INVALID_ENTRY,
	 .socket = LIBXL_CPUTOPOLOGY_INVALID_ENTRY,
	 .node = LIBXL_CPUTOPOLOGY_INVALID_ENTRY},
	{.core = 1, .socket = 0, .node = 0},
};
static uint32_t distances[] = {10, 20};
static const libxl_numainfo nodes[] = {
	{.size = 2047ull << 20, .free = 1383ull << 20, .num_dists = 2, .dists = distances}};
static const libxl_version_info version = {.xen_version_major = 4,
					   .xen_version_minor = 17,
					   .xen_version_extra = (char *)".7",
					   .pagesize = 4096,
					   .virt_start = 0xffff800000000000,
					   .build_id = (char *)"151b"};
static const struct info info = {
	.system = {.nodename = "h"},
	.machine = {.nr_cpus = 1,
		    .cpu_khz = 2596128,
		    .hw_cap = {0xfcbf3fd, 1},
		    .total_pages = 2047 * 256,
		    .free_pages = 1000 * 256,
		    .scrub_pages = 383 * 256,
		    .cap_hvm = true,
		    .cap_hap = true,
		    .cap_gnttab_v1 = true},
	.version = &version,
	.scheduler = LIBXL_SCHEDULER_CREDIT2,
	.cpus = cpus,
	.nr_cpus = 3,
	.nodes = nodes,
	.nr_nodes = 1,
};

static void has(const char *text)
{
	cr_expect(strstr(printed, text), "no '%s' in %s", text, printed);
}

Test(xl_tables, info)
{
	begin();
	info_print(out, &info, NULL, true);
	fclose(out);
	has("host                   : h\nrelease                : \n");
	has("cpu_mhz                : 2596.128\n"
	    "hw_caps                : 0fcbf3fd:00000001:00000000:00000000:00000000:00000000:"
	    "00000000:00000000\n"
	    "virt_caps              : hvm hap gnttab-v1\n"
	    "total_memory           : 2047\n"
	    "free_memory            : 1383\n");
	has("free_cpus              : 0\ncpu_topology           :\n"
	    "cpu:    core    socket     node\n"
	    "  0:       0        0        0\n"
	    "  2:       1        0        0\n"
	    "device topology        :\ndevice           node\n"
	    "No device topology data available\n"
	    "numa_info              :\n"
	    "node:    memsize    memfree    distances\n"
	    "   0:      2047       1383      10,20\n"
	    "xen_major              : 4\n");
	has("xen_version            : 4.17.7\n");
	has("xen_scheduler          : credit2\n");
	has("platform_params        : virt_start=0xffff800000000000\n");
	has("xen_changeset          : \n");
	has("build_id               : 151b\nxend_config_format     : 4\n");
	free(printed);
}

Test(xl_tables, info_key)
{
	begin();
	info_print(out, &info, "free_memory", false);
	end("1383\n");
	begin();
	info_print(out, &info, "xen_m", true);
	end("4\n17\n");
	begin();
	info_print(out, &info, "nothing", false);
	end("");
}

Test(xl_tables, cpupool)
{
	uint8_t some = 0x0b, none = 0;
	char name[] = "Pool-0", hostile[] = "b\x1b";
	libxl_cpupoolinfo pool = {.pool_name = name,
				  .sched = LIBXL_SCHEDULER_CREDIT2,
				  .n_dom = 12,
				  .cpumap = bits(&some)};
	libxl_cpupoolinfo odd = {.poolid = 1,
				 .pool_name = hostile,
				 .sched = LIBXL_SCHEDULER_NULL,
				 .cpumap = bits(&none)};

	begin();
	cpupool_list_header(out, false);
	cpupool_list_row(out, &pool, false);
	cpupool_list_row(out, &odd, false);
	end("Name               CPUs   Sched     Active   Domain count\n"
	    "Pool-0               3   credit2       y         12\n"
	    "b\\x1b                0      null       y          0\n");
	begin();
	cpupool_list_header(out, true);
	cpupool_list_row(out, &pool, true);
	cpupool_list_row(out, &odd, true);
	end("Name               CPU list\nPool-0             0,1,3\nb\\x1b              \n");
}

Test(xl_tables, hostile_text)
{
	char lengthy[5000];

	memset(lengthy, 'x', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	cr_expect_str_eq(xl_safe("a\tb\nc\x7f%s"), "a\\x09b\\x0ac\\x7f%s");
	cr_expect_null(strchr(xl_safe("\xc2\x9b"), 0xc2));
	cr_expect_str_eq(xl_safe("\xc3\xbc"), "\xc3\xbc");
	cr_expect_str_eq(xl_safe(NULL), "(null)");
	cr_expect_lt(strlen(xl_safe(lengthy)), 2048);
	begin();
	dmesg_print(out, "(XEN) a\tb\x1b[31m\n");
	end("(XEN) a\tb\\x1b[31m\n");
}
