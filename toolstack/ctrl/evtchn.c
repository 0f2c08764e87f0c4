/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/evtchn.h"

#include <xen/event_channel.h>

int ctrl_evtchn_alloc_unbound(struct ctrl *ctrl, uint32_t domid, uint32_t remote, uint32_t *port)
{
	struct evtchn_alloc_unbound arg = {.dom = domid, .remote_dom = remote};
	int ret = ctrl_hypercall(ctrl, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &arg,
				 sizeof(arg));

	if (!ret)
		*port = arg.port;
	return ret;
}

int ctrl_evtchn_reset(struct ctrl *ctrl, uint32_t domid)
{
	struct evtchn_reset arg = {.dom = domid};

	return ctrl_hypercall(ctrl, __HYPERVISOR_event_channel_op, EVTCHNOP_reset, &arg,
			      sizeof(arg));
}
