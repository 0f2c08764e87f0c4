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

static struct json *parse(const char *text)
{
	char error[200];
	struct json *v = json_parse(text, strlen(text), &json_default_limits, error, sizeof(error));

	cr_assert_not_null(v, "%s", error);
	return v;
}

static const char domains[] =
	"[{\"domid\":0,\"name\":\"Domain-0\",\"uuid\":\"00000000-0000-0000-0000-000000000000\","
	"\"state\":{\"running\":true},\"current_memkb\":655360,\"outstanding_memkb\":0,"
	"\"cpu_time_ns\":29200000000,\"vcpu_online\":1,\"cpupool\":\"Pool-0\",\"start_time\":1000},"
	"{\"domid\":1,\"name\":\"g1\",\"uuid\":\"65622c59-e557-4667-9137-aaa6b8bdd5d7\","
	"\"state\":{\"blocked\":true},\"current_memkb\":131072,\"outstanding_memkb\":0,"
	"\"cpu_time_ns\":7600000000,\"vcpu_online\":1,\"cpupool\":\"Pool-0\",\"start_time\":2000.5}"
	","
	"{\"domid\":2,\"name\":\"b\\u001b[2J\",\"uuid\":\"11111111-1111-1111-1111-111111111111\","
	"\"state\":{\"shutdown\":true},\"shutdown_reason\":3,\"current_memkb\":4096,"
	"\"outstanding_memkb\":1024,\"cpu_time_ns\":0,\"vcpu_online\":2,\"start_time\":400000}]";

#define HEADER "Name                                        ID   Mem VCPUs\tState\tTime(s)"

static void list(const struct list_columns *columns)
{
	struct json *v = parse(domains);
	size_t i;

	begin();
	list_header(out, columns);
	for (i = 0; i < v->nr; i++)
		list_row(out, v->items[i], columns);
	json_free(v);
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
	    "11111111-1111-1111-1111-111111111111        3                -          (null)\n");
}

static void state(const char *domain, const char *expected)
{
	struct json *v = parse(domain);
	char letters[7];

	list_state(v, letters);
	cr_expect_str_eq(letters, expected, "%s: %s", domain, letters);
	json_free(v);
}

Test(xl_tables, states)
{
	state("{\"state\":{}}", "------");
	state("{\"state\":{\"paused\":true}}", "--p---");
	state("{\"state\":{\"shutdown\":true},\"shutdown_reason\":0}", "---s--");
	state("{\"state\":{\"shutdown\":true},\"shutdown_reason\":1}", "---sr-");
	state("{\"state\":{\"shutdown\":true},\"shutdown_reason\":4}", "---sw-");
	state("{\"state\":{\"shutdown\":true},\"shutdown_reason\":77}", "---s?-");
	state("{\"state\":{\"dying\":true,\"running\":true,\"blocked\":true}}", "-----d");
	state("{\"state\":{\"dying\":true,\"shutdown\":true},\"shutdown_reason\":0}", "---s-d");
}

Test(xl_tables, vm_list)
{
	struct json *v = parse(domains);

	v->nr = 2;
	begin();
	vm_list_print(out, v);
	end("UUID                                  ID    name\n"
	    "00000000-0000-0000-0000-000000000000  0    Domain-0                      \n"
	    "65622c59-e557-4667-9137-aaa6b8bdd5d7  1    g1                            \n");
	v->nr = 3;
	json_free(v);
}

Test(xl_tables, uptime)
{
	struct json *v = parse(domains);

	begin();
	uptime_header(out);
	uptime_row(out, v->items[0], 1033, false);
	uptime_row(out, v->items[1], 2000 + 86400 + 3 * 3600 + 12 * 60 + 5, false);
	uptime_row(out, v->items[1], 2000 + 4 * 86400 + 5, false);
	uptime_row(out, v->items[2], 0, false);
	end("Name                                ID Uptime\n"
	    "Domain-0                             0  0:00:33\n"
	    "g1                                   1 1 day,  3:12:05\n"
	    "g1                                   1 4 days,  0:00:05\n"
	    "b\\x1b[2J                             2  0:00:00\n");
	begin();
	uptime_row(out, v->items[0], 1000 + 48 * 60, true);
	fclose(out);
	cr_expect_str_eq(printed + 9, " up  0:48, Domain-0 (0)\n");
	free(printed);
	json_free(v);
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

static const char info[] =
	"{\"host\":\"h\",\"nr_cpus\":1,\"cpu_mhz\":\"2596.128\",\"virt_caps\":\"hvm hap\","
	"\"total_memory\":2047,\"free_memory\":1383,\"xen_major\":4,\"xen_minor\":17,"
	"\"xen_version\":\"4.17.7\",\"xen_changeset\":\"\",\"xen_scheduler\":\"credit2\","
	"\"build_id\":\"151b\",\"xend_config_format\":4,"
	"\"cpu_topology\":[{\"cpu\":0,\"core\":0,\"socket\":0,\"node\":0}],"
	"\"numa_info\":[{\"node\":0,\"memsize\":2047,\"memfree\":1383,\"distances\":[10]}]}";

Test(xl_tables, info)
{
	struct json *v = parse(info);

	begin();
	info_print(out, v, NULL, true);
	fclose(out);
	cr_expect(strstr(printed, "host                   : h\nrelease                : \n"));
	cr_expect(strstr(printed, "cpu_mhz                : 2596.128\n"));
	cr_expect(strstr(printed, "virt_caps              : hvm hap\n"));
	cr_expect(strstr(printed, "free_cpus              : \ncpu_topology           :\n"
				  "cpu:    core    socket     node\n"
				  "  0:       0        0        0\n"
				  "device topology        :\ndevice           node\n"
				  "No device topology data available\n"
				  "numa_info              :\n"
				  "node:    memsize    memfree    distances\n"
				  "   0:      2047       1383      10\n"
				  "xen_major              : 4\n"));
	cr_expect(strstr(printed, "xen_changeset          : \n"));
	cr_expect(strstr(printed, "xend_config_format     : 4\n"));
	free(printed);
	json_free(v);
}

Test(xl_tables, info_key)
{
	struct json *v = parse(info);

	begin();
	info_print(out, v, "free_memory", false);
	end("1383\n");
	begin();
	info_print(out, v, "xen_m", true);
	end("4\n17\n");
	begin();
	info_print(out, v, "nothing", false);
	end("");
	json_free(v);
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
