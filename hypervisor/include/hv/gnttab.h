/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grant table version 1 (xen/grant_table.h). Lock: gnttab.lock of each domain,
 * lower domain id first when two are needed. */
#ifndef HV_GNTTAB_H
#define HV_GNTTAB_H

#include <hv/types.h>

/* Frame @idx of the shared table (growing it as needed up to the limit); takes
 * no reference. @status: v2 status frames. -XEN_EINVAL beyond the limit. */
int gnttab_get_frame(struct domain *d, uint32_t idx, bool status, mfn_t *out);

#endif
