/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/sched.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

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

int ctrl_sched_stats(struct ctrl *ctrl, uint32_t *next, struct nacre_sched_record *records,
		     unsigned int max, uint64_t *now_ns)
{
	struct xen_sysctl op = {.cmd = NACRE_SYSCTL_sched_stats};
	struct nacre_sysctl_sched_stats *arg = NACRE_SYSCTL_ARG(&op, sched_stats);
	void *buf = ctrl_buffer_alloc(ctrl, max * sizeof(*records));
	int ret;

	if (!buf)
		return -ENOMEM;
	arg->first_domain = *next;
	arg->nr = max;
	arg->record_size = sizeof(*records);
	set_xen_guest_handle(arg->buffer, buf);
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret && arg->nr > max)
		ret = -EPROTO;
	if (!ret) {
		memcpy(records, buf, arg->nr * sizeof(*records));
		*next = arg->first_domain;
		*now_ns = arg->now_ns;
		ret = (int)arg->nr;
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
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

/* The words of libxl_types.idl. */
static const struct {
	uint32_t id;
	const char *word;
} names[] = {
	{4, "sedf"}, /* gone from Xen, but libxl still knows the word */
	{XEN_SCHEDULER_CREDIT, "credit"},
	{XEN_SCHEDULER_CREDIT2, "credit2"},
	{XEN_SCHEDULER_ARINC653, "arinc653"},
	{XEN_SCHEDULER_RTDS, "rtds"},
	{XEN_SCHEDULER_NULL, "null"},
};

const char *ctrl_sched_name(uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].id == id)
			return names[i].word;
	return "unknown";
}

int ctrl_sched_by_name(const char *name, uint32_t *id)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(names[i].word, name) != 0)
			continue;
		*id = names[i].id;
		return 0;
	}
	return -ENOENT;
}
