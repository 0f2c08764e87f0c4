/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_hvm_op (xen/hvm/hvm_op.h, xen/hvm/params.h). */
#include "evtchn.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/p2m.h>
#include <hv/vlapic.h>
#include <xen/hvm/hvm_op.h>

#define VECTOR_MIN	 0x10 /* lower ones are exceptions */
#define VIA_TYPE_SHIFT	 56
#define TRACE_EVENT_BITS 12 /* a guest's events are of one subclass */

/* Who may do what with a parameter. Default: the guest itself may not. */
enum { GUEST_GET = 1, GUEST_SET = 2, ONCE = 4, OBSOLETE = 8 };
static const uint8_t access[HVM_NR_PARAMS] = {
	[HVM_PARAM_CALLBACK_IRQ] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_STORE_PFN] = GUEST_GET,
	[HVM_PARAM_STORE_EVTCHN] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_CONSOLE_PFN] = GUEST_GET,
	[HVM_PARAM_CONSOLE_EVTCHN] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_VM86_TSS] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_VM86_TSS_SIZED] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_ACPI_IOPORTS_LOCATION] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_VM_GENERATION_ID_ADDR] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_X87_FIP_WIDTH] = GUEST_GET | GUEST_SET,
	[HVM_PARAM_ALTP2M] = GUEST_GET | ONCE,
	[HVM_PARAM_VIRIDIAN] = ONCE,
	[HVM_PARAM_IOREQ_SERVER_PFN] = ONCE,
	[HVM_PARAM_NR_IOREQ_SERVER_PAGES] = ONCE,
	[HVM_PARAM_MCA_CAP] = ONCE,
	[HVM_PARAM_PAE_ENABLED] = OBSOLETE,
	[HVM_PARAM_DM_DOMAIN] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_CR0] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_CR3] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_CR4] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_INT3] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_SINGLE_STEP] = OBSOLETE,
	[HVM_PARAM_MEMORY_EVENT_MSR] = OBSOLETE,
	[HVM_PARAM_NESTEDHVM] = OBSOLETE,
	[HVM_PARAM_BUFIOREQ_EVTCHN] = OBSOLETE,
	[HVM_PARAM_IOREQ_PFN] = OBSOLETE,
	[HVM_PARAM_BUFIOREQ_PFN] = OBSOLETE,
};

static long get_target(struct hypercall *hc, xen_hvm_param_t *p, struct domain **out)
{
	struct domain *self = hc->v->domain, *d;

	/* The layout is the same for 32-bit callers. */
	if (copy_arg_in(p, hc->arg[1]))
		return -XEN_EFAULT;
	if (p->index >= HVM_NR_PARAMS)
		return -XEN_EINVAL;
	d = domain_get_for(self, p->domid);
	if (!d)
		return -XEN_ESRCH;
	if (d->external || (d != self && !self->privileged)) {
		long rc = d->external ? -XEN_EINVAL : -XEN_EPERM;

		domain_put(d);
		return rc;
	}
	*out = d;
	return 0;
}

/* d->lock held. */
static long check_set(const struct domain *self, const struct domain *d, const xen_hvm_param_t *p)
{
	uint8_t a = access[p->index];

	if (a & OBSOLETE)
		return -XEN_EINVAL;
	if (d == self && !(a & GUEST_SET))
		return -XEN_EPERM;
	if ((a & ONCE) && d->hvm_params[p->index] && p->value != d->hvm_params[p->index])
		return -XEN_EEXIST;
	return 0;
}

static long check_value(const xen_hvm_param_t *p)
{
	switch (p->index) {
	case HVM_PARAM_TIMER_MODE:
		return p->value > HVMPTM_one_missed_tick_pending ? -XEN_EINVAL : 0;
	case HVM_PARAM_TRIPLE_FAULT_REASON:
		return p->value > SHUTDOWN_MAX ? -XEN_EINVAL : 0;
	case HVM_PARAM_X87_FIP_WIDTH:
		return p->value != 0 && p->value != 4 && p->value != 8 ? -XEN_EINVAL : 0;
	/* These features do not exist; only "off" is a truthful setting. */
	case HVM_PARAM_ACPI_S_STATE:
	case HVM_PARAM_ALTP2M:
	case HVM_PARAM_MCA_CAP:
	case HVM_PARAM_VIRIDIAN:
	case HVM_PARAM_NR_IOREQ_SERVER_PAGES:
		return p->value ? -XEN_EINVAL : 0;
	default:
		return 0;
	}
}

static void apply(struct domain *d, const xen_hvm_param_t *p)
{
	d->hvm_params[p->index] = p->value;
	if (p->index != HVM_PARAM_CALLBACK_IRQ)
		return;
	/* Lines and GSIs belong to platforms with interrupt controllers. */
	WRITE_ONCE(d->callback_vector, p->value >> VIA_TYPE_SHIFT == HVM_PARAM_CALLBACK_TYPE_VECTOR
					       ? (uint8_t)p->value
					       : 0);
}

