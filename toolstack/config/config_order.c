/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The orders are those of libxl's types in 4.17. */
#include "config_order.h"

#include <stddef.h>

#include "members.h"

static const char *const config_order[] = {
	"c_info",    "b_info",	    "disks",	"nics",		 "pcidevs", "rdms",
	"dtdevs",    "vfbs",	    "vkbs",	"vtpms",	 "p9s",	    "pvcallsifs",
	"vdispls",   "vsnds",	    "channels", "usbctrls",	 "usbdevs", "on_poweroff",
	"on_reboot", "on_watchdog", "on_crash", "on_soft_reset", NULL,
};

static const char *const create_order[] = {
	"type",
	"hap",
	"oos",
	"ssidref",
	"ssid_label",
	"name",
	"domid",
	"uuid",
	"xsdata",
	"platformdata",
	"poolid",
	"pool_name",
	"run_hotplug_scripts",
	"driver_domain",
	"passthrough",
	"xend_suspend_evtchn_compat",
	NULL,
};

static const char *const build_order[] = {
	"max_vcpus",
	"avail_vcpus",
	"cpumap",
	"nodemap",
	"vcpu_hard_affinity",
	"vcpu_soft_affinity",
	"numa_placement",
	"tsc_mode",
	"max_memkb",
	"target_memkb",
	"video_memkb",
	"shadow_memkb",
	"iommu_memkb",
	"rtc_timeoffset",
	"exec_ssidref",
	"exec_ssid_label",
	"localtime",
	"disable_migrate",
	"cpuid",
	"blkdev_start",
	"vnuma_nodes",
	"max_grant_frames",
	"max_maptrack_frames",
	"max_grant_version",
	"device_model_version",
	"device_model_stubdomain",
	"stubdomain_memkb",
	"stubdomain_kernel",
	"stubdomain_cmdline",
	"stubdomain_ramdisk",
	"device_model",
	"device_model_ssidref",
	"device_model_ssid_label",
	"device_model_user",
	"extra",
	"extra_pv",
	"extra_hvm",
	"sched_params",
	"ioports",
	"irqs",
	"iomem",
	"claim_mode",
	"event_channels",
	"kernel",
	"cmdline",
	"ramdisk",
	"device_tree",
	"acpi",
	"bootloader",
	"bootloader_args",
	"timer_mode",
	"nested_hvm",
	"apic",
	"dm_restrict",
	"tee",
	"type.pv",
	"type.pvh",
	"type.hvm",
	"arch_arm",
	"arch_x86",
	"altp2m",
	"vmtrace_buf_kb",
	"vpmu",
	NULL,
};

static const char *const sched_order[] = {
	"sched", "weight", "cap", "period", "budget", "extratime", "slice", "latency", NULL,
};

static const char *const hvm_order[] = {
	"firmware",
	"bios",
	"pae",
	"apic",
	"acpi",
	"acpi_s3",
	"acpi_s4",
	"acpi_laptop_slate",
	"nx",
	"viridian",
	"viridian_enable",
	"viridian_disable",
	"timeoffset",
	"hpet",
	"vpt_align",
	"mmio_hole_memkb",
	"timer_mode",
	"nested_hvm",
	"altp2m",
	"system_firmware",
	"smbios_firmware",
	"acpi_firmware",
	"hdtype",
	"nographic",
	"vga",
	"vnc",
	"keymap",
	"sdl",
	"spice",
	"gfx_passthru",
	"gfx_passthru_kind",
	"serial",
	"boot",
	"usb",
	"usbversion",
	"usbdevice",
	"vkb_device",
	"soundhw",
	"xen_platform_pci",
	"usbdevice_list",
	"vendor_device",
	"ms_vm_genid",
	"serial_list",
	"rdm",
	"rdm_mem_boundary_memkb",
	"mca_caps",
	NULL,
};

void config_sort(struct json *config)
{
	struct json *build = json_get(config, "b_info");

	members_sort(config, config_order);
	members_sort(json_get(config, "c_info"), create_order);
	members_sort(build, build_order);
	members_sort(json_get(build, "sched_params"), sched_order);
	if (json_get(build, "type.hvm"))
		members_sort(json_get(build, "type.hvm"), hvm_order);
}
