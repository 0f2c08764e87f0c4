/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The "b_info" part: vCPUs, memory, scheduling, kernel. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "cpumap.h"
#include "domain_config.h"

#define KIB_PER_MIB 1024
#define MAX_MIB	    (1L << 34) /* 16 PiB: 52 physical address bits in KiB fit easily */

/* Number of vCPUs the domain may have: 1 unless said otherwise. */
static long put_vcpus(struct builder *b, struct json *info)
{
	long vcpus = 0, max = 0, i;
	bool have = builder_number(b, "vcpus", 0, DOMAIN_CONFIG_MAX_VCPUS, &vcpus);
	bool have_max = builder_number(b, "maxvcpus", 0, DOMAIN_CONFIG_MAX_VCPUS, &max);
	struct json *avail;

	if (have_max && have && max < vcpus) {
		builder_fail(b, "xl: maxvcpus < vcpus");
		return 1;
	}
	if (!have_max)
		max = vcpus;
	if (max)
		builder_set(b, info, "max_vcpus", json_new_int(max));
	if (!vcpus)
		return max ? max : 1;
	avail = json_new_array();
	for (i = 0; i < vcpus && avail; i++)
		if (!json_append(avail, json_new_int(i)))
			b->failed = true;
	builder_set(b, info, "avail_vcpus", avail);
	return max;
}

/* A vCPU without a CPU could never run; without one that it should prefer it can. */
static void append_map(struct builder *b, struct json *maps, const char *text, bool hard)
{
	struct cpumap map;

	if (cpumap_parse(text, b->host, &map, b->report)) {
		b->failed = true;
		return;
	}
	if (hard && cpumap_is_empty(&map))
		builder_fail(b, "vcpu hard affinity map is empty");
	if (!json_append(maps, cpumap_to_json(&map)))
		b->failed = true;
}

/* One string for all vCPUs, or a list with one entry for each. */
static void affinity_maps(struct builder *b, const struct cfg_value *value, long max_vcpus,
			  bool hard, struct json *maps)
{
	bool list = value->type == CFG_LIST;
	long i;

	for (i = 0; i < max_vcpus && (!list || (size_t)i < value->nr) && !b->failed; i++) {
		const struct cfg_value *one = list ? value->items[i] : value;

		if (one->type == CFG_STRING)
			append_map(b, maps, one->string, hard);
		else
			builder_fail(b, "xl: a vCPU's list of CPUs must be text or a number");
	}
}

static void put_affinity(struct builder *b, struct json *info, const char *member, const char *key,
			 long max_vcpus)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, key);
	struct json *maps;

	if (!setting)
		return;
	maps = json_new_array();
	if (maps)
		affinity_maps(b, setting->value, max_vcpus, !strcmp(key, "cpus"), maps);
	if (maps && maps->nr)
		builder_set(b, info, member, maps);
	else
		json_free(maps);
}

/* Whoever places vCPUs by hand does not want automatic placement on top. */
static void put_placement(struct builder *b, struct json *info)
{
	const struct cfg_setting *hard = cfg_find(b->cfg, "cpus");

	if (cfg_find(b->cfg, "cpus_soft") || (hard && hard->value->type == CFG_LIST))
		builder_set(b, info, "numa_placement", json_new_string("False"));
}

static void put_choice(struct builder *b, struct json *info, const char *key,
		       const char *const *names, int omitted)
{
	int choice = builder_choice(b, key, names);

	if (choice >= 0 && choice != omitted)
		builder_set(b, info, key, json_new_string(names[choice]));
}

static void put_memory(struct builder *b, struct json *info)
{
	long memory = 0, max = 0;
	bool have = builder_number(b, "memory", 0, MAX_MIB, &memory);
	bool have_max = builder_number(b, "maxmem", 0, MAX_MIB, &max);

	if (have || have_max)
		builder_set(b, info, "max_memkb",
			    json_new_int((have_max ? max : memory) * KIB_PER_MIB));
	if (have)
		builder_set(b, info, "target_memkb", json_new_int(memory * KIB_PER_MIB));
	builder_put_number(b, info, "shadow_memkb", "shadow_memory", 0, MAX_MIB, KIB_PER_MIB);
}

