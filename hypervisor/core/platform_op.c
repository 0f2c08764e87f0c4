/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * HYPERVISOR_platform_op and HYPERVISOR_physdev_op (xen/platform.h,
 * xen/physdev.h).  Hosted, domain 0 has no hardware, so nearly nothing is left.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/pcpu.h>
#include <xen/platform.h>

static long cpu_info(struct hypercall *hc, xen_platform_op_t *op)
{
	struct xenpf_pcpuinfo *c = &op->u.pcpu_info;
	uint32_t cpu = c->xen_cpuid;

	c->max_present = nr_cpus_online - 1;
	if (cpu >= nr_cpus_online) {
		c->flags = XEN_PCPU_FLAGS_INVALID;
	} else {
		c->flags = XEN_PCPU_FLAGS_ONLINE;
		c->apic_id = c->acpi_id = cpu;
	}
	return copy_arg_out(hc->arg[0], op) ? -XEN_EFAULT : 0;
}

long do_platform_op(struct hypercall *hc)
{
	xen_platform_op_t op;

	if (copy_arg_in(&op, hc->arg[0]))
		return -XEN_EFAULT;
	if (op.interface_version != XENPF_INTERFACE_VERSION)
		return -XEN_EACCES;
	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	switch (op.cmd) {
	case XENPF_get_cpuinfo:
		return cpu_info(hc, &op);
	default:
		return -XEN_ENOSYS;
	}
}

/* As Xen answers guests without physical interrupts and devices. */
long do_physdev_op(struct hypercall *hc)
{
	return -XEN_ENOSYS;
}
