/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/xen.h>
#include <xen/sched.h>

#include "config.h"
#include "limits.h"

static struct json *tree;

static int read_text(struct config *c, struct rpc_error *e, const char *text)
{
	char why[160];

	json_free(tree);
	tree = json_parse(text, strlen(text), NULL, why, sizeof(why));
	cr_assert_not_null(tree, "%s", why);
	memset(e, 0, sizeof(*e));
	return config_read(c, tree, e);
}

/* A config that is right but for @create and @build, put into the two objects. */
static int read_with(struct config *c, struct rpc_error *e, const char *create, const char *build,
		     const char *top)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "{\"c_info\":{\"type\":\"pvh\",\"name\":\"g\"%s},"
		 "\"b_info\":{\"kernel\":\"/k\",\"max_memkb\":65536%s}%s}",
		 create, build, top);
	return read_text(c, e, text);
}

static void forget(void)
{
	json_free(tree);
	tree = NULL;
}

TestSuite(config, .fini = forget);

static void refused(const char *create, const char *build, const char *top, const char *field,
		    const char *word)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_with(&c, &e, create, build, top), -1, "accepted: %s%s%s", create, build,
		     top);
	cr_assert_str_eq(e.field, field, "%s, not %s: %s", e.field, field, e.message);
	cr_assert(strstr(e.message, word), "\"%s\" does not say \"%s\"", e.message, word);
	cr_assert_gt(e.number, 0);
}

Test(config, defaults_are_libxls)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_with(&c, &e, "", "", ""), 0, "%s", e.message);
	cr_assert_eq(c.max_vcpus, 1);
	cr_assert_eq(c.online_vcpus, 1);
	cr_assert_eq(c.max_kib, 65536);
	cr_assert_eq(c.target_kib, 65536);
	cr_assert_eq(c.paging_kib, 4 * (256 + 64));
	cr_assert_eq(c.max_grant_frames, 64);
	cr_assert_eq(c.max_maptrack_frames, 1024);
	cr_assert_eq(c.max_grant_version, 2);
	cr_assert_eq(c.max_evtchn_port, 1023);
	cr_assert_eq(c.weight, -1);
	cr_assert_eq(c.cap, -1);
	cr_assert_null(c.hard);
	cr_assert_null(c.uuid);
	config_free(&c);
}

Test(config, reads_what_xl_sends)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(
		read_with(
			&c, &e, ",\"uuid\":\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"",
			",\"max_vcpus\":4,\"avail_vcpus\":[0,1],\"target_memkb\":32768,"
			"\"max_grant_version\":1,\"cmdline\":\"console=hvc0\",\"ramdisk\":\"/"
			"r\",\"tsc_mode\":\"native\","
			"\"sched_params\":{\"weight\":512,\"cap\":50},\"claim_mode\":\"True\","
			"\"vcpu_hard_affinity\":[[0,1],[2]],\"type.pvh\":{},\"arch_arm\":{}",
			",\"disks\":[],\"on_reboot\":\"restart\",\"on_soft_reset\":\"soft_reset\""),
		0, "%s", e.message);
	cr_assert_eq(c.max_vcpus, 4);
	cr_assert_eq(c.online_vcpus, 2);
	cr_assert_eq(c.online[0], 3);
	cr_assert_eq(c.target_kib, 32768);
	cr_assert_eq(c.tsc_mode, 2);
	cr_assert_eq(c.max_grant_version, 1);
	cr_assert_eq(c.weight, 512);
	cr_assert_eq(c.cap, 50);
	cr_assert_eq(c.hard[0].cpus[0], 3);
	cr_assert_eq(c.hard[1].cpus[0], 4);
	cr_assert_not(c.hard[2].given);
	cr_assert_str_eq(c.ramdisk, "/r");
	config_free(&c);
}

Test(config, hvm_with_an_elf_as_firmware_is_started_like_pvh)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_text(&c, &e,
			       "{\"c_info\":{\"type\":\"hvm\",\"name\":\"g\"},\"b_info\":"
			       "{\"type.hvm\":{\"firmware\":\"/elf\"}}}"),
		     0, "%s", e.message);
	cr_assert_str_eq(c.kernel, "/elf");
	config_free(&c);
}

Test(config, pv_is_refused)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_text(&c, &e, "{\"c_info\":{\"type\":\"pv\",\"name\":\"g\"}}"), -1);
	cr_assert(strstr(e.message, "\"pv\""));
	cr_assert_str_eq(e.field, "config.c_info.type");
	cr_assert_eq(read_text(&c, &e, "{\"c_info\":{\"name\":\"g\"}}"), -1);
	cr_assert_str_eq(e.field, "config.c_info.type");
	cr_assert_eq(read_text(&c, &e, "{}"), -1);
	cr_assert_eq(read_text(&c, &e, "[]"), -1);
}

Test(config, kernel_is_needed)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_text(&c, &e, "{\"c_info\":{\"type\":\"pvh\",\"name\":\"g\"}}"), -1);
	cr_assert_str_eq(e.code, "config.no_kernel");
}

Test(config, names)
{
	static const char *const bad[] = {"",	   " ",	 "a b", "a\tb", "a\nb",
					  "a\x01", "12", "a/b", "\x7f", "..\x1b[0m"};
	char longest[LIMIT_NAME_BYTES + 2];
	struct rpc_error e;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(config_check_name(bad[i], &e), -1, "%s", bad[i]);
	memset(longest, 'x', sizeof(longest));
	longest[LIMIT_NAME_BYTES + 1] = '\0';
	cr_assert_eq(config_check_name(longest, &e), -1);
	longest[LIMIT_NAME_BYTES] = '\0';
	cr_assert_eq(config_check_name(longest, &e), 0);
	cr_assert_eq(config_check_name("web-1.example_x", &e), 0);
	cr_assert_eq(config_check_name("1a", &e), 0);
	cr_assert_eq(config_check_name("\xc3\xa9t\xc3\xa9", &e), 0);
}

