/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which CPUs the machine has, for arguments and files that name some. */
#ifndef NACRE_XL_HOST_CPUS_H
#define NACRE_XL_HOST_CPUS_H

#include "cpumap.h"

/* False after a message. */
bool host_cpus(struct cpumap_host *host);
/* The same; without nacred, any machine. */
void host_cpus_or_any(struct cpumap_host *host);

#endif
