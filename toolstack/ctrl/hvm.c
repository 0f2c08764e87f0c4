/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/hvm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xen/hvm/hvm_op.h>

int ctrl_hvm_param_get(struct ctrl *ctrl, uint32_t domid, uint32_t index, uint64_t *value)
{
	struct xen_hvm_param arg = {.domid = domid, .index = index};
	int ret = ctrl_hypercall(ctrl, __HYPERVISOR_hvm_op, HVMOP_get_param, &arg, sizeof(arg));

	if (!ret)
		*value = arg.value;
	return ret;
}

int ctrl_hvm_param_set(struct ctrl *ctrl, uint32_t domid, uint32_t index, uint64_t value)
{
	struct xen_hvm_param arg = {.domid = domid, .index = index, .value = value};

	return ctrl_hypercall(ctrl, __HYPERVISOR_hvm_op, HVMOP_set_param, &arg, sizeof(arg));
}

int ctrl_hvm_context_get(struct ctrl *ctrl, uint32_t domid, void **data, uint32_t *size)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_gethvmcontext, .domain = domid};
	uint32_t room;
	uint8_t *buf;
	int ret = ctrl_domctl(ctrl, &op);

	*data = NULL;
	if (ret)
		return ret;
	room = op.u.hvmcontext.size;
	buf = ctrl_buffer_alloc(ctrl, room);
	if (!buf)
		return -ENOMEM;
	set_xen_guest_handle(op.u.hvmcontext.buffer, buf);
	ret = ctrl_domctl(ctrl, &op);
	if (!ret && op.u.hvmcontext.size > room)
		ret = -EPROTO;
	if (!ret) {
		*size = op.u.hvmcontext.size;
		*data = malloc(*size ? *size : 1);
		if (*data)
			memcpy(*data, buf, *size);
		else
			ret = -ENOMEM;
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_hvm_context_set(struct ctrl *ctrl, uint32_t domid, const void *data, uint32_t size)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_sethvmcontext, .domain = domid};
	uint8_t *buf = ctrl_buffer_alloc(ctrl, size);
	int ret;

	if (!buf)
		return -ENOMEM;
	memcpy(buf, data, size);
	op.u.hvmcontext.size = size;
	set_xen_guest_handle(op.u.hvmcontext.buffer, buf);
	ret = ctrl_domctl(ctrl, &op);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}
