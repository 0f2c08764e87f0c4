/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domctls about vCPUs: what they do, where they may run. */
#include "domctl.h"
#include "hvm_context.h"

#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/sched.h>

#define AFFINITY_KNOWN (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT | XEN_VCPUAFFINITY_FORCE)

static int vcpu_of(const struct domain *d, uint32_t id, struct vcpu **out)
{
	if (id >= d->max_vcpus)
		return -XEN_EINVAL;
	*out = d->vcpu[id];
	return *out ? 0 : -XEN_ESRCH;
}

int domctl_getvcpuinfo(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	struct xen_domctl_getvcpuinfo *i = &op->u.getvcpuinfo;
	struct vcpu *v;
	uint32_t flags;
	int rc = vcpu_of(d, i->vcpu, &v);

	if (rc)
		return rc;
	flags = READ_ONCE(v->pause_flags);
	i->online = !(flags & VPF_DOWN);
	i->blocked = !!(flags & VPF_BLOCKED);
	/* Whoever asks through the link is the hosted dom0: it runs. */
	i->running = d->external || READ_ONCE(v->running);
	i->cpu_time = vcpu_cpu_time(v);
	i->cpu = v->cpu;
	*copyback = true;
	return 0;
}

int domctl_getvcpucontext(struct domain *self, struct domain *d, struct xen_domctl *op,
			  bool *copyback)
{
	vcpu_guest_context_t *c;
	struct vcpu *v;
	int rc = d == self || d->external ? -XEN_EINVAL : vcpu_of(d, op->u.vcpucontext.vcpu, &v);

	if (rc)
		return rc;
	if (!v->initialised)
		return -XEN_ENODATA;
	c = heap_alloc(sizeof(*c));
	if (!c)
		return -XEN_ENOMEM;
	vcpu_pause(v);
	hvm_state_to_context(v, c);
	vcpu_unpause(v);
	if (copy_to_handle(op->u.vcpucontext.ctxt, c, 1))
		rc = -XEN_EFAULT;
	heap_free(c);
	return rc;
}

/* The masks to set, and those that take effect, written back to the caller. */
static int set_affinity(struct vcpu *v, struct xen_domctl_vcpuaffinity *a)
{
	struct cpumask hard = v->hard, soft = v->soft;
	uint64_t online = cpupool_cpus(v->domain);
	int rc;

	if ((a->flags & XEN_VCPUAFFINITY_HARD) && bitmap_get(&a->cpumap_hard, &hard.bits))
		return -XEN_EFAULT;
	if ((a->flags & XEN_VCPUAFFINITY_SOFT) && bitmap_get(&a->cpumap_soft, &soft.bits))
		return -XEN_EFAULT;
	rc = sched_set_affinity(v, &hard, &soft);
	if (rc)
		return rc;
	if ((a->flags & XEN_VCPUAFFINITY_HARD) && bitmap_put(&a->cpumap_hard, hard.bits & online))
		return -XEN_EFAULT;
	if ((a->flags & XEN_VCPUAFFINITY_SOFT) &&
	    bitmap_put(&a->cpumap_soft, soft.bits & hard.bits & online))
		return -XEN_EFAULT;
	return 0;
}

int domctl_setvcpuaffinity(struct domain *self, struct domain *d, struct xen_domctl *op,
			   bool *copyback)
{
	struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	struct vcpu *v;
	int rc;

	if (!(a->flags & AFFINITY_KNOWN) || a->flags & ~AFFINITY_KNOWN)
		return -XEN_EINVAL;
	rc = vcpu_of(d, a->vcpu, &v);
	if (rc)
		return rc;
	/* FORCE undoes a temporary pinning, of which there is none. */
	if (!(a->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)))
		return 0;
	/* The hosted domain 0 runs on the host's CPUs, not on these. */
	return d->external ? -XEN_EOPNOTSUPP : set_affinity(v, a);
}

int domctl_getvcpuaffinity(struct domain *self, struct domain *d, struct xen_domctl *op,
			   bool *copyback)
{
	const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	uint64_t online = cpus_online_mask();
	struct vcpu *v;
	int rc;

	if (!(a->flags & AFFINITY_KNOWN) || a->flags & ~AFFINITY_KNOWN)
		return -XEN_EINVAL;
	rc = vcpu_of(d, a->vcpu, &v);
	if (!rc && (a->flags & XEN_VCPUAFFINITY_HARD))
		rc = bitmap_put(&a->cpumap_hard, v->hard.bits & online);
	if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
		rc = bitmap_put(&a->cpumap_soft, v->soft.bits & online);
	return rc;
}

/* One node: the only set with an effect is the one that has it. */
int domctl_setnodeaffinity(struct domain *self, struct domain *d, struct xen_domctl *op,
			   bool *copyback)
{
	uint64_t nodes;
	int rc = bitmap_get(&op->u.nodeaffinity.nodemap, &nodes);

	if (rc)
		return rc;
	return nodes & 1 ? 0 : -XEN_EINVAL;
}

int domctl_getnodeaffinity(struct domain *self, struct domain *d, struct xen_domctl *op,
			   bool *copyback)
{
	return bitmap_put(&op->u.nodeaffinity.nodemap, 1);
}

int domctl_sendtrigger(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	struct vcpu *v;
	int rc = vcpu_of(d, op->u.sendtrigger.vcpu, &v);

	if (rc)
		return rc == -XEN_EINVAL ? -XEN_ESRCH : rc;
	/* PVH guests have no power or sleep button. */
	if (op->u.sendtrigger.trigger != XEN_DOMCTL_SENDTRIGGER_NMI || d->external)
		return -XEN_ENOSYS;
	if (!__atomic_exchange_n(&v->nmi_pending, 1, __ATOMIC_SEQ_CST))
		vcpu_kick(v);
	return 0;
}