Test(config, out_of_range_and_wrong_type)
{
	refused("", ",\"max_vcpus\":0", "", "config.b_info.max_vcpus", "from 1");
	refused("", ",\"max_grant_version\":0", "", "config.b_info.max_grant_version", "version 0");
	refused("", ",\"max_grant_version\":3", "", "config.b_info.max_grant_version", "to 2");
	refused("", ",\"max_vcpus\":129", "", "config.b_info.max_vcpus", "129");
	refused("", ",\"max_vcpus\":\"2\"", "", "config.b_info.max_vcpus", "integer");
	refused("", ",\"max_vcpus\":2,\"avail_vcpus\":[1]", "", "config.b_info.avail_vcpus",
		"vCPU 0");
	refused("", ",\"avail_vcpus\":[0,1]", "", "config.b_info.avail_vcpus", "0 to 0");
	refused("", ",\"target_memkb\":1024", "", "config.b_info.target_memkb", "minimum");
	refused("", ",\"target_memkb\":70000", "", "config.b_info.target_memkb", "maxmem");
	refused("", ",\"target_memkb\":-1", "", "config.b_info.target_memkb", "from 1");
	refused("", ",\"ramdisk\":\"rel\"", "", "config.b_info.ramdisk", "not absolute");
	refused("", ",\"cmdline\":7", "", "config.b_info.cmdline", "string");
	refused("", ",\"bootloader\":\"pygrub\"", "", "config.b_info.bootloader", "bootloader");
	refused("", ",\"sched_params\":{\"weight\":65536}", "", "config.b_info.sched_params.weight",
		"from 1 to 65535");
	refused("", ",\"sched_params\":{\"weight\":0}", "", "config.b_info.sched_params.weight",
		"out of range");
	refused("", ",\"sched_params\":{\"cap\":101}", "", "config.b_info.sched_params.cap",
		"from 0 to 100");
	refused("", ",\"vcpu_hard_affinity\":[[0],[1]]", "", "config.b_info.vcpu_hard_affinity",
		"2 vCPUs of 1");
	refused("", ",\"vcpu_soft_affinity\":[[4096]]", "", "config.b_info.vcpu_soft_affinity",
		"numbers");
	refused("", ",\"vcpu_soft_affinity\":[\"all\"]", "", "config.b_info.vcpu_soft_affinity",
		"numbers");
	refused(",\"uuid\":\"nonsense\"", "", "", "config.c_info.uuid", "UUID");
	refused(",\"uuid\":\"00000000-0000-0000-0000-000000000000\"", "", "", "config.c_info.uuid",
		"UUID");
	refused(",\"hap\":\"False\"", "", "", "config.c_info.hap", "shadow");
	refused("", ",\"tsc_mode\":\"fast\"", "", "config.b_info.tsc_mode", "no tsc_mode");
	refused("", "", ",\"disks\":[{}]", "config.disks", "not supported");
	refused("", "", ",\"nics\":[{}]", "config.nics", "not supported");
	refused("", "", ",\"on_crash\":\"fly\"", "config.on_crash", "no action");
	refused(",\"passthrough\":\"enabled\"", "", "", "config.c_info.passthrough",
		"not supported");
	refused("", ",\"type.pvh\":{\"pvshim\":\"True\"}", "", "config.b_info.type.pvh.pvshim",
		"not supported");
	refused("", ",\"ioports\":[{\"first\":1,\"number\":1}]", "", "config.b_info.ioports",
		"not supported");
	refused("", ",\"irqs\":[5]", "", "config.b_info.irqs", "not supported");
	refused("", ",\"iomem\":[{\"number\":1}]", "", "config.b_info.iomem", "not supported");
}

static void acts(const char *top, unsigned int reason, enum config_action expected)
{
	struct config c;
	struct rpc_error e;

	cr_assert_eq(read_with(&c, &e, "", "", top), 0, "%s", e.message);
	config_free(&c);
	cr_assert_eq(config_action(tree, reason), expected, "%s", top);
}

Test(config, actions)
{
	acts("", SHUTDOWN_poweroff, ACTION_DESTROY);
	acts("", SHUTDOWN_crash, ACTION_DESTROY);
	acts("", SHUTDOWN_suspend, ACTION_PRESERVE);
	acts("", 77, ACTION_PRESERVE);
	acts(",\"on_poweroff\":\"preserve\"", SHUTDOWN_poweroff, ACTION_PRESERVE);
	acts(",\"on_reboot\":\"restart\"", SHUTDOWN_reboot, ACTION_RESTART);
	acts(",\"on_crash\":\"restart_rename\"", SHUTDOWN_crash, ACTION_RENAME_RESTART);
	acts(",\"on_crash\":\"rename-restart\"", SHUTDOWN_crash, ACTION_RENAME_RESTART);
	acts(",\"on_watchdog\":\"COREDUMP_DESTROY\"", SHUTDOWN_watchdog, ACTION_COREDUMP_DESTROY);
	acts(",\"on_soft_reset\":\"soft_reset\"", SHUTDOWN_soft_reset, ACTION_SOFT_RESET);
}
