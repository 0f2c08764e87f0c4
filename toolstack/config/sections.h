/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Keys that need more than a line of the table in domain_config.c. */
#ifndef NACRE_CONFIG_SECTIONS_H
#define NACRE_CONFIG_SECTIONS_H

#include "builder.h"

/* create_info.c */
void section_security_labels(struct builder *b);
void section_type(struct builder *b);
void section_name(struct builder *b);
void section_uuid(struct builder *b);

/* build_info.c */
void section_conf_defaults(struct builder *b);
void section_cap(struct builder *b);
void section_vcpus(struct builder *b);
void section_maxvcpus(struct builder *b);
void section_sizes(struct builder *b); /* what memory and vcpus leave open */
void section_affinity(struct builder *b);
void section_cpu_masks(struct builder *b); /* xl.conf's, when all else is read */
void section_grants(struct builder *b);
void section_actions(struct builder *b);
void section_tsc_mode(struct builder *b);
void section_timer_mode(struct builder *b);
void section_altp2m(struct builder *b);
void section_vmtrace(struct builder *b);
void section_vncviewer(struct builder *b);
void section_cmdline(struct builder *b);
void section_bootloader_args(struct builder *b);
void section_kernel(struct builder *b);
void section_msr_relaxed(struct builder *b);

/* vnuma.c */
void section_vnuma(struct builder *b);

/* io_ranges.c */
void section_ioports(struct builder *b);
void section_irqs(struct builder *b);
void section_iomem(struct builder *b);

/* devices.c */
void section_dtdevs(struct builder *b);
void section_disks(struct builder *b);
void section_p9s(struct builder *b);
void section_vtpms(struct builder *b);
void section_pvcalls(struct builder *b);
void section_channels(struct builder *b);
void section_nics(struct builder *b);
void section_vif2(struct builder *b);
void section_vfbs(struct builder *b);
void section_usbctrls(struct builder *b);
void section_usbdevs(struct builder *b);
void section_vkbs(struct builder *b);

/* device_model.c */
void section_device_model(struct builder *b);
void section_device_model_version(struct builder *b);
void section_device_model_args(struct builder *b);
void section_firmware(struct builder *b);
void section_vga(struct builder *b);
void section_serial(struct builder *b);
void section_usbdevice(struct builder *b);

/* cpuid_spec.c */
void section_cpuid(struct builder *b);

#endif
