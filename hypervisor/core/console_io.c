/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* console_io: a guest's way to the hypervisor's console (xen/xen.h). */
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/printk.h>

#define CHUNK 128

static long guest_write(struct hypercall *hc)
{
	uint32_t left = hc->arg[1];
	gva_t from = {hc->arg[2]};
	char buf[CHUNK];

	while (left) {
		uint32_t n = MIN(left, sizeof(buf));

		if (copy_from_gva(buf, from, n))
			return -XEN_EFAULT;
		console_guest_write(hc->v->domain, buf, n);
		from.v += n;
		left -= n;
		hc->arg[1] = left;
		hc->arg[2] = from.v;
		if (left && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}

long do_console_io(struct hypercall *hc)
{
	switch (hc->arg[0]) {
	case CONSOLEIO_write:
		return guest_write(hc);
	case CONSOLEIO_read:
		return hc->v->domain->privileged ? 0 : -XEN_EPERM;
	default:
		return -XEN_ENOSYS;
	}
}
