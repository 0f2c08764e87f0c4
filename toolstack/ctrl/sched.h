/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Scheduler parameters and CPU pools. */
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

#define CTRL_POOL_MAX_CPUS 1024

struct ctrl_pool {
	uint32_t id;
	uint32_t sched_id;
	uint32_t nr_domains;
	uint8_t cpus[CTRL_POOL_MAX_CPUS / 8];
};

/* The first pool with id >= @first; -ENOENT when there is none. */
int ctrl_pool_info(struct ctrl *ctrl, uint32_t first, struct ctrl_pool *pool);
/* Put a domain into a pool. */
int ctrl_pool_move_domain(struct ctrl *ctrl, uint32_t pool, uint32_t domid);

#endif
