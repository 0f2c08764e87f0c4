/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/vcpu.h"

#include <errno.h>
#include <string.h>

int ctrl_vcpu_context(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu,
		      vcpu_guest_context_t *context)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpucontext, .domain = (domid_t)domid};
	vcpu_guest_context_t *buf = ctrl_buffer_alloc(ctrl, sizeof(*buf));
	int ret;

	if (!buf)
		return -ENOMEM;
	op.u.vcpucontext.vcpu = vcpu;
	set_xen_guest_handle(op.u.vcpucontext.ctxt, buf);
	ret = ctrl_domctl(ctrl, &op);
	if (!ret)
		*context = *buf;
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_vcpu_info(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu,
		   struct xen_domctl_getvcpuinfo *info)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpuinfo, .domain = domid};
	int ret;

	op.u.getvcpuinfo.vcpu = vcpu;
	ret = ctrl_domctl(ctrl, &op);
	if (!ret)
		*info = op.u.getvcpuinfo;
	return ret;
}

/* @hard and @soft go in and come out. */
static int affinity_op(struct ctrl *ctrl, struct xen_domctl *op, uint8_t *hard, uint8_t *soft,
		       unsigned int nr_bits)
{
	struct xen_domctl_vcpuaffinity *aff = &op->u.vcpuaffinity;
	size_t bytes = (nr_bits + 7) / 8;
	uint8_t *buf;
	int ret;

	if (!nr_bits)
		return -EINVAL;
	buf = ctrl_buffer_alloc(ctrl, 2 * bytes);
	if (!buf)
		return -ENOMEM;
	if (hard) {
		memcpy(buf, hard, bytes);
		aff->flags |= XEN_VCPUAFFINITY_HARD;
		set_xen_guest_handle(aff->cpumap_hard.bitmap, buf);
		aff->cpumap_hard.nr_bits = nr_bits;
	}
	if (soft) {
		memcpy(buf + bytes, soft, bytes);
		aff->flags |= XEN_VCPUAFFINITY_SOFT;
		set_xen_guest_handle(aff->cpumap_soft.bitmap, buf + bytes);
		aff->cpumap_soft.nr_bits = nr_bits;
	}
	ret = ctrl_domctl(ctrl, op);
	if (!ret && hard)
		memcpy(hard, buf, bytes);
	if (!ret && soft)
		memcpy(soft, buf + bytes, bytes);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_vcpu_set_affinity(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint8_t *hard,
			   uint8_t *soft, unsigned int nr_bits, bool force)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_setvcpuaffinity, .domain = domid};

	op.u.vcpuaffinity.vcpu = vcpu;
	op.u.vcpuaffinity.flags = force ? XEN_VCPUAFFINITY_FORCE : 0;
	return affinity_op(ctrl, &op, hard, soft, nr_bits);
}

int ctrl_vcpu_get_affinity(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint8_t *hard,
			   uint8_t *soft, unsigned int nr_bits)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpuaffinity, .domain = domid};

	op.u.vcpuaffinity.vcpu = vcpu;
	if (hard)
		memset(hard, 0, (nr_bits + 7) / 8);
	if (soft)
		memset(soft, 0, (nr_bits + 7) / 8);
	return affinity_op(ctrl, &op, hard, soft, nr_bits);
}
