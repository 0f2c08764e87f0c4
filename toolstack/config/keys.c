/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "keys.h"

#include <string.h>

#define IOMMU	  "devices cannot be given to guests without an IOMMU driver"
#define SCHEDULER "it belongs to a scheduler other than credit2"
#define ARM	  "it is for Arm machines"
#define FLASK	  "there is no Flask policy"

/* Sorted by name: looked up by bisection. */
const struct key cfg_keys[] = {
	{"acpi", KEY_ACTS, NULL},
	{"acpi_firmware", KEY_EMULATED, NULL},
	{"acpi_laptop_slate", KEY_EMULATED, NULL},
	{"acpi_s3", KEY_EMULATED, NULL},
	{"acpi_s4", KEY_EMULATED, NULL},
	{"altp2m", KEY_LATER, NULL},
	{"altp2m_count", KEY_LATER, NULL},
	{"altp2mhvm", KEY_LATER, NULL},
	{"apic", KEY_EMULATED, NULL},
	{"arm_sci", KEY_OTHER, ARM},
	{"bios", KEY_EMULATED, NULL},
	{"bios_path_override", KEY_EMULATED, NULL},
	{"blkdev_start", KEY_LATER, NULL},
	{"boot", KEY_EMULATED, NULL},
	{"bootargs", KEY_LATER, NULL},
	{"bootloader", KEY_REFUSED,
	 "boot loaders that run on the host are not supported; "
	 "name the kernel with kernel="},
	{"bootloader_args", KEY_LATER, NULL},
	{"bootloader_restrict", KEY_LATER, NULL},
	{"bootloader_user", KEY_LATER, NULL},
	{"budget", KEY_OTHER, SCHEDULER},
	{"builder", KEY_ACTS, NULL},
	{"cap", KEY_ACTS, NULL},
	{"channel", KEY_LATER, NULL},
	{"cmdline", KEY_ACTS, NULL},
	{"cpu_cap", KEY_ACTS, NULL},
	{"cpu_weight", KEY_ACTS, NULL},
	{"cpuid", KEY_LATER, NULL},
	{"cpus", KEY_ACTS, NULL},
	{"cpus_soft", KEY_ACTS, NULL},
	{"device_model", KEY_EMULATED, NULL},
	{"device_model_args", KEY_EMULATED, NULL},
	{"device_model_args_hvm", KEY_EMULATED, NULL},
	{"device_model_args_pv", KEY_EMULATED, NULL},
	{"device_model_override", KEY_EMULATED, NULL},
	{"device_model_stubdomain_override", KEY_EMULATED, NULL},
	{"device_model_stubdomain_seclabel", KEY_EMULATED, NULL},
	{"device_model_user", KEY_EMULATED, NULL},
	{"device_model_version", KEY_EMULATED, NULL},
	{"device_tree", KEY_OTHER, ARM},
	{"disk", KEY_ACTS, NULL},
	{"display", KEY_EMULATED, NULL},
	{"dm_restrict", KEY_EMULATED, NULL},
	{"driver_domain", KEY_ACTS, NULL},
	{"dtdev", KEY_REFUSED, IOMMU},
	{"e820_host", KEY_OTHER, "it is for guests with passed-through devices"},
	{"extra", KEY_ACTS, NULL},
	{"extratime", KEY_OTHER, SCHEDULER},
	{"firmware", KEY_REFUSED, "there is no guest firmware; name the kernel with kernel="},
	{"firmware_override", KEY_ACTS, NULL},
	{"gfx_passthru", KEY_REFUSED, IOMMU},
	{"gic_version", KEY_OTHER, ARM},
	{"hap", KEY_ACTS, NULL},
	{"hdtype", KEY_EMULATED, NULL},
	{"hpet", KEY_EMULATED, NULL},
	{"hvm_pirq", KEY_EMULATED, NULL},
	{"init_seclabel", KEY_OTHER, FLASK},
	{"iomem", KEY_REFUSED, IOMMU},
	{"ioports", KEY_REFUSED, IOMMU},
	{"irqs", KEY_REFUSED, IOMMU},
	{"kernel", KEY_ACTS, NULL},
	{"keymap", KEY_EMULATED, NULL},
	{"latency", KEY_OTHER, SCHEDULER},
	{"llc_colors", KEY_OTHER, ARM},
	{"localtime", KEY_ACTS, NULL},
	{"max_event_channels", KEY_ACTS, NULL},
	{"max_grant_frames", KEY_ACTS, NULL},
	{"max_grant_version", KEY_ACTS, NULL},
	{"max_maptrack_frames", KEY_ACTS, NULL},
	{"maxmem", KEY_ACTS, NULL},
	{"maxvcpus", KEY_ACTS, NULL},
	{"mca_caps", KEY_EMULATED, NULL},
	{"memory", KEY_ACTS, NULL},
	{"mmio_hole", KEY_EMULATED, NULL},
	{"ms_vm_genid", KEY_EMULATED, NULL},
	{"msr_relaxed", KEY_LATER, NULL},
	{"name", KEY_ACTS, NULL},
	{"nestedhvm", KEY_LATER, NULL},
	{"nographic", KEY_EMULATED, NULL},
	{"nomigrate", KEY_ACTS, NULL},
	{"nr_spis", KEY_OTHER, ARM},
	{"nx", KEY_EMULATED, NULL},
	{"on_crash", KEY_ACTS, NULL},
	{"on_poweroff", KEY_ACTS, NULL},
	{"on_reboot", KEY_ACTS, NULL},
	{"on_soft_reset", KEY_ACTS, NULL},
	{"on_watchdog", KEY_ACTS, NULL},
	{"oos", KEY_EMULATED, NULL},
	{"opengl", KEY_EMULATED, NULL},
	{"p9", KEY_LATER, NULL},
	{"pae", KEY_EMULATED, NULL},
	{"passthrough", KEY_REFUSED, IOMMU},
	{"pci", KEY_REFUSED, IOMMU},
	{"pci_msitranslate", KEY_OTHER, IOMMU},
	{"pci_permissive", KEY_OTHER, IOMMU},
	{"pci_power_mgmt", KEY_OTHER, IOMMU},
	{"pci_seize", KEY_OTHER, IOMMU},
	{"period", KEY_OTHER, SCHEDULER},
	{"pool", KEY_ACTS, NULL},
	{"pvcalls", KEY_LATER, NULL},
	{"pvshim", KEY_REFUSED,
	 "PV guests, and so the shim that contains them, are not "
	 "supported"},
	{"pvshim_cmdline", KEY_LATER, NULL},
	{"pvshim_extra", KEY_LATER, NULL},
	{"pvshim_path", KEY_LATER, NULL},
	{"ramdisk", KEY_ACTS, NULL},
	{"rdm", KEY_OTHER, IOMMU},
	{"rdm_mem_boundary", KEY_OTHER, IOMMU},
	{"root", KEY_ACTS, NULL},
	{"rtc_timeoffset", KEY_ACTS, NULL},
	{"sdl", KEY_EMULATED, NULL},
	{"seclabel", KEY_OTHER, FLASK},
	{"serial", KEY_EMULATED, NULL},
	{"shadow_memory", KEY_ACTS, NULL},
	{"slice", KEY_OTHER, SCHEDULER},
	{"smbios", KEY_EMULATED, NULL},
	{"smbios_firmware", KEY_EMULATED, NULL},
	{"soundhw", KEY_EMULATED, NULL},
	{"spice", KEY_EMULATED, NULL},
	{"spice_clipboard_sharing", KEY_EMULATED, NULL},
	{"spice_image_compression", KEY_EMULATED, NULL},
	{"spice_streaming_video", KEY_EMULATED, NULL},
	{"spiceagent_mouse", KEY_EMULATED, NULL},
	{"spicedisable_ticketing", KEY_EMULATED, NULL},
	{"spicehost", KEY_EMULATED, NULL},
	{"spicepasswd", KEY_EMULATED, NULL},
	{"spiceport", KEY_EMULATED, NULL},
	{"spicetls_port", KEY_EMULATED, NULL},
	{"spiceusbredirection", KEY_EMULATED, NULL},
	{"spicevdagent", KEY_EMULATED, NULL},
	{"stdvga", KEY_EMULATED, NULL},
	{"stubdomain_cmdline", KEY_EMULATED, NULL},
	{"stubdomain_kernel", KEY_EMULATED, NULL},
	{"stubdomain_memory", KEY_EMULATED, NULL},
	{"stubdomain_ramdisk", KEY_EMULATED, NULL},
	{"sve", KEY_OTHER, ARM},
	{"tee", KEY_OTHER, ARM},
	{"timer_mode", KEY_ACTS, NULL},
	{"trap_unmapped_accesses", KEY_OTHER, ARM},
	{"tsc_mode", KEY_ACTS, NULL},
	{"type", KEY_ACTS, NULL},
	{"usb", KEY_EMULATED, NULL},
	{"usbctrl", KEY_LATER, NULL},
	{"usbdev", KEY_LATER, NULL},
	{"usbdevice", KEY_EMULATED, NULL},
	{"usbversion", KEY_EMULATED, NULL},
	{"uuid", KEY_ACTS, NULL},
	{"vcpus", KEY_ACTS, NULL},
	{"vdispl", KEY_LATER, NULL},
	{"vendor_device", KEY_EMULATED, NULL},
	{"vfb", KEY_LATER, NULL},
	{"vga", KEY_EMULATED, NULL},
	{"videoram", KEY_EMULATED, NULL},
	{"vif", KEY_ACTS, NULL},
	{"vif2", KEY_LATER, NULL},
	{"viridian", KEY_EMULATED, NULL},
	{"virtio", KEY_LATER, NULL},
	{"vkb", KEY_LATER, NULL},
	{"vkb_device", KEY_EMULATED, NULL},
	{"vmtrace_buf_kb", KEY_LATER, NULL},
	{"vnc", KEY_EMULATED, NULL},
	{"vncdisplay", KEY_EMULATED, NULL},
	{"vnclisten", KEY_EMULATED, NULL},
	{"vncpasswd", KEY_EMULATED, NULL},
	{"vncunused", KEY_EMULATED, NULL},
	{"vncviewer", KEY_EMULATED, NULL},
	{"vnuma", KEY_LATER, NULL},
	{"vpmu", KEY_LATER, NULL},
	{"vpt_align", KEY_EMULATED, NULL},
	{"vsnd", KEY_LATER, NULL},
	{"vtpm", KEY_LATER, NULL},
	{"vuart", KEY_OTHER, ARM},
	{"xauthority", KEY_EMULATED, NULL},
	{"xen_platform_pci", KEY_EMULATED, NULL},
	{"xen_platform_pci_bar_uc", KEY_EMULATED, NULL},
	{"xend_suspend_evtchn_compat", KEY_OTHER, "it is for PV guests"},
	{"xenstore_feature_mask", KEY_LATER, NULL},
	{"xenstore_quota", KEY_LATER, NULL},
};
const size_t cfg_nr_keys = sizeof(cfg_keys) / sizeof(cfg_keys[0]);