static long set_param(struct hypercall *hc)
{
	xen_hvm_param_t p;
	struct domain *d;
	long rc = get_target(hc, &p, &d);

	if (rc)
		return rc;
	spin_lock(&d->lock);
	rc = check_set(hc->v->domain, d, &p);
	if (!rc)
		rc = check_value(&p);
	if (!rc)
		apply(d, &p);
	spin_unlock(&d->lock);
	if (!rc && p.index == HVM_PARAM_CALLBACK_IRQ)
		evtchn_latch_width(d, hc);
	domain_put(d);
	return rc;
}

static long get_param(struct hypercall *hc)
{
	xen_hvm_param_t p;
	struct domain *d;
	long rc = get_target(hc, &p, &d);

	if (rc)
		return rc;
	if (access[p.index] & OBSOLETE)
		rc = -XEN_EINVAL;
	else if (d == hc->v->domain && !(access[p.index] & GUEST_GET))
		rc = -XEN_EPERM;
	p.value = READ_ONCE(d->hvm_params[p.index]);
	domain_put(d);
	if (!rc && copy_arg_out(hc->arg[1], &p))
		rc = -XEN_EFAULT;
	return rc;
}

static long set_upcall_vector(struct hypercall *hc)
{
	xen_hvm_evtchn_upcall_vector_t op;
	struct domain *d = hc->v->domain;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	if (d->external || op.vector < VECTOR_MIN)
		return -XEN_EINVAL;
	if (op.vcpu >= d->max_vcpus || !d->vcpu[op.vcpu])
		return -XEN_ENOENT;
	WRITE_ONCE(d->vcpu[op.vcpu]->upcall_vector, op.vector);
	/* What became pending before had no vector to come by. */
	vlapic_set_irq(d->vcpu[op.vcpu], op.vector);
	return 0;
}

static uint16_t mem_type_of(enum p2m_type type)
{
	switch (type) {
	case P2M_NONE:
	case P2M_APIC:
		return HVMMEM_mmio_dm;
	case P2M_RAM_RO:
	case P2M_GRANT_RO:
		return HVMMEM_ram_ro;
	default:
		return HVMMEM_ram_rw;
	}
}

static long get_mem_type(struct hypercall *hc)
{
	struct domain *self = hc->v->domain, *d;
	struct xen_hvm_get_mem_type op;
	enum p2m_type type;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	d = domain_get_for(self, op.domid);
	if (!d)
		return -XEN_ESRCH;
	if (d != self && !self->privileged) {
		domain_put(d);
		return -XEN_EPERM;
	}
	p2m_get(d, mk_gfn(op.pfn), &type, NULL);
	domain_put(d);
	op.mem_type = mem_type_of(type);
	return copy_arg_out(hc->arg[1], &op) ? -XEN_EFAULT : 0;
}

static long get_time(struct hypercall *hc)
{
	struct xen_hvm_get_time op = {.now = (uint64_t)arch_now().ns};

	return copy_arg_out(hc->arg[1], &op) ? -XEN_EFAULT : 0;
}

/* For guests that share shadow page tables with Xen; none does. */
static long pagetable_dying(struct hypercall *hc)
{
	struct xen_hvm_pagetable_dying op;
	struct domain *d;
	bool own;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	d = domain_get_for(hc->v->domain, op.domid);
	if (!d)
		return -XEN_ESRCH;
	own = d == hc->v->domain;
	domain_put(d);
	return own ? -XEN_EINVAL : -XEN_EOPNOTSUPP;
}

/* A record for a trace buffer: there is none, so it is dropped as when Xen's is off. */
static long guest_trace(struct hypercall *hc)
{
	struct xen_hvm_xentrace op;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	return op.extra_bytes > sizeof(op.extra) || op.event >> TRACE_EVENT_BITS ? -XEN_EINVAL : 0;
}

long do_hvm_op(struct hypercall *hc)
{
	switch ((unsigned int)hc->arg[0]) {
	case HVMOP_set_param:
		return set_param(hc);
	case HVMOP_get_param:
		return get_param(hc);
	case HVMOP_set_evtchn_upcall_vector:
		return set_upcall_vector(hc);
	case HVMOP_flush_tlbs:
		if (hc->arg[1])
			return -XEN_EINVAL;
		if (!hc->v->domain->external)
			hvm_p2m_flush(hc->v->domain);
		return 0;
	case HVMOP_get_mem_type:
		return get_mem_type(hc);
	case HVMOP_get_time:
		return get_time(hc);
	case HVMOP_pagetable_dying:
		return pagetable_dying(hc);
	case HVMOP_xentrace:
		return guest_trace(hc);
	case HVMOP_guest_request_vm_event:
		return hc->arg[1] ? -XEN_EINVAL : 0; /* nobody monitors */
	case HVMOP_altp2m:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}
