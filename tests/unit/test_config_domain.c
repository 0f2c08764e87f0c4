/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* From xl.cfg to libxl's JSON; the expected texts are what real xl 4.17.7 prints. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "cpumap.h"
#include "domain_config.h"
#include "keys.h"

static char *report;
static int status; /* real xl's exit status */

/* Four CPUs in two nodes. */
static const struct cpumap_host machine = {.nr_cpus = 4, .node = {0, 0, 1, 1}};

static bool dryrun = true;

static struct json *build(const char *text)
{
	struct json *config = NULL;
	struct cfg *cfg;
	size_t size;
	FILE *out;

	free(report);
	report = NULL;
	out = open_memstream(&report, &size);
	cfg = cfg_parse("g1.cfg", text, strlen(text), out);
	if (cfg && keys_check(cfg, dryrun, out))
		config = domain_config_build(cfg, &machine, &config_no_defaults, out, &status);
	cfg_free(cfg);
	fclose(out);
	return config;
}

#define UUID "5977282e-74c6-42fa-986c-d086437d5413"

static const char g1[] = "name=\"g1\"\ntype=\"pvh\"\nkernel=\"/payload/guest-vmlinuz\"\n"
			 "ramdisk=\"/payload/guest-initrd.gz\"\ncmdline=\"console=hvc0 hold\"\n"
			 "memory=128\nvcpus=1\ntsc_mode=\"native\"\nuuid=\"" UUID "\"\n";

static const char g1_json[] = "{\n"
			      "    \"c_info\": {\n"
			      "        \"type\": \"pvh\",\n"
			      "        \"name\": \"g1\",\n"
			      "        \"uuid\": \"" UUID "\",\n"
			      "        \"run_hotplug_scripts\": \"True\"\n"
			      "    },\n"
			      "    \"b_info\": {\n"
			      "        \"max_vcpus\": 1,\n"
			      "        \"avail_vcpus\": [\n"
			      "            0\n"
			      "        ],\n"
			      "        \"tsc_mode\": \"native\",\n"
			      "        \"max_memkb\": 131072,\n"
			      "        \"target_memkb\": 131072,\n"
			      "        \"sched_params\": {\n"
			      "\n"
			      "        },\n"
			      "        \"claim_mode\": \"True\",\n"
			      "        \"kernel\": \"/payload/guest-vmlinuz\",\n"
			      "        \"cmdline\": \"console=hvc0 hold\",\n"
			      "        \"ramdisk\": \"/payload/guest-initrd.gz\",\n"
			      "        \"type.pvh\": {\n"
			      "\n"
			      "        },\n"
			      "        \"arch_arm\": {\n"
			      "\n"
			      "        },\n"
			      "        \"arch_x86\": {\n"
			      "\n"
			      "        }\n"
			      "    },\n"
			      "    \"on_reboot\": \"restart\",\n"
			      "    \"on_soft_reset\": \"soft_reset\"\n"
			      "}\n";

Test(config_domain, dry_run_is_byte_exact)
{
	struct json *config = build(g1);
	char *text;

	cr_assert_not_null(config, "%s", report);
	cr_expect_str_eq(report, "got a tsc mode string: \"native\"\n");
	text = json_print(config, true);
	cr_expect_str_eq(text, g1_json);
	free(text);
	json_free(config);
}

#define BASE "name=\"x\"\ntype=\"pvh\"\nkernel=\"k\"\nuuid=\"" UUID "\"\n"

/* The compact JSON of @path after BASE and @more. */
static void expect(const char *more, const char *path, const char *expected)
{
	char text[2048];
	struct json *config;
	char *printed;

	snprintf(text, sizeof(text), BASE "%s\n", more);
	config = build(text);
	cr_assert_not_null(config, "%s: %s", more, report);
	if (!expected) {
		cr_expect_null(json_path(config, path), "%s", more);
	} else {
		printed = json_print(json_path(config, path), false);
		cr_expect_str_eq(printed, expected, "%s gives %s", more, printed);
		free(printed);
	}
	json_free(config);
}

