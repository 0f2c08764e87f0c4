/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A PVH domain from an ELF file in memory (private to core/). */
#ifndef CORE_MODULE_BUILD_H
#define CORE_MODULE_BUILD_H

#include <hv/types.h>

struct module_config {
	const void *data;
	size_t size;
	const char *cmdline;
	unsigned int vcpus;
	uint64_t memory; /* bytes */
};

struct module_guest {
	struct domain *d;    /* with a reference; also set when building failed half-way */
	mfn_t console;	     /* frame of the console ring, with a reference */
	uint32_t port;	     /* the guest's end of the console's channel ... */
	uint32_t local_port; /* ... and domain 0's */
};

/* Build it, paused.  0, or a negative Xen errno with the step that failed in *@why;
 * what was made is then the caller's to kill. */
int module_build(const struct module_config *config, struct module_guest *out, const char **why);

#endif
