/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A domain's grant table seen from outside. */
#ifndef CTRL_GNTTAB_H
#define CTRL_GNTTAB_H

#include "ctrl/ctrl.h"

#include <xen/grant_table.h>

struct ctrl_grant {
	uint32_t ref;	 /* below 8 (GNTTAB_NR_RESERVED_ENTRIES) */
	uint32_t remote; /* domain that may map it */
	xen_pfn_t gfn;
};

/* Write reserved entries of a version-1 table, through a mapping of its first frame. */
int ctrl_gnttab_seed(struct ctrl *ctrl, uint32_t domid, const struct ctrl_grant *grants,
		     unsigned int nr);

#endif