Test(config_domain, sizes_and_vcpus)
{
	expect("memory=64\nmaxmem=128", "b_info.max_memkb", "131072");
	expect("memory=64\nmaxmem=128", "b_info.target_memkb", "65536");
	expect("maxmem=64", "b_info.target_memkb", NULL);
	expect("shadow_memory=8", "b_info.shadow_memkb", "8192");
	expect("vcpus=2\nmaxvcpus=4", "b_info.max_vcpus", "4");
	expect("vcpus=2\nmaxvcpus=4", "b_info.avail_vcpus", "[0,1]");
	expect("maxvcpus=4", "b_info.avail_vcpus", NULL);
}

Test(config_domain, affinity)
{
	expect("vcpus=2\ncpus=\"0-3,^1\"", "b_info.vcpu_hard_affinity", "[[0,2,3],[0,2,3]]");
	expect("vcpus=2\ncpus=[\"0\",\"2-3\",\"4\"]", "b_info.vcpu_hard_affinity", "[[0],[2,3]]");
	expect("vcpus=2\ncpus=[0,\"1\"]", "b_info.vcpu_hard_affinity", "[[0],[1]]");
	/* As in libxl, a set is of whole bytes. */
	expect("vcpus=1\ncpus=\"all\"", "b_info.vcpu_hard_affinity", "[[0,1,2,3,4,5,6,7]]");
	expect("vcpus=1\ncpus=\"0-9\"", "b_info.vcpu_hard_affinity", "[[0,1,2,3,4,5,6,7]]");
	expect("vcpus=1\ncpus=\"all,^1\"", "b_info.vcpu_hard_affinity", "[[0,2,3,4,5,6,7]]");
	expect("vcpus=1\ncpus=\"node:1\"", "b_info.vcpu_hard_affinity", "[[2,3]]");
	expect("vcpus=1\ncpus=\"nodes:0-1,^node:0\"", "b_info.vcpu_hard_affinity", "[[2,3]]");
	expect("vcpus=1\ncpus=\"node:all\"", "b_info.vcpu_hard_affinity", "[[0,1,2,3,4,5,6,7]]");
	expect("vcpus=1\ncpus=\"0, 3\"", "b_info.vcpu_hard_affinity", "[[0,3]]");
	expect("vcpus=1\ncpus=\"1-1,5\"", "b_info.vcpu_hard_affinity", "[[1,5]]");
	expect("vcpus=2\ncpus=[]", "b_info.vcpu_hard_affinity", NULL);
	expect("vcpus=2\ncpus=[]", "b_info.numa_placement", "\"False\"");
	expect("vcpus=2\ncpus=[\"1\"]", "b_info.vcpu_hard_affinity", "[[1]]");
	expect("vcpus=1\nmaxvcpus=2\ncpus=1", "b_info.vcpu_hard_affinity", "[[1],[1]]");
	expect("vcpus=1\ncpus_soft=\"9\"", "b_info.vcpu_soft_affinity", "[[]]");
	expect("vcpus=1\ncpus_soft=1", "b_info.vcpu_soft_affinity", "[[1]]");
	expect("vcpus=1\ncpus_soft=\"all\"", "b_info.numa_placement", "\"False\"");
}

Test(config_domain, other_keys)
{
	expect("cpu_weight=512\ncap=50", "b_info.sched_params", "{\"weight\":512,\"cap\":50}");
	expect("cpu_cap=40", "b_info.sched_params", "{\"cap\":40}");
	expect("pool=\"Pool-0\"", "c_info.pool_name", "\"Pool-0\"");
	expect("root=\"/dev/xvda\"\nextra=\"ro\"", "b_info.cmdline", "\"root=/dev/xvda ro\"");
	expect("extra=\"ro\"", "b_info.cmdline", "\"ro\"");
	expect("on_poweroff=\"preserve\"", "on_poweroff", "\"preserve\"");
	expect("on_reboot=\"rename-restart\"", "on_reboot", "\"restart_rename\"");
	expect("on_crash=\"destroy\"", "on_crash", NULL);
	expect("on_watchdog=\"coredump-restart\"", "on_watchdog", "\"coredump_restart\"");
	expect("max_grant_frames=3\nmax_maptrack_frames=0", "b_info.max_grant_frames", "3");
	expect("max_event_channels=100", "b_info.event_channels", "100");
	expect("nomigrate=1", "b_info.disable_migrate", "\"True\"");
	expect("tsc_mode=1", "b_info.tsc_mode", "\"always_emulate\"");
}

