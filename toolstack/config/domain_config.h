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

/* libxl leaves the limit to the hypervisor; this one only bounds the text. */
#define DOMAIN_CONFIG_MAX_VCPUS 4096

/* NULL after an error that @report has. A fresh UUID is made when none is given.  @host:
 * the machine whose CPUs are named. */
struct json *domain_config_build(const struct cfg *cfg, const struct cpumap_host *host,
				 FILE *report);

/*
 * What has to be added before the daemon gets it: paths relative to @directory
 * become absolute, libxl's defaults are written out, and the ELF file that
 * type="hvm" names as firmware_override becomes the kernel. False when out of
 * memory.
 */
bool domain_config_complete(struct json *config, const char *directory);

#endif
