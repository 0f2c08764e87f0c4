/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "keys.h"

#include <string.h>

#define IOMMU	     "devices cannot be given to guests without an IOMMU driver"
#define SCHEDULER    "it belongs to a scheduler other than credit2"
#define ARM	     "it is for Arm machines"
#define FLASK	     "there is no Flask policy"
#define DEVICE_MODEL "there is no device model or guest firmware"
#define NO_RTC	     "guests have no real-time clock but the time of the hypervisor"
#define NO_TIMERS    "guests have no emulated timers whose ticks could be missed"
#define NO_BACKEND   "there is no backend for such devices"
#define DEVICE(key)                                                                                \
	"there are no backends for disks and networks yet; "                                       \
	"`xl create FILE '" key "=[]'' starts the guest without"

/* Sorted by name: looked up by bisection. */
const struct key cfg_keys[] = {
	{"acpi", KEY_ACTS, NULL},
	{"acpi_firmware", KEY_STORED, DEVICE_MODEL},
	{"acpi_laptop_slate", KEY_STORED, DEVICE_MODEL},
	{"acpi_s3", KEY_STORED, DEVICE_MODEL},
	{"acpi_s4", KEY_STORED, DEVICE_MODEL},
	{"altp2m", KEY_STORED, "there are no alternate views of memory"},
	{"altp2m_count", KEY_IGNORED, "there are no alternate views of memory"},
	{"altp2mhvm", KEY_IGNORED, "there are no alternate views of memory"},
	{"apic", KEY_STORED, DEVICE_MODEL},
	{"arm_sci", KEY_IGNORED, ARM},
	{"bios", KEY_STORED, DEVICE_MODEL},
	{"bios_path_override", KEY_STORED, DEVICE_MODEL},
	{"blkdev_start", KEY_IGNORED, "xl.conf(5) has this key"},
	{"boot", KEY_STORED, DEVICE_MODEL},
	{"bootargs", KEY_IGNORED, "there are no boot loaders that run on the host"},
	{"bootloader", KEY_REFUSED,
	 "boot loaders that run on the host are not supported; "
	 "name the kernel with kernel="},
	{"bootloader_args", KEY_STORED, "there are no boot loaders that run on the host"},
	{"bootloader_restrict", KEY_IGNORED, "there are no boot loaders that run on the host"},
	{"bootloader_user", KEY_IGNORED, "there are no boot loaders that run on the host"},
	{"budget", KEY_STORED, SCHEDULER},
	{"builder", KEY_ACTS, NULL},
	{"cap", KEY_ACTS, NULL},
	{"channel", KEY_REFUSED, NO_BACKEND},
	{"cmdline", KEY_ACTS, NULL},
	{"cpu_cap", KEY_ACTS, NULL},
	{"cpu_weight", KEY_ACTS, NULL},
	{"cpuid", KEY_ACTS, NULL},
	{"cpus", KEY_ACTS, NULL},
	{"cpus_soft", KEY_ACTS, NULL},
	{"device_model", KEY_IGNORED, DEVICE_MODEL},
	{"device_model_args", KEY_STORED, DEVICE_MODEL},
	{"device_model_args_hvm", KEY_STORED, DEVICE_MODEL},
	{"device_model_args_pv", KEY_STORED, DEVICE_MODEL},
	{"device_model_override", KEY_STORED, DEVICE_MODEL},
	{"device_model_stubdomain_override", KEY_STORED, DEVICE_MODEL},
	{"device_model_stubdomain_seclabel", KEY_STORED, DEVICE_MODEL},
	{"device_model_user", KEY_STORED, DEVICE_MODEL},
	{"device_model_version", KEY_STORED, DEVICE_MODEL},
	{"device_tree", KEY_STORED, ARM},
	{"disk", KEY_REFUSED, DEVICE("disk")},
	{"display", KEY_STORED, DEVICE_MODEL},
	{"dm_restrict", KEY_STORED, DEVICE_MODEL},
	{"driver_domain", KEY_STORED, "no device of another domain depends on it here"},
	{"dtdev", KEY_REFUSED, IOMMU},
	{"e820_host", KEY_IGNORED, "it is for guests with passed-through devices"},
	{"extra", KEY_ACTS, NULL},
	{"extratime", KEY_STORED, SCHEDULER},
	{"firmware", KEY_REFUSED, "there is no guest firmware; name the kernel with kernel="},
	{"firmware_override", KEY_ACTS, NULL},
	{"gfx_passthru", KEY_REFUSED, IOMMU},
	{"gic_version", KEY_STORED, ARM},
	{"hap", KEY_ACTS, NULL},
	{"hdtype", KEY_STORED, DEVICE_MODEL},
	{"hpet", KEY_STORED, DEVICE_MODEL},
	{"hvm_pirq", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
	{"init_seclabel", KEY_STORED, FLASK},
	{"iomem", KEY_REFUSED, IOMMU},
	{"ioports", KEY_REFUSED, IOMMU},
	{"irqs", KEY_REFUSED, IOMMU},
	{"kernel", KEY_ACTS, NULL},
	{"keymap", KEY_STORED, DEVICE_MODEL},
	{"latency", KEY_STORED, SCHEDULER},
	{"llc_colors", KEY_IGNORED, ARM},
	{"localtime", KEY_STORED, NO_RTC},
	{"max_event_channels", KEY_ACTS, NULL},
	{"max_grant_frames", KEY_ACTS, NULL},
	{"max_grant_version", KEY_ACTS, NULL},
	{"max_maptrack_frames", KEY_ACTS, NULL},
	{"maxmem", KEY_ACTS, NULL},
	{"maxvcpus", KEY_ACTS, NULL},
	{"mca_caps", KEY_IGNORED, DEVICE_MODEL},
	{"memory", KEY_ACTS, NULL},
	{"mmio_hole", KEY_STORED, DEVICE_MODEL},
	{"ms_vm_genid", KEY_IGNORED, DEVICE_MODEL},
	{"msr_relaxed", KEY_STORED, "registers that are not on the hypervisor's list fault"},
	{"name", KEY_ACTS, NULL},
	{"nestedhvm", KEY_STORED, "there is no nested virtualisation"},
	{"nographic", KEY_STORED, DEVICE_MODEL},
	{"nomigrate", KEY_ACTS, NULL},
	{"nr_spis", KEY_IGNORED, ARM},
	{"nx", KEY_STORED, DEVICE_MODEL},
	{"on_crash", KEY_ACTS, NULL},
	{"on_poweroff", KEY_ACTS, NULL},
	{"on_reboot", KEY_ACTS, NULL},
	{"on_soft_reset", KEY_ACTS, NULL},
	{"on_watchdog", KEY_ACTS, NULL},
	{"oos", KEY_STORED, "there is no shadow paging"},
	{"opengl", KEY_STORED, DEVICE_MODEL},
	{"p9", KEY_REFUSED, NO_BACKEND},
	{"pae", KEY_STORED, DEVICE_MODEL},
	{"passthrough", KEY_REFUSED, IOMMU},
	{"pci", KEY_UNREAD, IOMMU},
	{"pci_msitranslate", KEY_IGNORED, IOMMU},
	{"pci_permissive", KEY_IGNORED, IOMMU},
	{"pci_power_mgmt", KEY_IGNORED, IOMMU},
	{"pci_seize", KEY_IGNORED, IOMMU},
	{"period", KEY_STORED, SCHEDULER},
	{"pool", KEY_ACTS, NULL},
	{"pvcalls", KEY_REFUSED, NO_BACKEND},
	{"pvshim", KEY_REFUSED,
	 "PV guests, and so the shim that contains them, are not "
	 "supported"},
	{"pvshim_cmdline", KEY_STORED, "it is for the shim that contains PV guests"},
	{"pvshim_extra", KEY_STORED, "it is for the shim that contains PV guests"},
	{"pvshim_path", KEY_STORED, "it is for the shim that contains PV guests"},
	{"ramdisk", KEY_ACTS, NULL},
	{"rdm", KEY_IGNORED, IOMMU},
	{"rdm_mem_boundary", KEY_IGNORED, IOMMU},
	{"root", KEY_ACTS, NULL},
	{"rtc_timeoffset", KEY_STORED, NO_RTC},
	{"sdl", KEY_STORED, DEVICE_MODEL},
	{"seclabel", KEY_STORED, FLASK},
	{"serial", KEY_STORED, DEVICE_MODEL},
	{"shadow_memory", KEY_ACTS, NULL},
	{"slice", KEY_STORED, SCHEDULER},
	{"smbios", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
	{"smbios_firmware", KEY_STORED, DEVICE_MODEL},
	{"soundhw", KEY_STORED, DEVICE_MODEL},
	{"spice", KEY_STORED, DEVICE_MODEL},
	{"spice_clipboard_sharing", KEY_STORED, DEVICE_MODEL},
	{"spice_image_compression", KEY_STORED, DEVICE_MODEL},
	{"spice_streaming_video", KEY_STORED, DEVICE_MODEL},
	{"spiceagent_mouse", KEY_STORED, DEVICE_MODEL},
	{"spicedisable_ticketing", KEY_STORED, DEVICE_MODEL},
	{"spicehost", KEY_STORED, DEVICE_MODEL},
	{"spicepasswd", KEY_STORED, DEVICE_MODEL},
	{"spiceport", KEY_STORED, DEVICE_MODEL},
	{"spicetls_port", KEY_STORED, DEVICE_MODEL},
	{"spiceusbredirection", KEY_STORED, DEVICE_MODEL},
	{"spicevdagent", KEY_STORED, DEVICE_MODEL},
	{"stdvga", KEY_STORED, DEVICE_MODEL},
	{"stubdomain_cmdline", KEY_STORED, DEVICE_MODEL},
	{"stubdomain_kernel", KEY_STORED, DEVICE_MODEL},
	{"stubdomain_memory", KEY_STORED, DEVICE_MODEL},
	{"stubdomain_ramdisk", KEY_STORED, DEVICE_MODEL},
	{"sve", KEY_IGNORED, ARM},
	{"tee", KEY_STORED, ARM},
	{"timer_mode", KEY_STORED, NO_TIMERS},
	{"trap_unmapped_accesses", KEY_IGNORED, ARM},
	{"tsc_mode", KEY_ACTS, NULL},
	{"type", KEY_ACTS, NULL},
	{"usb", KEY_STORED, DEVICE_MODEL},
	{"usbctrl", KEY_REFUSED, NO_BACKEND},
	{"usbdev", KEY_REFUSED, NO_BACKEND},
	{"usbdevice", KEY_STORED, DEVICE_MODEL},
	{"usbversion", KEY_STORED, DEVICE_MODEL},
	{"uuid", KEY_ACTS, NULL},
	{"vcpus", KEY_ACTS, NULL},
	{"vdispl", KEY_UNREAD, NO_BACKEND},
	{"vendor_device", KEY_STORED, DEVICE_MODEL},
	{"vfb", KEY_REFUSED, NO_BACKEND},
	{"vga", KEY_STORED, DEVICE_MODEL},
	{"videoram", KEY_STORED, DEVICE_MODEL},
	{"vif", KEY_REFUSED, DEVICE("vif")},
	{"vif2", KEY_IGNORED, "netchannel2 is gone from Xen, too"},
	{"viridian", KEY_IGNORED, DEVICE_MODEL},
	{"virtio", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
	{"vkb", KEY_REFUSED, NO_BACKEND},
	{"vkb_device", KEY_STORED, DEVICE_MODEL},
	{"vmtrace_buf_kb", KEY_STORED, "there is no processor trace for guests"},
	{"vnc", KEY_STORED, DEVICE_MODEL},
	{"vncdisplay", KEY_STORED, DEVICE_MODEL},
	{"vnclisten", KEY_STORED, DEVICE_MODEL},
	{"vncpasswd", KEY_STORED, DEVICE_MODEL},
	{"vncunused", KEY_STORED, DEVICE_MODEL},
	{"vncviewer", KEY_IGNORED, DEVICE_MODEL},
	{"vnuma", KEY_STORED, "the guest sees one memory node"},
	{"vpmu", KEY_STORED, "there is no virtual PMU"},
	{"vpt_align", KEY_STORED, DEVICE_MODEL},
	{"vsnd", KEY_UNREAD, NO_BACKEND},
	{"vtpm", KEY_REFUSED, NO_BACKEND},
	{"vuart", KEY_STORED, ARM},
	{"xauthority", KEY_STORED, DEVICE_MODEL},
	{"xen_platform_pci", KEY_STORED, DEVICE_MODEL},
	{"xen_platform_pci_bar_uc", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
	{"xend_suspend_evtchn_compat", KEY_STORED, "it is for PV guests"},
	{"xenstore_feature_mask", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
	{"xenstore_quota", KEY_IGNORED, "xl.cfg of Xen 4.17 does not have it"},
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

static void say(const struct cfg *cfg, const struct cfg_setting *setting, const char *level,
		const char *what, const char *reason, FILE *report)
{
	fprintf(report, "xl: %s: %s:%d: key `%s' %s: %s\n", level, cfg->source, setting->line,
		setting->key, what, reason);
}

/* What other programs write for a key of ours. */
static bool alias_is_taken(const struct cfg *cfg, const struct cfg_setting *setting, FILE *report)
{
	if (strcmp(setting->key, "cpu_cap") != 0 || cfg_find(cfg, "cap"))
		return false;
	fprintf(report, "xl: warning: %s:%d: key `cpu_cap' is xm's; it is taken as `cap'\n",
		cfg->source, setting->line);
	return true;
}

static bool check_setting(const struct cfg *cfg, const struct cfg_setting *setting, bool dryrun,
			  FILE *report)
{
	const struct key *key = key_find(setting->key);

	if (!key) {
		warn_unknown(cfg, setting, report);
		return true;
	}
	if (alias_is_taken(cfg, setting, report) || key->class == KEY_ACTS ||
	    cfg_value_is_off(setting->value))
		return true;
	if (key->class == KEY_UNREAD || (key->class == KEY_REFUSED && !dryrun)) {
		say(cfg, setting, "error", "is not supported by Nacre", key->reason, report);
		return false;
	}
	if (key->class == KEY_REFUSED)
		say(cfg, setting, "warning", "will be refused by xl create", key->reason, report);
	else
		say(cfg, setting, "warning", "has no effect", key->reason, report);
	return true;
}

bool keys_check(const struct cfg *cfg, bool dryrun, FILE *report)
{
	bool good = true;
	size_t i;

	for (i = 0; i < cfg->nr; i++) {
		const struct cfg_setting *setting = &cfg->settings[i];

		/* Only the setting that counts is worth a word. */
		if (cfg_find(cfg, setting->key) == setting)
			good &= check_setting(cfg, setting, dryrun, report);
	}
	return good;
}