Test(config_domain, hvm_with_an_elf)
{
	struct json *config = build("name=\"x\"\ntype=\"hvm\"\nfirmware_override=\"test.elf\"\n");

	cr_assert_not_null(config, "%s", report);
	cr_expect_str_eq(json_string(json_path(config, "c_info.type"), ""), "hvm");
	cr_assert(domain_config_complete(config, "/srv"));
	cr_expect_str_eq(json_string(json_path(config, "b_info.kernel"), ""), "/srv/test.elf");
	json_free(config);
	config = build("name=\"x\"\nbuilder=\"hvm\"\nkernel=\"/t\"\n");
	cr_assert_not_null(config, "%s", report);
	json_free(config);
	cr_expect_null(build("name=\"x\"\ntype=\"hvm\"\n"));
	cr_expect(strstr(report, "firmware_override"));
}

Test(config_domain, completed_for_the_daemon)
{
	struct json *config = build(BASE "ramdisk=\"/abs\"\n");

	cr_assert_not_null(config, "%s", report);
	cr_assert(domain_config_complete(config, "/srv/guests"));
	cr_expect_str_eq(json_string(json_path(config, "b_info.kernel"), ""), "/srv/guests/k");
	cr_expect_str_eq(json_string(json_path(config, "b_info.ramdisk"), ""), "/abs");
	cr_expect_eq(json_int(json_path(config, "b_info.max_memkb"), 0), 32768);
	cr_expect_eq(json_int(json_path(config, "b_info.target_memkb"), 0), 32768);
	cr_expect_eq(json_int(json_path(config, "b_info.max_vcpus"), 0), 1);
	cr_expect_eq(json_path(config, "b_info.avail_vcpus")->nr, 1);
	json_free(config);
}

/* The stored configuration reads as real xl's `xl list -l g1' does, sched_params apart. */
Test(config_domain, stored_form_is_libxls)
{
	static const char expected[] =
		"{\"c_info\":{\"type\":\"pvh\",\"name\":\"g1\",\"domid\":4294967295,\"uuid\":"
		"\"" UUID "\",\"run_hotplug_scripts\":\"True\"},\"b_info\":{\"max_vcpus\":1,"
		"\"avail_vcpus\":[0],\"tsc_mode\":\"native\",\"max_memkb\":131072,"
		"\"target_memkb\":131072,\"video_memkb\":0,\"sched_params\":{},"
		"\"claim_mode\":\"True\",\"kernel\":\"/payload/guest-vmlinuz\","
		"\"cmdline\":\"console=hvc0 hold\",\"ramdisk\":\"/payload/guest-initrd.gz\","
		"\"type.pvh\":{},\"arch_arm\":{},\"arch_x86\":{\"msr_relaxed\":\"False\"}},"
		"\"on_reboot\":\"restart\",\"on_soft_reset\":\"soft_reset\"}";
	struct json *config = build(g1);
	char *text;

	cr_assert(domain_config_complete(config, "/"));
	text = json_print(config, false);
	cr_expect_str_eq(text, expected);
	free(text);
	json_free(config);
	config = build("name=\"x\"\ntype=\"pvh\"\nkernel=\"/k\"\n");
	cr_assert(domain_config_complete(config, "/"));
	text = json_print(json_get(config, "b_info"), false);
	cr_expect(!strncmp(text,
			   "{\"max_vcpus\":1,\"avail_vcpus\":[0],\"max_memkb\":32768,"
			   "\"target_memkb\":32768,\"video_memkb\":0,\"sched_params\"",
			   90));
	free(text);
	json_free(config);
}

static void refuse(const char *text, const char *message)
{
	struct json *config = build(text);

	cr_expect_null(config, "%s", text);
	cr_expect(report && strstr(report, message), "%s: %s", text, report);
	json_free(config);
}

