/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The table of vcpu-list. */
#ifndef NACRE_XL_VCPU_LIST_H
#define NACRE_XL_VCPU_LIST_H

#include <libxl.h>
#include <stdio.h>

void vcpu_list_header(FILE *out);
/* @name NULL: the domain has none.  @nr_cpus: how many the machine has. */
void vcpu_list_rows(FILE *out, uint32_t domid, const char *name, const libxl_vcpuinfo *vcpus,
		    int nr, int nr_cpus);

#endif