const struct key *key_find(const char *name)
{
	size_t low = 0, high = cfg_nr_keys;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, cfg_keys[middle].name);

		if (!order)
			return &cfg_keys[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

#define NAME_MAX_LEN 40

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace a letter) that turn @a into @b. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NAME_MAX_LEN + 1], i, j;
	size_t la = strlen(a), lb = strlen(b);

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			unsigned int above = row[j];
			unsigned int change = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = least(change, least(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[lb];
}

const char *key_nearest(const char *name)
{
	unsigned int best = strlen(name) < 6 ? 2 : 3; /* further off is no likeness */
	const char *nearest = NULL;
	size_t i;

	for (i = 0; i < cfg_nr_keys; i++) {
		unsigned int d = distance(name, cfg_keys[i].name);

		if (d >= best)
			continue;
		best = d;
		nearest = cfg_keys[i].name;
	}
	return nearest;
}

static void warn_unknown(const struct cfg *cfg, const struct cfg_setting *setting, FILE *report)
{
	const char *nearest = key_nearest(setting->key);

	fprintf(report, "xl: warning: %s:%d: unknown key `%s' is ignored", cfg->source,
		setting->line, setting->key);
	if (nearest)
		fprintf(report, " (did you mean `%s'?)", nearest);
	fputc('\n', report);
}

static bool check_setting(const struct cfg *cfg, const struct cfg_setting *setting, FILE *report)
{
	const struct key *key = key_find(setting->key);

	if (!key) {
		warn_unknown(cfg, setting, report);
		return true;
	}
	if (key->class == KEY_ACTS || cfg_value_is_off(setting->value))
		return true;
	if (key->class == KEY_REFUSED) {
		fprintf(report, "xl: error: %s:%d: key `%s' is not supported by Nacre: %s\n",
			cfg->source, setting->line, key->name, key->reason);
		return false;
	}
	fprintf(report, "xl: warning: %s:%d: key `%s' ", cfg->source, setting->line, key->name);
	if (key->class == KEY_LATER)
		fputs("is not supported by Nacre yet and is ignored\n", report);
	else if (key->class == KEY_EMULATED)
		fputs("is ignored: there is no device model or guest firmware\n", report);
	else
		fprintf(report, "is ignored: %s\n", key->reason);
	return true;
}

bool keys_check(const struct cfg *cfg, FILE *report)
{
	bool good = true;
	size_t i;

	for (i = 0; i < cfg->nr; i++) {
		const struct cfg_setting *setting = &cfg->settings[i];

		/* Only the setting that counts is worth a word. */
		if (cfg_find(cfg, setting->key) == setting)
			good &= check_setting(cfg, setting, report);
	}
	return good;
}