Test(config_domain, refusals)
{
	refuse("type=\"pvh\"\nkernel=\"k\"\n", "Domain name must be specified.\n");
	refuse("name=\"x\"\ntype=\"foo\"\n", "Invalid domain type foo.\n");
	refuse("name=\"x\"\ntype=\"pv\"\nkernel=\"k\"\n", "g1.cfg:2: type=\"pv\" is not supported");
	refuse("name=\"x\"\nkernel=\"k\"\n", "set type=\"pvh\"");
	refuse("name=\"x\"\ntype=\"pvh\"\n", "Neither kernel nor bootloader specified\n");
	refuse("name=\"a b\"\ntype=\"pvh\"\nkernel=\"k\"\n", "g1.cfg:1: a domain name must not");
	refuse("name=\"a\\n\"\ntype=\"pvh\"\nkernel=\"k\"\n", "a domain name must not");
	refuse("name=\"\"\ntype=\"pvh\"\nkernel=\"k\"\n", "a domain name must not");
	refuse(BASE "vcpus=4\nmaxvcpus=2\n", "xl: maxvcpus < vcpus\n");
	refuse(BASE "on_poweroff=\"bad\"\n", "Unknown on_poweroff action \"bad\" specified\n");
	refuse(BASE "uuid=\"zzz\"\n", "Failed to parse UUID: zzz\n");
	refuse(BASE "tsc_mode=\"bad\"\n", "ERROR: invalid value \"bad\" for \"tsc_mode\"\n");
	refuse(BASE "vcpus=1\ncpus=\"3-1\"\n", "Invalid pcpu range: 3-1.\n");
	refuse(BASE "vcpus=1\ncpus=\"0 1\"\n", "Invalid pcpu range: 0 1.\n");
	refuse(BASE "vcpus=1\ncpus=\"node:x\"\n", "Invalid pcpu range: x.\n");
	refuse(BASE "vcpus=1\ncpus=\"2-\"\n", "Invalid pcpu range: 2-.\n");
	refuse(BASE "vcpus=1\ncpus=\"^all\"\n", "Can't combine \"^\" and \"all\".\n");
	refuse(BASE "vcpus=1\ncpus=\"^nodes:all\"\n", "Can't combine \"^\" and \"all\".\n");
	refuse(BASE "vcpus=1\ncpus=\"\"\n", "vcpu hard affinity map is empty\n");
	refuse(BASE "vcpus=1\ncpus=\"9\"\n", "vcpu hard affinity map is empty\n");
	refuse(BASE "vcpus=1\ncpus=\"^1\"\n", "vcpu hard affinity map is empty\n");
	refuse(BASE "vcpus=1\ncpus=\"node:7\"\n", "vcpu hard affinity map is empty\n");
	refuse(BASE "vcpus=2\ncpus=[\"1\",\"^0\"]\n", "vcpu hard affinity map is empty\n");
	refuse(BASE "vcpus=1\ncpus=\"^all\"\n", "Can't combine \"^\" and \"all\".\n");
	refuse(BASE "memory=\"-1\"\n", "must be from");
	refuse(BASE "max_grant_frames=\"x\"\n", "must be a number from 0 to 2147483647");

	refuse(BASE "builder=\"hvm\"\n", "Contradicting \"builder\" and \"type\" options");
	refuse(BASE "pci=[\"00:1f.0\"]\n", "g1.cfg:5: key `pci' is not supported");
	refuse(BASE "pci=1\nvsnd=[[\"card\"]]\n", "key `vsnd' is not supported by Nacre");
	refuse(BASE "vcpus=2\ncpus=[\"0\",[1]]\n", "a vCPU's list of CPUs must be text");
	refuse(BASE "vnuma=[[\"vcpus=0\",\"vdistances=1,2\"]]\n", "more vdistances than vnodes");
	refuse(BASE "vnuma=[[\"vcpus=0-99999\"]]\n", "there are 4096 at most");
	refuse(BASE "channel=[\"\"]\n", "channel has unknown 'connection'\n");
}

Test(config_domain, exit_status_is_xls)
{
	refuse(BASE "on_crash=\"bad\"\n", "Unknown on_crash action");
	cr_expect_eq(status, 1);
	refuse(BASE "tee=\"bad\"\n", "Unknown tee \"bad\" specified\n");
	cr_expect_eq(status, 3);
	refuse(BASE "device_model_args=\"x\"\n", "xl: Unable to parse device_model_args.\n");
	cr_expect_eq(status, 3);
	json_free(build(g1));
	cr_expect_eq(status, 0);
}

