/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* multicall: several hypercalls at once (xen/xen.h, multicall_entry). */
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>

/* Executes one entry; its result is written back, its continuation is ours. */
static int one_call(struct hypercall *hc, XEN_GUEST_HANDLE(multicall_entry_t) list)
{
	multicall_entry_t e;
	struct hypercall sub = {.compat = hc->compat, .v = hc->v};
	long rc;

	if (copy_from_handle(&e, list, 1))
		return -XEN_EFAULT;
	/* A list inside a list could nest without end. */
	if (e.op == __HYPERVISOR_multicall) {
		rc = -XEN_EINVAL;
	} else {
		sub.nr = e.op;
		for (int i = 0; i < 5; i++)
			sub.arg[i] = e.args[i];
		rc = hypercall_do(&sub);
	}
	if (rc == -XEN_ERESTART) {
		for (int i = 0; i < 5; i++)
			e.args[i] = sub.arg[i];
	} else {
		e.result = rc;
	}
	if (copy_to_handle(list, &e, 1))
		return -XEN_EFAULT;
	return rc == -XEN_ERESTART ? -XEN_ERESTART : 0;
}

long do_multicall(struct hypercall *hc)
{
	if (hc->compat)
		return -XEN_ENOSYS; /* 32-bit entries have another layout */
	while ((uint32_t)hc->arg[1]) {
		XEN_GUEST_HANDLE(multicall_entry_t) list =
			ARG_HANDLE(multicall_entry_t, hc->arg[0]);
		int rc = one_call(hc, list);

		if (rc)
			return rc;
		hc->arg[0] += sizeof(multicall_entry_t);
		hc->arg[1] = (uint32_t)hc->arg[1] - 1;
		if ((uint32_t)hc->arg[1] && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}
