/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/ctrl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(XEN_DOMCTL_INTERFACE_VERSION == 0x15 && XEN_SYSCTL_INTERFACE_VERSION == 0x15,
	       "layouts of Xen 4.17");

int ctrl_open(struct ctrl **out)
{
	struct ctrl *ctrl = calloc(1, sizeof(*ctrl));
	int err;

	*out = NULL;
	if (!ctrl)
		return -ENOMEM;
	ctrl->call = xencall_open(NULL, 0);
	if (!ctrl->call)
		goto fail;
	ctrl->fmem = xenforeignmemory_open(NULL, 0);
	if (!ctrl->fmem)
		goto fail;
	*out = ctrl;
	return 0;
fail:
	err = errno ? -errno : -EIO;
	ctrl_close(ctrl);
	return err;
}

void ctrl_close(struct ctrl *ctrl)
{
	if (!ctrl)
		return;
	if (ctrl->fmem)
		xenforeignmemory_close(ctrl->fmem);
	if (ctrl->call)
		xencall_close(ctrl->call);
	free(ctrl);
}

void *ctrl_buffer_alloc(struct ctrl *ctrl, size_t size)
{
	void *buf = xencall_alloc_buffer(ctrl->call, size);

	if (buf)
		memset(buf, 0, size);
	return buf;
}

void ctrl_buffer_free(struct ctrl *ctrl, void *buf)
{
	if (buf)
		xencall_free_buffer(ctrl->call, buf);
}

int ctrl_domctl(struct ctrl *ctrl, struct xen_domctl *op)
{
	struct xen_domctl *buf = ctrl_buffer_alloc(ctrl, sizeof(*buf));
	int ret;

	if (!buf)
		return -ENOMEM;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	*buf = *op;
	ret = xencall1(ctrl->call, __HYPERVISOR_domctl, (uintptr_t)buf);
	if (ret < 0)
		ret = -errno;
	*op = *buf;
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_sysctl(struct ctrl *ctrl, struct xen_sysctl *op)
{
	struct xen_sysctl *buf = ctrl_buffer_alloc(ctrl, sizeof(*buf));
	int ret;

	if (!buf)
		return -ENOMEM;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	*buf = *op;
	ret = xencall1(ctrl->call, __HYPERVISOR_sysctl, (uintptr_t)buf);
	if (ret < 0)
		ret = -errno;
	*op = *buf;
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_hypercall(struct ctrl *ctrl, unsigned int nr, unsigned int cmd, void *arg, size_t size)
{
	void *buf = NULL;
	int ret;

	if (size) {
		buf = ctrl_buffer_alloc(ctrl, size);
		if (!buf)
			return -ENOMEM;
		memcpy(buf, arg, size);
	}
	ret = xencall2(ctrl->call, nr, cmd, (uintptr_t)buf);
	if (ret < 0)
		ret = -errno;
	if (size)
		memcpy(arg, buf, size);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}