/* What `xl create -n' shows with a warning is refused when it is to be started. */
Test(config_domain, refused_when_started)
{
	static const char *const lines[] = {
		"disk=[\"/a,raw,xvda\"]",  "vif=[\"\"]",
		"bootloader=\"pygrub\"",   "p9=[\"tag=t,path=/p,security_model=none\"]",
		"passthrough=\"enabled\"", "pvshim=1",
		"ioports=[\"3f8\"]",	   "irqs=[\"5\"]",
		"iomem=[\"1,1\"]",
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), BASE "%s\n", lines[i]);
		dryrun = true;
		json_free(build(text));
		cr_expect_eq(status, 0, "%s", lines[i]);
		cr_expect(strstr(report, "xl: warning: g1.cfg:5: key `"), "%s", report);
		cr_expect(strstr(report, "will be refused by xl create"), "%s", report);
		dryrun = false;
		refuse(text, "xl: error: g1.cfg:5: key `");
	}
	refuse(BASE "vif=[\"bridge=b\"]\n", "`xl create FILE 'vif=[]'' starts the guest without\n");
	json_free(build(BASE "passthrough=\"disabled\"\ndisk=[]\n"));
	cr_expect_str_eq(report, "");
}

static void warns(const char *more, const char *message)
{
	char text[1024];
	struct json *config;

	snprintf(text, sizeof(text), BASE "%s\n", more);
	config = build(text);
	cr_expect_not_null(config, "%s: %s", more, report);
	if (message)
		cr_expect(strstr(report, message), "%s: %s", more, report);
	else
		cr_expect_str_eq(report, "", "%s: %s", more, report);
	json_free(config);
}

Test(config_domain, warnings)
{
	warns("memroy=64", "xl: warning: g1.cfg:5: unknown key `memroy' is ignored (did you mean "
			   "`memory'?)\n");
	warns("qqqqqqqqq=1", "unknown key `qqqqqqqqq' is ignored\n");
	warns("memory=\"12x\"", "g1.cfg:5: warning: parameter `memory' is not a valid number\n");
	warns("cap+=4", "g1.cfg:5: warning: can't use += with numbers for parameter `cap'\n");
	warns("vnc=1", "key `vnc' has no effect: there is no device model");
	warns("vnc=0\nusb=0\nvif=[]\ndisk=[]\npci=[]\nserial=\"\"", NULL);
	warns("root=\"a\"\ncmdline=\"b\"", "Warning: ignoring root= and extra= in favour of");
	warns("cpu_cap=10", "g1.cfg:5: key `cpu_cap' is xm's; it is taken as `cap'\n");
	warns("cpus=\"0\"", "key `cpus' has no effect without vcpus=\n");
	warns("hap=1\nmemory=8", NULL);
}

Test(config_domain, key_table)
{
	size_t i;

	cr_expect_geq(cfg_nr_keys, 156);
	for (i = 0; i < cfg_nr_keys; i++) {
		cr_expect_eq(key_find(cfg_keys[i].name), &cfg_keys[i]);
		if (i)
			cr_expect_lt(strcmp(cfg_keys[i - 1].name, cfg_keys[i].name), 0);
		cr_expect_eq(cfg_keys[i].class != KEY_ACTS, cfg_keys[i].reason != NULL, "%s",
			     cfg_keys[i].name);
	}
	cr_expect_null(key_find("zzz"));
	cr_expect_str_eq(key_nearest("vcpu"), "vcpus");
}

static char *read_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t len;

	cr_assert_not_null(file, "%s", path);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

Test(config_domain, keys_are_documented)
{
	const char *manual = read_file(XL_CFG_MANUAL);
	char word[64];
	size_t i;

	for (i = 0; i < cfg_nr_keys; i++) {
		snprintf(word, sizeof(word), " %s", cfg_keys[i].name);
		cr_expect(strstr(manual, word), "%s", word);
	}
}

Test(config_domain, fresh_uuids_differ)
{
	static const char text[] = "name=\"x\"\ntype=\"pvh\"\nkernel=\"k\"\n";
	struct json *a = build(text), *b = build(text);

	cr_assert(a && b);
	cr_expect_str_neq(json_string(json_path(a, "c_info.uuid"), ""),
			  json_string(json_path(b, "c_info.uuid"), ""));
	json_free(a);
	json_free(b);
}
