/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Sysctls that Xen does not have: command numbers far above Xen's (xen/sysctl.h
 * counts from 1), the same structure, and the union's place for arguments.  Xen
 * answers -ENOSYS to each.  Both sides include this file; numbers and layouts that
 * were once released stay.
 */
#ifndef HV_NACRE_SYSCTL_H
#define HV_NACRE_SYSCTL_H

#include <xen/sysctl.h>

#define NACRE_SYSCTL_FIRST 0x4e410000u /* "NA" */

/*
 * What the hypervisor knows of one payload and Xen's LIST does not tell.
 * -ENOENT, -EINVAL, -EFAULT: the name, as for XEN_SYSCTL_LIVEPATCH_GET.
 */
#define NACRE_SYSCTL_livepatch_info (NACRE_SYSCTL_FIRST + 0)
#define NACRE_BUILD_ID_MAX	    64
struct nacre_sysctl_livepatch_info {
	struct xen_livepatch_name name; /* IN */
	uint64_t pause_ns;  /* OUT: the CPUs' stop for its last action; 0: there was none */
	uint64_t gather_ns; /* OUT: the part of it until all had met */
	uint32_t position;  /* OUT: in the stack of applied payloads from 1, 0: not applied */
	uint32_t functions; /* OUT: that it replaces */
	uint32_t cmd;	    /* OUT: LIVEPATCH_ACTION_* of that last action, or 0 */
	uint32_t id_len;    /* OUT: bytes of build_id, the rest of which is 0 */
	uint8_t build_id[NACRE_BUILD_ID_MAX]; /* OUT */
};

/* The arguments of a Nacre sysctl in Xen's structure. */
#define NACRE_SYSCTL_ARG(op, type) ((struct nacre_sysctl_##type *)(op)->u.pad)
_Static_assert(sizeof(struct nacre_sysctl_livepatch_info) <=
		       sizeof(((struct xen_sysctl *)0)->u.pad),
	       "fits into the union");

#endif
