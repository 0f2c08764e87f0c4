/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * HYPERVISOR_domctl (xen/domctl.h), interface version 0x15: entry, and the
 * operations on a domain's life.  One lock serialises all of them.
 */
#include "domctl.h"
#include "time.h"

#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/sched.h>
#include <hv/string.h>

static spinlock_t domctl_lock = SPINLOCK_INIT;

static int destroydomain(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	return d == self || d->privileged ? -XEN_EINVAL : domain_kill(d);
}

static int pausedomain(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	return d == self ? -XEN_EINVAL : domain_pause_by_controller(d);
}

static int unpausedomain(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	return domain_unpause_by_controller(d);
}

static int resumedomain(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	if (d == self)
		return -XEN_EINVAL;
	domain_resume(d);
	return 0;
}

static int getdomaininfo(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	domain_getinfo(d, &op->u.getdomaininfo);
	op->domain = op->u.getdomaininfo.domain;
	*back = true;
	return 0;
}

static int scheduler_op(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	*back = true;
	return cpupool_adjust_domain(d, &op->u.scheduler_op);
}

static int setdomainhandle(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
	return 0;
}

static int settimeoffset(struct domain *self, struct domain *d, struct xen_domctl *op, bool *back)
{
	if (d->external)
		return -XEN_EINVAL;
	domain_set_wallclock(d, op->u.settimeoffset.time_offset_seconds);
	return 0;
}

static int get_address_size(struct domain *self, struct domain *d, struct xen_domctl *op,
			    bool *back)
{
	op->u.address_size.size = 64;
	*back = true;
	return 0;
}

static int set_virq_handler(struct domain *self, struct domain *d, struct xen_domctl *op,
			    bool *back)
{
	return set_global_virq_handler(d, op->u.set_virq_handler.virq);
}

static domctl_fn *const table[] = {
	[XEN_DOMCTL_createdomain] = domctl_createdomain,
	[XEN_DOMCTL_destroydomain] = destroydomain,
	[XEN_DOMCTL_pausedomain] = pausedomain,
	[XEN_DOMCTL_unpausedomain] = unpausedomain,
	[XEN_DOMCTL_getdomaininfo] = getdomaininfo,
	[XEN_DOMCTL_setvcpuaffinity] = domctl_setvcpuaffinity,
	[XEN_DOMCTL_shadow_op] = domctl_shadow_op,
	[XEN_DOMCTL_max_mem] = domctl_max_mem,
	[XEN_DOMCTL_getvcpucontext] = domctl_getvcpucontext,
	[XEN_DOMCTL_getvcpuinfo] = domctl_getvcpuinfo,
	[XEN_DOMCTL_max_vcpus] = domctl_max_vcpus,
	[XEN_DOMCTL_scheduler_op] = scheduler_op,
	[XEN_DOMCTL_setdomainhandle] = setdomainhandle,
	[XEN_DOMCTL_settimeoffset] = settimeoffset,
	[XEN_DOMCTL_getvcpuaffinity] = domctl_getvcpuaffinity,
	[XEN_DOMCTL_resumedomain] = resumedomain,
	[XEN_DOMCTL_sendtrigger] = domctl_sendtrigger,
	[XEN_DOMCTL_gethvmcontext] = domctl_gethvmcontext,
	[XEN_DOMCTL_sethvmcontext] = domctl_sethvmcontext,
	[XEN_DOMCTL_gethvmcontext_partial] = domctl_gethvmcontext_partial,
	[XEN_DOMCTL_get_address_size] = get_address_size,
	[XEN_DOMCTL_gettscinfo] = domctl_gettscinfo,
	[XEN_DOMCTL_settscinfo] = domctl_settscinfo,
	[XEN_DOMCTL_getpageframeinfo3] = domctl_getpageframeinfo3,
	[XEN_DOMCTL_set_virq_handler] = set_virq_handler,
	[XEN_DOMCTL_setnodeaffinity] = domctl_setnodeaffinity,
	[XEN_DOMCTL_getnodeaffinity] = domctl_getnodeaffinity,
	[XEN_DOMCTL_get_cpu_policy] = domctl_get_cpu_policy,
	[XEN_DOMCTL_set_cpu_policy] = domctl_set_cpu_policy,
	[XEN_DOMCTL_get_paging_mempool_size] = domctl_get_mempool,
	[XEN_DOMCTL_set_paging_mempool_size] = domctl_set_mempool,
};

/* What Xen answers for features that a host lacks. */
static int unsupported(uint32_t cmd)
{
	switch (cmd) {
	case XEN_DOMCTL_set_address_size:
	case XEN_DOMCTL_assign_device:
	case XEN_DOMCTL_deassign_device:
	case XEN_DOMCTL_test_assign_device:
	case XEN_DOMCTL_get_device_group:
	case XEN_DOMCTL_bind_pt_irq:
	case XEN_DOMCTL_unbind_pt_irq:
	case XEN_DOMCTL_mem_sharing_op:
	case XEN_DOMCTL_vm_event_op:
	case XEN_DOMCTL_monitor_op:
	case XEN_DOMCTL_audit_p2m:
	case XEN_DOMCTL_vuart_op:
	case XEN_DOMCTL_vmtrace_op:
	case XEN_DOMCTL_setvnumainfo:
	case XEN_DOMCTL_soft_reset:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}

/* getdomaininfo alone is also a search: the next domain from this id on. */
static struct domain *find_target(struct domain *self, const struct xen_domctl *op)
{
	if (op->cmd == XEN_DOMCTL_getdomaininfo)
		return domain_next(op->domain);
	return domain_get_for(self, op->domain);
}

/* Destroying is the one operation whose target may be dying already. */
static bool usable(const struct xen_domctl *op, const struct domain *d)
{
	return d->dying == DOM_ALIVE || op->cmd == XEN_DOMCTL_destroydomain ||
	       op->cmd == XEN_DOMCTL_getdomaininfo || op->cmd == XEN_DOMCTL_getvcpuinfo ||
	       op->cmd == XEN_DOMCTL_getvcpuaffinity || op->cmd == XEN_DOMCTL_getnodeaffinity ||
	       (op->cmd == XEN_DOMCTL_scheduler_op &&
		op->u.scheduler_op.cmd == XEN_DOMCTL_SCHEDOP_getinfo);
}

static int dispatch(struct domain *self, struct xen_domctl *op, bool *copyback)
{
	domctl_fn *fn = op->cmd < ARRAY_SIZE(table) ? table[op->cmd] : NULL;
	struct domain *d;
	int rc;

	if (fn == domctl_createdomain)
		return fn(self, NULL, op, copyback);
	d = find_target(self, op);
	if (!d)
		return -XEN_ESRCH;
	if (!fn)
		rc = unsupported(op->cmd);
	else
		rc = usable(op, d) ? fn(self, d, op, copyback) : -XEN_ESRCH;
	domain_put(d);
	return rc;
}

long do_domctl(struct hypercall *hc)
{
	struct xen_domctl op;
	bool copyback = false;
	long rc;

	if (copy_arg_in(&op, hc->arg[0]))
		return -XEN_EFAULT;
	if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -XEN_EACCES;
	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	/* Waiting would block this CPU: better try again after other work. */
	if (!spin_trylock(&domctl_lock))
		return -XEN_ERESTART;
	rc = dispatch(hc->v->domain, &op, &copyback);
	spin_unlock(&domctl_lock);
	if (copyback && copy_arg_out(hc->arg[0], &op))
		rc = -XEN_EFAULT;
	return rc;
}
