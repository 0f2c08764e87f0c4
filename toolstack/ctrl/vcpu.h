/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* State and placement of a domain's vCPUs. */
#ifndef CTRL_VCPU_H
#define CTRL_VCPU_H

#include <stdbool.h>

#include "ctrl/ctrl.h"

/* -ESRCH: no such domain or vCPU. */
int ctrl_vcpu_info(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu,
		   struct xen_domctl_getvcpuinfo *info);
/* Its registers; the domain should be paused.  -ESRCH, -ENODATA: it never ran. */
int ctrl_vcpu_context(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu,
		      vcpu_guest_context_t *context);
/*
 * CPU sets are bitmaps of @nr_bits bits, bit 0 of byte 0 is CPU 0; NULL leaves
 * that kind alone.  After a set the maps hold what is in effect.  @force also undoes a
 * temporary pinning that the domain's kernel asked for.
 */
int ctrl_vcpu_set_affinity(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint8_t *hard,
			   uint8_t *soft, unsigned int nr_bits, bool force);
int ctrl_vcpu_get_affinity(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint8_t *hard,
			   uint8_t *soft, unsigned int nr_bits);

#endif
