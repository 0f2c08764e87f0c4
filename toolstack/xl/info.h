/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_INFO_H
#define NACRE_XL_INFO_H

#include <libxl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

/* What `xl info' tells; who made it frees what it points to. */
struct info {
	struct utsname system;
	libxl_physinfo machine;
	const libxl_version_info *version;
	libxl_scheduler scheduler;
	int free_cpus;
	/* For the tables of -n; NULL: there are none. */
	const libxl_cputopology *cpus;
	int nr_cpus;
	const libxl_numainfo *nodes;
	int nr_nodes;
};

/* With @key only the values of labels that begin so; with @numa the tables of CPUs and memory
 * nodes, too. */
void info_print(FILE *out, const struct info *info, const char *key, bool numa);

/* A line of the message ring; control characters other than newline and TAB are shown. */
void dmesg_print(FILE *out, const char *text);

#endif
