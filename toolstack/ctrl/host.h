/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hypervisor and the machine: what xl info and xl dmesg print. */
#ifndef CTRL_HOST_H
#define CTRL_HOST_H

#include "ctrl/ctrl.h"

#include <xen/version.h>

int ctrl_host_physinfo(struct ctrl *ctrl, struct xen_sysctl_physinfo *info);

/* Entries written into @topo of *nr entries; *nr becomes the machine's number.
 * @topo NULL asks for the number only. */
int ctrl_host_cpu_topology(struct ctrl *ctrl, struct xen_sysctl_cputopo *topo, uint32_t *nr);
/* @distance: square matrix of *nr columns, may be NULL as may @mem. */
int ctrl_host_numa(struct ctrl *ctrl, struct xen_sysctl_meminfo *mem, uint32_t *distance,
		   uint32_t *nr);
/* Idle nanoseconds of each CPU. */
int ctrl_host_cpu_idle(struct ctrl *ctrl, uint64_t *idle_ns, uint32_t *nr);
/* Bytes free for domains, on @node or everywhere (-1). */
int ctrl_host_free_memory(struct ctrl *ctrl, int node, uint64_t *bytes);

struct ctrl_version {
	unsigned int major, minor;
	char extra[XEN_EXTRAVERSION_LEN];
	char capabilities[1024];
	char changeset[XEN_CHANGESET_INFO_LEN];
	char commandline[1024];
	char compiler[64];
	char compile_by[16];
	char compile_domain[32];
	char compile_date[32];
	char build_id[65]; /* hexadecimal, empty when the image has none */
	uint64_t virt_start;
	uint32_t page_size;
};
int ctrl_host_version(struct ctrl *ctrl, struct ctrl_version *version);

/*
 * The hypervisor's message ring: a new heap string in *text of *len bytes (also
 * NUL-terminated) that the caller frees.  @clear empties the ring.
 */
int ctrl_host_console_read(struct ctrl *ctrl, int clear, char **text, size_t *len);
/* Only what came after *index (0 at first), into @buf of @size; returns bytes. */
int ctrl_host_console_follow(struct ctrl *ctrl, uint32_t *index, char *buf, uint32_t size);
int ctrl_host_debug_keys(struct ctrl *ctrl, const char *keys);

#endif
