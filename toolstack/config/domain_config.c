/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The table of what real xl reads, in the order in which it does: messages come in that order,
 * and the first error ends it.  Members are put into libxl's order at the end.
 */
#include "domain_config.h"

#include <stdlib.h>
#include <string.h>

#include "config_order.h"
#include "members.h"
#include "sections.h"

const struct config_defaults config_no_defaults = {
	.claim_mode = true,
	.run_hotplug_scripts = true,
	.max_grant_frames = -1,
	.max_maptrack_frames = -1,
	.max_grant_version = -1,
};

/* How the value of a key becomes a member. */
enum value {
	VALUE_STRING,
	VALUE_BOOL,
	VALUE_INT,	/* 32 bits; default 0 */
	VALUE_SCHED,	/* 32 bits; default -1 */
	VALUE_UNSIGNED, /* 32 bits; default 0 */
	VALUE_MIB,
	VALUE_WORD, /* one of words; the first one is the default */
	VALUE_SECTION,
};

struct step {
	unsigned int types; /* of guests that the key is read for */
	enum value value;
	const char *key;
	enum place place;
	const char *member;
	const char *const *words;
	const char *complaint;			  /* about another word, which it takes */
	int status;				  /* and xl's exit status then */
	void (*section)(struct builder *builder); /* reads it */
};

static const char *const vuarts[] = {"unknown", "sbsa_uart", NULL};
static const char *const passthroughs[] = {"default", "disabled", "enabled",
					   "sync_pt", "share_pt", NULL};
static const char *const gics[] = {"default", "v2", "v3", NULL};
static const char *const tees[] = {"none", "optee", NULL};
static const char *const hdtypes[] = {"unset", "ide", "ahci", NULL};
static const char *const vendors[] = {"none", "xenserver", NULL};

#define KEY(types, value, key, place, member)                                                      \
	{                                                                                          \
		types, value, key, place, member, NULL, NULL, 0, NULL                              \
	}
#define ANY(value, key, place, member) KEY(GUEST_ANY, value, key, place, member)
#define PVH(value, key, member)	       KEY(GUEST_PVH, value, key, PLACE_TYPE, member)
#define HVM(value, key, member)	       KEY(GUEST_HVM, value, key, PLACE_TYPE, member)
#define WORD(types, key, place, member, words, complaint, status)                                  \
	{                                                                                          \
		types, VALUE_WORD, key, place, member, words, complaint, status, NULL              \
	}
#define SECTION(types, name)                                                                       \
	{                                                                                          \
		types, VALUE_SECTION, NULL, PLACE_NONE, NULL, NULL, NULL, 0, section_##name        \
	}

