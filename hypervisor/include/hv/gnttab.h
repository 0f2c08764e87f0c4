/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grant tables (xen/grant_table.h). Lock: gnttab.lock of each domain,
 * lower domain id first when two are needed. */
#ifndef HV_GNTTAB_H
#define HV_GNTTAB_H

#include <hv/types.h>

/* Frame @idx of the shared table (growing it as needed up to the limit), with a
 * reference. @status: a status frame of version 2. -XEN_EINVAL beyond the limit. */
int gnttab_get_frame(struct domain *d, uint32_t idx, bool status, mfn_t *out);
/* How many frames of a kind the domain may come to have. */
uint32_t gnttab_max_frames(const struct domain *d, bool status);

#endif