static void put_limits(struct builder *b, struct json *info)
{
	builder_put_number(b, info, "max_grant_frames", "max_grant_frames", 0, INT32_MAX, 1);
	builder_put_number(b, info, "max_maptrack_frames", "max_maptrack_frames", 0, INT32_MAX, 1);
	builder_put_number(b, info, "max_grant_version", "max_grant_version", 0, 2, 1);
}

static void put_sched(struct builder *b, struct json *info)
{
	struct json *sched = json_new_object();
	/* xm's name for the cap; newer generators still write it. */
	const char *cap = cfg_find(b->cfg, "cap") ? "cap" : "cpu_cap";

	builder_put_number(b, sched, "weight", "cpu_weight", 0, INT32_MAX, 1);
	builder_put_number(b, sched, "cap", cap, 0, INT32_MAX, 1);
	builder_set(b, info, "sched_params", sched);
}

static void put_cmdline(struct builder *b, struct json *info)
{
	const char *cmdline = builder_string(b, "cmdline");
	const char *root = builder_string(b, "root"), *extra = builder_string(b, "extra");
	char *joined = NULL;

	if (cmdline) {
		if (root || extra)
			fputs("Warning: ignoring root= and extra= in favour of cmdline=\n",
			      b->report);
		builder_set(b, info, "cmdline", json_new_string(cmdline));
		return;
	}
	if (!root && !extra)
		return;
	if (asprintf(&joined, "%s%s%s%s", root ? "root=" : "", root ? root : "",
		     root && extra ? " " : "", extra ? extra : "") < 0) {
		b->failed = true;
		return;
	}
	builder_set(b, info, "cmdline", json_new_string(joined));
	free(joined);
}

static void put_kernel(struct builder *b, struct json *info, bool hvm)
{
	builder_put_string(b, info, "kernel", "kernel");
	put_cmdline(b, info);
	builder_put_string(b, info, "ramdisk", "ramdisk");
	builder_put_bool(b, info, "acpi", "acpi");
	if (cfg_find(b->cfg, "kernel") || (hvm && cfg_find(b->cfg, "firmware_override")))
		return;
	if (hvm)
		builder_fail(b, "xl: type=\"hvm\" without a device model needs "
				"firmware_override= or kernel= naming an ELF file");
	else
		builder_fail(b, "Neither kernel nor bootloader specified");
}

static void put_type(struct builder *b, struct json *info, bool hvm)
{
	static const char *const devices[] = {"vga", "vnc", "sdl", "spice", "rdm"};
	struct json *type = json_new_object();
	size_t i;

	if (hvm) {
		builder_put_string(b, type, "firmware", "firmware_override");
		for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
			builder_set(b, type, devices[i], json_new_object());
	}
	builder_set(b, info, hvm ? "type.hvm" : "type.pvh", type);
	builder_set(b, info, "arch_arm", json_new_object());
	builder_set(b, info, "arch_x86", json_new_object());
}

struct json *build_info(struct builder *b, bool hvm)
{
	static const char *const tsc_modes[] = {"default", "always_emulate", "native",
						"native_paravirt", NULL};
	static const char *const timer_modes[] = {
		"delay_for_missed_ticks", "no_delay_for_missed_ticks", "no_missed_ticks_pending",
		"one_missed_tick_pending", NULL};
	struct json *info = json_new_object();
	long max_vcpus = put_vcpus(b, info);

	put_affinity(b, info, "vcpu_hard_affinity", "cpus", max_vcpus);
	put_affinity(b, info, "vcpu_soft_affinity", "cpus_soft", max_vcpus);
	put_placement(b, info);
	put_choice(b, info, "tsc_mode", tsc_modes, 0);
	put_memory(b, info);
	builder_put_number(b, info, "rtc_timeoffset", "rtc_timeoffset", INT32_MIN, UINT32_MAX, 1);
	builder_put_bool(b, info, "localtime", "localtime");
	builder_put_bool(b, info, "disable_migrate", "nomigrate");
	put_limits(b, info);
	put_sched(b, info);
	builder_set(b, info, "claim_mode", json_new_string("True"));
	builder_put_number(b, info, "event_channels", "max_event_channels", 0, INT32_MAX, 1);
	put_kernel(b, info, hvm);
	put_choice(b, info, "timer_mode", timer_modes, -1);
	put_type(b, info, hvm);
	return info;
}
