/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The "b_info" part: vCPUs, memory, scheduling, kernel. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cpumap.h"
#include "members.h"
#include "sections.h"

void section_conf_defaults(struct builder *b)
{
	if (b->defaults->blkdev_start)
		builder_set(b, b->at[PLACE_BUILD], "blkdev_start",
			    json_new_string(b->defaults->blkdev_start));
	builder_set(b, b->at[PLACE_BUILD], "claim_mode",
		    json_new_string(b->defaults->claim_mode ? "True" : "False"));
}

/* xm's name for the cap: Ganeti still writes it, and real xl passes over it. */
void section_cap(struct builder *b)
{
	builder_put_int(b, b->at[PLACE_SCHED], "cap", cfg_find(b->cfg, "cap") ? "cap" : "cpu_cap",
			-1);
}

void section_vcpus(struct builder *b)
{
	struct json *avail;
	long i;

	if (!builder_long(b, "vcpus", &b->vcpus) || !b->vcpus)
		return;
	if (b->vcpus < 0 || b->vcpus > DOMAIN_CONFIG_MAX_VCPUS) {
		builder_fail_at(b, "vcpus", "parameter `vcpus' is %ld but must be from 0 to %d",
				b->vcpus, DOMAIN_CONFIG_MAX_VCPUS);
		return;
	}
	avail = json_new_array();
	for (i = 0; i < b->vcpus; i++)
		if (!json_append(avail, json_new_int(i)))
			b->failed = true;
	builder_set(b, b->at[PLACE_BUILD], "avail_vcpus", avail);
}

void section_maxvcpus(struct builder *b)
{
	long value;

	if (builder_long(b, "maxvcpus", &value))
		b->max_vcpus = (int32_t)value;
}

void section_sizes(struct builder *b)
{
	struct json *info = b->at[PLACE_BUILD];
	const struct json *memory = json_get(info, "target_memkb");

	if (memory && !json_get(info, "max_memkb"))
		builder_set(b, info, "max_memkb", json_copy(memory));
	if (!b->max_vcpus)
		b->max_vcpus = b->vcpus;
	if (b->max_vcpus < b->vcpus)
		builder_fail(b, "xl: maxvcpus < vcpus");
	else if (b->max_vcpus > DOMAIN_CONFIG_MAX_VCPUS)
		builder_fail_at(b, "maxvcpus",
				"parameter `maxvcpus' is %ld but must be from 0 to %d",
				b->max_vcpus, DOMAIN_CONFIG_MAX_VCPUS);
	else if (!members_set_int(info, "max_vcpus", b->max_vcpus, 0))
		b->failed = true;
}

/* A number that is wrong ends it without a word in Xen; here with one. */
static void put_grants(struct builder *b, const char *key, long otherwise)
{
	long value;
	int rc = cfg_long(b->cfg, key, &value, NULL);

	if (b->failed)
		return;
	if (rc == -ESRCH)
		value = otherwise;
	else if (rc || value < 0 || value > INT_MAX)
		builder_fail_at(b, key, "parameter `%s' must be a number from 0 to %d", key,
				INT_MAX);
	if (!b->failed && !members_set_int(b->at[PLACE_BUILD], key, value, -1))
		b->failed = true;
}

void section_grants(struct builder *b)
{
	put_grants(b, "max_grant_frames", b->defaults->max_grant_frames);
	put_grants(b, "max_maptrack_frames", b->defaults->max_maptrack_frames);
	put_grants(b, "max_grant_version", b->defaults->max_grant_version);
}

static void put_action(struct builder *b, const char *key, const char *otherwise)
{
	static const char *const names[][2] = {
		{"destroy", "destroy"},
		{"restart", "restart"},
		{"rename-restart", "restart_rename"},
		{"preserve", "preserve"},
		{"coredump-destroy", "coredump_destroy"},
		{"coredump-restart", "coredump_restart"},
		{"soft-reset", "soft_reset"},
	};
	const char *action = b->failed ? otherwise : builder_string(b, key);
	size_t i;

	if (!action)
		action = otherwise;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(action, names[i][0]))
			break;
	if (i == sizeof(names) / sizeof(names[0]))
		builder_fail(b, "Unknown %s action \"%s\" specified", key, action);
	else if (i) /* destroy is libxl's default */
		builder_set(b, b->at[PLACE_CONFIG], key, json_new_string(names[i][1]));
}

void section_actions(struct builder *b)
{
	put_action(b, "on_poweroff", "destroy");
	put_action(b, "on_reboot", "restart");
	put_action(b, "on_watchdog", "destroy");
	put_action(b, "on_crash", "destroy");
	put_action(b, "on_soft_reset", "soft-reset");
}

static void put_choice(struct builder *b, const char *key, const char *const *names, int omitted)
{
	int choice = builder_choice(b, key, names);

	if (choice >= 0 && choice != omitted)
		builder_set(b, b->at[PLACE_BUILD], key, json_new_string(names[choice]));
}

void section_tsc_mode(struct builder *b)
{
	static const char *const modes[] = {"default", "always_emulate", "native",
					    "native_paravirt", NULL};

	put_choice(b, "tsc_mode", modes, 0);
}

void section_timer_mode(struct builder *b)
{
	static const char *const modes[] = {"delay_for_missed_ticks", "no_delay_for_missed_ticks",
					    "no_missed_ticks_pending", "one_missed_tick_pending",
					    NULL};

	put_choice(b, "timer_mode", modes, -1);
}

