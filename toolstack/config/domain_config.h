/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * From a parsed xl.cfg to libxl's JSON of a domain configuration: members in
 * libxl's order, members that have their default left out.
 */
#ifndef NACRE_CONFIG_DOMAIN_CONFIG_H
#define NACRE_CONFIG_DOMAIN_CONFIG_H

#include <stdio.h>

#include "cfg.h"
#include "cpumap.h"
#include "json.h"
#include "nic_spec.h"

/* libxl leaves the limit to the hypervisor; this one only bounds the text. */
#define DOMAIN_CONFIG_MAX_VCPUS 4096

/* What xl.conf(5) sets for all domains. */
struct config_defaults {
	struct nic_defaults nic;
	const char *blkdev_start;	      /* NULL: not set */
	const char *vm_cpumask, *hvm_cpumask; /* CPUs that guests may run on at all; NULL: any */
	bool claim_mode, run_hotplug_scripts;
	/* -1: as the daemon does */
	long max_grant_frames, max_maptrack_frames, max_grant_version;
};
extern const struct config_defaults config_no_defaults;

/*
 * NULL after an error that @report has, and then *@status (may be NULL) is the exit status
 * that real xl has. A fresh UUID is made when none is given.  @host: the machine whose CPUs
 * are named.
 */
struct json *domain_config_build(const struct cfg *cfg, const struct cpumap_host *host,
				 const struct config_defaults *defaults, FILE *report, int *status);

/*
 * What has to be added before the daemon gets it: paths relative to @directory
 * become absolute, libxl's defaults are written out, and the ELF file that
 * type="hvm" names as firmware_override becomes the kernel. False when out of
 * memory.
 */
bool domain_config_complete(struct json *config, const char *directory);

#endif
