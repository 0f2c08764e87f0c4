/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Scheduler parameters. */
#ifndef CTRL_SCHED_H
#define CTRL_SCHED_H

#include "ctrl/ctrl.h"

#include <hv/nacre_sysctl.h>

#define CREDIT2_WEIGHT 256 /* of a domain of which nobody said more; its cap: 0 */

/* XEN_SCHEDULER_* of the default pool. */
int ctrl_sched_id(struct ctrl *ctrl, uint32_t *id);
/* Credit2 parameters of a domain: weight 1..65535, cap in % of a CPU, 0 = none. */
int ctrl_sched_get_credit2(struct ctrl *ctrl, uint32_t domid,
			   struct xen_domctl_sched_credit2 *params);
int ctrl_sched_set_credit2(struct ctrl *ctrl, uint32_t domid,
			   const struct xen_domctl_sched_credit2 *params);
/* Any scheduler: the union is handed through (op->cmd = XEN_DOMCTL_SCHEDOP_*info). */
int ctrl_sched_domain_op(struct ctrl *ctrl, uint32_t domid, struct xen_domctl_scheduler_op *op);
/* Parameters of a pool's scheduler (XEN_SYSCTL_SCHEDOP_getinfo / putinfo). */
int ctrl_sched_pool_op(struct ctrl *ctrl, struct xen_sysctl_scheduler_op *op);

/*
 * What the scheduler did for domains with at least the id *@next, at most @max: how many
 * @records were filled; none: there are no more.  *@next: where to go on.  *@now_ns: the
 * hypervisor's clock.  -ENOSYS: it is not Nacre, -EINVAL: a Nacre of another age.
 */
int ctrl_sched_stats(struct ctrl *ctrl, uint32_t *next, struct nacre_sched_record *records,
		     unsigned int max, uint64_t *now_ns);

/* XEN_SCHEDULER_* in libxl's words ("unknown" for others), and back: any case, -ENOENT
 * for a word that is none of them. */
const char *ctrl_sched_name(uint32_t id);
int ctrl_sched_by_name(const char *name, uint32_t *id);

#endif