static const struct step steps[] = {
	SECTION(GUEST_ANY, security_labels),
	SECTION(GUEST_ANY, type),
	ANY(VALUE_BOOL, "hap", PLACE_CREATE, "hap"),
	SECTION(GUEST_ANY, name),
	SECTION(GUEST_ANY, uuid),
	ANY(VALUE_BOOL, "oos", PLACE_CREATE, "oos"),
	ANY(VALUE_STRING, "pool", PLACE_CREATE, "pool_name"),
	PVH(VALUE_BOOL, "pvshim", "pvshim"),
	PVH(VALUE_STRING, "pvshim_path", "pvshim_path"),
	PVH(VALUE_STRING, "pvshim_cmdline", "pvshim_cmdline"),
	PVH(VALUE_STRING, "pvshim_extra", "pvshim_extra"),
	SECTION(GUEST_ANY, conf_defaults),
	ANY(VALUE_SCHED, "cpu_weight", PLACE_SCHED, "weight"),
	SECTION(GUEST_ANY, cap),
	ANY(VALUE_SCHED, "period", PLACE_SCHED, "period"),
	ANY(VALUE_SCHED, "slice", PLACE_SCHED, "slice"),
	ANY(VALUE_SCHED, "latency", PLACE_SCHED, "latency"),
	ANY(VALUE_SCHED, "extratime", PLACE_SCHED, "extratime"),
	ANY(VALUE_MIB, "memory", PLACE_BUILD, "target_memkb"),
	ANY(VALUE_MIB, "maxmem", PLACE_BUILD, "max_memkb"),
	SECTION(GUEST_ANY, vcpus),
	SECTION(GUEST_ANY, maxvcpus),
	WORD(GUEST_ANY, "vuart", PLACE_ARM, "vuart", vuarts,
	     "ERROR: invalid value \"%s\" for \"vuart\"", 1),
	SECTION(GUEST_ANY, vnuma),
	SECTION(GUEST_ANY, sizes),
	SECTION(GUEST_ANY, affinity),
	SECTION(GUEST_ANY, grants),
	SECTION(GUEST_ANY, actions),
	ANY(VALUE_INT, "pci_msitranslate", PLACE_NONE, NULL),
	ANY(VALUE_INT, "pci_power_mgmt", PLACE_NONE, NULL),
	ANY(VALUE_INT, "pci_permissive", PLACE_NONE, NULL),
	ANY(VALUE_INT, "pci_seize", PLACE_NONE, NULL),
	ANY(VALUE_STRING, "rdm", PLACE_NONE, NULL),
	SECTION(GUEST_ANY, dtdevs),
	WORD(GUEST_ANY, "passthrough", PLACE_CREATE, "passthrough", passthroughs,
	     "ERROR: unknown passthrough option '%s'", 1),
	ANY(VALUE_MIB, "shadow_memory", PLACE_BUILD, "shadow_memkb"),
	ANY(VALUE_BOOL, "nomigrate", PLACE_BUILD, "disable_migrate"),
	SECTION(GUEST_ANY, tsc_mode),
	ANY(VALUE_UNSIGNED, "rtc_timeoffset", PLACE_BUILD, "rtc_timeoffset"),
	SECTION(GUEST_ANY, vncviewer),
	ANY(VALUE_BOOL, "localtime", PLACE_BUILD, "localtime"),
	ANY(VALUE_MIB, "videoram", PLACE_BUILD, "video_memkb"),
	ANY(VALUE_UNSIGNED, "max_event_channels", PLACE_BUILD, "event_channels"),
	ANY(VALUE_STRING, "kernel", PLACE_BUILD, "kernel"),
	ANY(VALUE_STRING, "ramdisk", PLACE_BUILD, "ramdisk"),
	ANY(VALUE_STRING, "device_tree", PLACE_BUILD, "device_tree"),
	SECTION(GUEST_ANY, cmdline),
	ANY(VALUE_BOOL, "driver_domain", PLACE_CREATE, "driver_domain"),
	ANY(VALUE_BOOL, "acpi", PLACE_BUILD, "acpi"),
	ANY(VALUE_STRING, "bootloader", PLACE_BUILD, "bootloader"),
	SECTION(GUEST_ANY, bootloader_args),
	SECTION(GUEST_ANY, timer_mode),
	ANY(VALUE_BOOL, "nestedhvm", PLACE_BUILD, "nested_hvm"),
	HVM(VALUE_STRING, "firmware_override", "firmware"),
	HVM(VALUE_STRING, "bios_path_override", "system_firmware"),
	HVM(VALUE_BOOL, "pae", "pae"),
	HVM(VALUE_BOOL, "acpi_s3", "acpi_s3"),
	HVM(VALUE_BOOL, "acpi_s4", "acpi_s4"),
	HVM(VALUE_BOOL, "acpi_laptop_slate", "acpi_laptop_slate"),
	HVM(VALUE_BOOL, "nx", "nx"),
	HVM(VALUE_BOOL, "hpet", "hpet"),
	HVM(VALUE_BOOL, "vpt_align", "vpt_align"),
	KEY(GUEST_HVM, VALUE_BOOL, "apic", PLACE_BUILD, "apic"),
	HVM(VALUE_MIB, "mmio_hole", "mmio_hole_memkb"),
	HVM(VALUE_STRING, "smbios_firmware", "smbios_firmware"),
	HVM(VALUE_STRING, "acpi_firmware", "acpi_firmware"),
	HVM(VALUE_MIB, "rdm_mem_boundary", "rdm_mem_boundary_memkb"),
	SECTION(GUEST_HVM, firmware),
	SECTION(GUEST_ANY, kernel),
	SECTION(GUEST_ANY, altp2m),
	SECTION(GUEST_ANY, vmtrace),
	SECTION(GUEST_ANY, ioports),
	SECTION(GUEST_ANY, irqs),
	SECTION(GUEST_ANY, iomem),
	SECTION(GUEST_ANY, disks),
	SECTION(GUEST_ANY, p9s),
	SECTION(GUEST_ANY, vtpms),
	SECTION(GUEST_ANY, pvcalls),
	SECTION(GUEST_ANY, channels),
	SECTION(GUEST_ANY, nics),
	SECTION(GUEST_ANY, vif2),
	SECTION(GUEST_ANY, vfbs),
	SECTION(GUEST_ANY, usbctrls),
	SECTION(GUEST_ANY, usbdevs),
	SECTION(GUEST_ANY, cpuid),
	SECTION(GUEST_ANY, device_model),
	ANY(VALUE_STRING, "device_model_override", PLACE_BUILD, "device_model"),
	SECTION(GUEST_ANY, device_model_version),
	ANY(VALUE_BOOL, "device_model_stubdomain_override", PLACE_BUILD, "device_model_stubdomain"),
	ANY(VALUE_STRING, "device_model_stubdomain_seclabel", PLACE_BUILD,
	    "device_model_ssid_label"),
	ANY(VALUE_STRING, "device_model_user", PLACE_BUILD, "device_model_user"),
	ANY(VALUE_STRING, "stubdomain_kernel", PLACE_BUILD, "stubdomain_kernel"),
	ANY(VALUE_STRING, "stubdomain_cmdline", PLACE_BUILD, "stubdomain_cmdline"),
	ANY(VALUE_STRING, "stubdomain_ramdisk", PLACE_BUILD, "stubdomain_ramdisk"),
	ANY(VALUE_MIB, "stubdomain_memory", PLACE_BUILD, "stubdomain_memkb"),
	SECTION(GUEST_ANY, device_model_args),
	ANY(VALUE_BOOL, "vnc", PLACE_VNC, "enable"),
	ANY(VALUE_STRING, "vnclisten", PLACE_VNC, "listen"),
	ANY(VALUE_STRING, "vncpasswd", PLACE_VNC, "passwd"),
	ANY(VALUE_INT, "vncdisplay", PLACE_VNC, "display"),
	ANY(VALUE_BOOL, "vncunused", PLACE_VNC, "findunused"),
	ANY(VALUE_BOOL, "sdl", PLACE_SDL, "enable"),
	ANY(VALUE_BOOL, "opengl", PLACE_SDL, "opengl"),
	ANY(VALUE_STRING, "display", PLACE_SDL, "display"),
	ANY(VALUE_STRING, "xauthority", PLACE_SDL, "xauthority"),
	ANY(VALUE_BOOL, "dm_restrict", PLACE_BUILD, "dm_restrict"),
	SECTION(GUEST_HVM, vga),
	WORD(GUEST_HVM, "hdtype", PLACE_TYPE, "hdtype", hdtypes,
	     "ERROR: invalid value \"%s\" for \"hdtype\"", 1),
	HVM(VALUE_STRING, "keymap", "keymap"),
	KEY(GUEST_HVM, VALUE_BOOL, "spice", PLACE_SPICE, "enable"),
	KEY(GUEST_HVM, VALUE_INT, "spiceport", PLACE_SPICE, "port"),
	KEY(GUEST_HVM, VALUE_INT, "spicetls_port", PLACE_SPICE, "tls_port"),
	KEY(GUEST_HVM, VALUE_STRING, "spicehost", PLACE_SPICE, "host"),
	KEY(GUEST_HVM, VALUE_BOOL, "spicedisable_ticketing", PLACE_SPICE, "disable_ticketing"),
	KEY(GUEST_HVM, VALUE_STRING, "spicepasswd", PLACE_SPICE, "passwd"),
	KEY(GUEST_HVM, VALUE_BOOL, "spiceagent_mouse", PLACE_SPICE, "agent_mouse"),
	KEY(GUEST_HVM, VALUE_BOOL, "spicevdagent", PLACE_SPICE, "vdagent"),
	KEY(GUEST_HVM, VALUE_BOOL, "spice_clipboard_sharing", PLACE_SPICE, "clipboard_sharing"),
	KEY(GUEST_HVM, VALUE_INT, "spiceusbredirection", PLACE_SPICE, "usbredirection"),
	KEY(GUEST_HVM, VALUE_STRING, "spice_image_compression", PLACE_SPICE, "image_compression"),
	KEY(GUEST_HVM, VALUE_STRING, "spice_streaming_video", PLACE_SPICE, "streaming_video"),
	HVM(VALUE_BOOL, "nographic", "nographic"),
	SECTION(GUEST_HVM, serial),
	HVM(VALUE_STRING, "boot", "boot"),
	HVM(VALUE_BOOL, "usb", "usb"),
	HVM(VALUE_INT, "usbversion", "usbversion"),
	SECTION(GUEST_HVM, usbdevice),
	HVM(VALUE_BOOL, "vkb_device", "vkb_device"),
	HVM(VALUE_STRING, "soundhw", "soundhw"),
	HVM(VALUE_BOOL, "xen_platform_pci", "xen_platform_pci"),
	WORD(GUEST_HVM, "vendor_device", PLACE_TYPE, "vendor_device", vendors,
	     "xl: unknown vendor_device '%s'", 3),
	WORD(GUEST_ANY, "gic_version", PLACE_ARM, "gic_version", gics,
	     "Unknown gic_version \"%s\" specified", 3),
	WORD(GUEST_ANY, "tee", PLACE_BUILD, "tee", tees, "Unknown tee \"%s\" specified", 3),
	SECTION(GUEST_ANY, vkbs),
	ANY(VALUE_BOOL, "xend_suspend_evtchn_compat", PLACE_CREATE, "xend_suspend_evtchn_compat"),
	SECTION(GUEST_ANY, msr_relaxed),
	ANY(VALUE_BOOL, "vpmu", PLACE_BUILD, "vpmu"),
	SECTION(GUEST_ANY, cpu_masks),
};

