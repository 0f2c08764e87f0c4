/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Scheduler parameters. */
#ifndef CTRL_SCHED_H
#define CTRL_SCHED_H

#include "ctrl/ctrl.h"

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

/* XEN_SCHEDULER_* in libxl's words ("unknown" for others), and back: any case, -ENOENT
 * for a word that is none of them. */
const char *ctrl_sched_name(uint32_t id);
int ctrl_sched_by_name(const char *name, uint32_t *id);

#endif
