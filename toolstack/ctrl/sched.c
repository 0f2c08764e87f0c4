/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/sched.h"

#include <errno.h>
#include <string.h>

int ctrl_sched_id(struct ctrl *ctrl, uint32_t *id)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_sched_id};
	int ret = ctrl_sysctl(ctrl, &op);

	if (!ret)
		*id = op.u.sched_id.sched_id;
	return ret;
}

int ctrl_sched_domain_op(struct ctrl *ctrl, uint32_t domid, struct xen_domctl_scheduler_op *sched)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_scheduler_op, .domain = domid};
	int ret;

	op.u.scheduler_op = *sched;
	ret = ctrl_domctl(ctrl, &op);
	if (!ret)
		*sched = op.u.scheduler_op;
	return ret;
}

int ctrl_sched_get_credit2(struct ctrl *ctrl, uint32_t domid,
			   struct xen_domctl_sched_credit2 *params)
{
	struct xen_domctl_scheduler_op op = {.sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = XEN_DOMCTL_SCHEDOP_getinfo};
	int ret = ctrl_sched_domain_op(ctrl, domid, &op);

	if (!ret)
		*params = op.u.credit2;
	return ret;
}

int ctrl_sched_set_credit2(struct ctrl *ctrl, uint32_t domid,
			   const struct xen_domctl_sched_credit2 *params)
{
	struct xen_domctl_scheduler_op op = {.sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = XEN_DOMCTL_SCHEDOP_putinfo};

	op.u.credit2 = *params;
	return ctrl_sched_domain_op(ctrl, domid, &op);
}

int ctrl_sched_pool_op(struct ctrl *ctrl, struct xen_sysctl_scheduler_op *sched)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_scheduler_op};
	int ret;

	op.u.scheduler_op = *sched;
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret)
		*sched = op.u.scheduler_op;
	return ret;
}

int ctrl_pool_info(struct ctrl *ctrl, uint32_t first, struct ctrl_pool *pool)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};
	struct xen_sysctl_cpupool_op *info = &op.u.cpupool_op;
	uint8_t *buf = ctrl_buffer_alloc(ctrl, sizeof(pool->cpus));
	int ret;

	if (!buf)
		return -ENOMEM;
	info->op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	info->cpupool_id = first;
	info->cpumap.nr_bits = CTRL_POOL_MAX_CPUS;
	set_xen_guest_handle(info->cpumap.bitmap, buf);
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret) {
		pool->id = info->cpupool_id;
		pool->sched_id = info->sched_id;
		pool->nr_domains = info->n_dom;
		memcpy(pool->cpus, buf, sizeof(pool->cpus));
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_pool_move_domain(struct ctrl *ctrl, uint32_t pool, uint32_t domid)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
	op.u.cpupool_op.cpupool_id = pool;
	op.u.cpupool_op.domid = domid;
	return ctrl_sysctl(ctrl, &op);
}