static void read_word(struct builder *b, const struct step *step)
{
	/* xl looks for these two without a word about lists. */
	bool quiet = !strcmp(step->key, "gic_version") || !strcmp(step->key, "tee");
	const char *text;
	int word;

	if (cfg_string(b->cfg, step->key, &text, quiet ? NULL : b->report))
		return;
	word = builder_word(text, step->words);
	if (word > 0)
		builder_set(b, b->at[step->place], step->member,
			    json_new_string(step->words[word]));
	if (word >= 0)
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	builder_fail(b, step->complaint, text);
#pragma GCC diagnostic pop
	b->status = step->status;
}

static void run_step(struct builder *b, const struct step *step)
{
	struct json *object = b->at[step->place];

	switch (step->value) {
	case VALUE_STRING:
		builder_put_string(b, object, step->member, step->key);
		break;
	case VALUE_BOOL:
		builder_put_bool(b, object, step->member, step->key);
		break;
	case VALUE_INT:
		builder_put_int(b, object, step->member, step->key, 0);
		break;
	case VALUE_SCHED:
		builder_put_int(b, object, step->member, step->key, -1);
		break;
	case VALUE_UNSIGNED:
		builder_put_unsigned(b, object, step->member, step->key);
		break;
	case VALUE_MIB:
		builder_put_mib(b, object, step->member, step->key);
		break;
	case VALUE_WORD:
		read_word(b, step);
		break;
	case VALUE_SECTION:
		step->section(b);
		break;
	}
}

