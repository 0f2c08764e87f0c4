/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/cpupool.h"

#include <errno.h>
#include <string.h>

/* An operation that answers with a set of CPUs. */
static int with_cpus(struct ctrl *ctrl, struct xen_sysctl *op, uint8_t *cpus)
{
	size_t bytes = CTRL_CPUPOOL_MAX_CPUS / 8;
	uint8_t *buf = ctrl_buffer_alloc(ctrl, bytes);
	int ret;

	if (!buf)
		return -ENOMEM;
	op->u.cpupool_op.cpumap.nr_bits = CTRL_CPUPOOL_MAX_CPUS;
	set_xen_guest_handle(op->u.cpupool_op.cpumap.bitmap, buf);
	ret = ctrl_sysctl(ctrl, op);
	if (!ret)
		memcpy(cpus, buf, bytes);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_cpupool_info(struct ctrl *ctrl, uint32_t first, struct ctrl_cpupool *pool)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};
	int ret;

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	op.u.cpupool_op.cpupool_id = first;
	ret = with_cpus(ctrl, &op, pool->cpus);
	if (ret)
		return ret;
	pool->id = op.u.cpupool_op.cpupool_id;
	pool->sched_id = op.u.cpupool_op.sched_id;
	pool->nr_domains = op.u.cpupool_op.n_dom;
	return 0;
}

int ctrl_cpupool_free_cpus(struct ctrl *ctrl, uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8])
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
	return with_cpus(ctrl, &op, cpus);
}

int ctrl_cpupool_create(struct ctrl *ctrl, uint32_t *id, uint32_t sched_id)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};
	int ret;

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_CREATE;
	op.u.cpupool_op.cpupool_id = *id;
	op.u.cpupool_op.sched_id = sched_id;
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret)
		*id = op.u.cpupool_op.cpupool_id;
	return ret;
}

int ctrl_cpupool_destroy(struct ctrl *ctrl, uint32_t id)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
	op.u.cpupool_op.cpupool_id = id;
	return ctrl_sysctl(ctrl, &op);
}

static int cpu_op(struct ctrl *ctrl, uint32_t what, uint32_t id, uint32_t cpu)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

	op.u.cpupool_op.op = what;
	op.u.cpupool_op.cpupool_id = id;
	op.u.cpupool_op.cpu = cpu;
	return ctrl_sysctl(ctrl, &op);
}

int ctrl_cpupool_add_cpu(struct ctrl *ctrl, uint32_t id, uint32_t cpu)
{
	return cpu_op(ctrl, XEN_SYSCTL_CPUPOOL_OP_ADDCPU, id, cpu);
}

int ctrl_cpupool_remove_cpu(struct ctrl *ctrl, uint32_t id, uint32_t cpu)
{
	return cpu_op(ctrl, XEN_SYSCTL_CPUPOOL_OP_RMCPU, id, cpu);
}

int ctrl_cpupool_move_domain(struct ctrl *ctrl, uint32_t id, uint32_t domid)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
	op.u.cpupool_op.cpupool_id = id;
	op.u.cpupool_op.domid = domid;
	return ctrl_sysctl(ctrl, &op);
}