void section_altp2m(struct builder *b)
{
	static const char *const modes[] = {"disabled", "mixed", "external", "limited", NULL};
	const char *text;
	long number;
	int mode;

	if (b->type == GUEST_HVM && cfg_find(b->cfg, "altp2mhvm"))
		fputs("WARNING: Specifying \"altp2mhvm\" is deprecated. Please use \"altp2m\" "
		      "instead.\n",
		      b->report);
	if (!cfg_long(b->cfg, "altp2m", &number, NULL)) {
		mode = number >= 0 && number < 4 ? (int)number : -1;
		if (mode < 0)
			builder_fail(b, "ERROR: invalid value %ld for \"altp2m\"", number);
	} else {
		text = builder_string(b, "altp2m");
		mode = text ? builder_word(text, modes) : 0;
		if (mode < 0)
			builder_fail(b, "ERROR: invalid value \"%s\" for \"altp2m\"", text);
	}
	if (mode > 0)
		builder_set(b, b->at[PLACE_BUILD], "altp2m", json_new_string(modes[mode]));
}

void section_vmtrace(struct builder *b)
{
	long size;

	if (!cfg_long(b->cfg, "vmtrace_buf_kb", &size, NULL) &&
	    !members_set_int(b->at[PLACE_BUILD], "vmtrace_buf_kb", (int32_t)size, 0))
		b->failed = true;
}

void section_vncviewer(struct builder *b)
{
	long value;

	if (builder_long(b, "vncviewer", &value))
		fputs("WARNING: ignoring \"vncviewer\" option. Use \"-V\" option of \"xl create\" "
		      "to automatically spawn vncviewer.\n",
		      b->report);
}

void section_cmdline(struct builder *b)
{
	const char *cmdline = builder_string(b, "cmdline");
	const char *root = builder_string(b, "root"), *extra = builder_string(b, "extra");
	char *joined = NULL;

	if (cmdline && (root || extra))
		fputs("Warning: ignoring root= and extra= in favour of cmdline=\n", b->report);
	if (cmdline)
		builder_set(b, b->at[PLACE_BUILD], "cmdline", json_new_string(cmdline));
	if (cmdline || (!root && !extra))
		return;
	if (asprintf(&joined, "%s%s%s%s", root ? "root=" : "", root ? root : "",
		     root && extra ? " " : "", extra ? extra : "") < 0) {
		b->failed = true;
		return;
	}
	builder_set(b, b->at[PLACE_BUILD], "cmdline", json_new_string(joined));
	free(joined);
}

/* Words separated by blanks, where a list should be. */
static void split_arguments(struct builder *b, const char *text)
{
	struct json *arguments = json_new_array();
	char *copy = strdup(text), *rest, *word;

	fputs("WARNING: Specifying \"bootloader_args\" as a string is deprecated. Please use a "
	      "list "
	      "of arguments.\n",
	      b->report);
	if (!copy)
		b->failed = true;
	for (word = copy ? strtok_r(copy, " \t\n", &rest) : NULL; word;
	     word = strtok_r(NULL, " \t\n", &rest))
		if (!json_append(arguments, json_new_string(word)))
			b->failed = true;
	free(copy);
	if (arguments && arguments->nr)
		builder_set(b, b->at[PLACE_BUILD], "bootloader_args", arguments);
	else
		json_free(arguments);
}

void section_bootloader_args(struct builder *b)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, "bootloader_args");

	if (setting && setting->value->type == CFG_LIST)
		builder_put_strings(b, b->at[PLACE_BUILD], "bootloader_args", setting->value);
	else if (setting)
		split_arguments(b, setting->value->string);
}

/* In a PVH guest's configuration, firmware= is short for a kernel in Xen's own directory. */
static void firmware_as_kernel(struct builder *b, const char *firmware)
{
	size_t len = strlen(firmware);
	char path[128];

	if (json_get(b->at[PLACE_BUILD], "kernel")) {
		builder_fail(b, "ERROR: both kernel and firmware specified");
	} else if (strncmp(firmware, "pvgrub32", len) != 0 &&
		   strncmp(firmware, "pvgrub64", len) != 0) {
		builder_fail(b, "ERROR: only pvgrub{32|64} supported as firmware options");
	} else {
		snprintf(path, sizeof(path), "/usr/lib/xen-4.17/boot/%s.bin", firmware);
		builder_set(b, b->at[PLACE_BUILD], "kernel", json_new_string(path));
	}
}

void section_kernel(struct builder *b)
{
	struct json *info = b->at[PLACE_BUILD];
	const char *firmware = NULL;

	if (b->type == GUEST_PVH)
		firmware = builder_string(b, "firmware");
	if (firmware)
		firmware_as_kernel(b, firmware);
	if (b->failed || json_get(info, "kernel"))
		return;
	if (b->type == GUEST_PVH && !json_get(info, "bootloader"))
		builder_fail(b, "Neither kernel nor bootloader specified");
	if (b->type == GUEST_HVM && !json_get(b->at[PLACE_TYPE], "firmware"))
		builder_fail(b, "xl: type=\"hvm\" without a device model needs "
				"firmware_override= or kernel= naming an ELF file");
}

void section_msr_relaxed(struct builder *b)
{
	builder_put_bool(b, b->at[PLACE_X86], "msr_relaxed", "msr_relaxed");
	if (json_get(b->at[PLACE_X86], "msr_relaxed"))
		fputs("WARNING: msr_relaxed will be removed in future versions.\n"
		      "If it fixes an issue you are having please report to "
		      "xen-devel@lists.xenproject.org.\n",
		      b->report);
}