static void make_object(struct builder *b, enum place parent, const char *member, enum place place)
{
	b->at[place] = json_new_object();
	builder_set(b, b->at[parent], member, b->at[place]);
	if (b->failed)
		b->at[place] = NULL;
}

static struct json *build(struct builder *b)
{
	struct json *config = json_new_object();
	size_t i;

	b->at[PLACE_CONFIG] = config;
	make_object(b, PLACE_CONFIG, "c_info", PLACE_CREATE);
	make_object(b, PLACE_CONFIG, "b_info", PLACE_BUILD);
	make_object(b, PLACE_BUILD, "sched_params", PLACE_SCHED);
	make_object(b, PLACE_BUILD, "arch_arm", PLACE_ARM);
	make_object(b, PLACE_BUILD, "arch_x86", PLACE_X86);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && !b->failed; i++)
		/* Until the type is known, all steps are for all types. */
		if (!b->type || (steps[i].types & b->type))
			run_step(b, &steps[i]);
	if (!b->failed) {
		config_sort(config);
		return config;
	}
	json_free(config);
	return NULL;
}

struct json *domain_config_build(const struct cfg *cfg, const struct cpumap_host *host,
				 const struct config_defaults *defaults, FILE *report, int *status)
{
	struct builder b = {
		.cfg = cfg,
		.host = host,
		.defaults = defaults,
		.report = report,
		.status = 1,
	};
	struct json *config = build(&b);

	if (status)
		*status = config ? 0 : b.status;
	return config;
}
