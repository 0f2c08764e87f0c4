/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_sched_op (xen/sched.h). */
#include "evtchn.h"
#include "time.h"

#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>
#include <hv/hypercall.h>
#include <hv/sched.h>

#define POLL_MAX_PORTS 128

struct poll_args {
	uint64_t ports, timeout;
	uint32_t nr;
};

static int get_poll(const struct hypercall *hc, struct poll_args *out)
{
	struct sched_poll p;
	struct {
		uint32_t ports, nr;
		uint64_t timeout;
	} p32;

	if (hc->compat) {
		if (copy_arg_in(&p32, hc->arg[1]))
			return -XEN_EFAULT;
		*out = (struct poll_args){p32.ports, p32.timeout, p32.nr};
		return 0;
	}
	if (copy_arg_in(&p, hc->arg[1]))
		return -XEN_EFAULT;
	*out = (struct poll_args){(uintptr_t)p.ports.p, p.timeout, p.nr_ports};
	return 0;
}

/* 1: one of the ports is pending. */
static int look_at_ports(struct hypercall *hc, const struct poll_args *a)
{
	for (uint32_t i = 0; i < a->nr; i++) {
		evtchn_port_t port;
		int rc;

		if (handle_copy_in(&port, a->ports, i, 1, sizeof(port)))
			return -XEN_EFAULT;
		rc = evtchn_any_pending(hc->v->domain, &port, 1);
		if (rc)
			return rc;
		if (a->nr == 1)
			WRITE_ONCE(hc->v->poll_port, (int32_t)port);
	}
	return 0;
}

/* What would be delivered to @v if it went on now: with interrupts off, only an
 * NMI.  A lock waiter sleeps although other events are pending. */
static bool deliverable(const struct vcpu *v)
{
	return READ_ONCE(v->nmi_pending) || (hvm_interrupts_enabled(v) && vcpu_has_wakeup(v));
}

/*
 * First be seen as a blocked poller of everything, then look: an event that
 * comes in between finds the poller and wakes it.
 */
static long poll(struct hypercall *hc)
{
	struct vcpu *v = hc->v;
	struct poll_args a;
	int rc;

	if (get_poll(hc, &a))
		return -XEN_EFAULT;
	if (a.nr > POLL_MAX_PORTS)
		return -XEN_EINVAL;
	timer_stop(&v->poll);
	WRITE_ONCE(v->poll_port, 0);
	vcpu_set_flags(v, VPF_BLOCKED);
	if (!__atomic_exchange_n(&v->polling, true, __ATOMIC_SEQ_CST))
		__atomic_fetch_add(&v->domain->poll_mask_any, 1, __ATOMIC_SEQ_CST);
	rc = deliverable(v) ? 1 : look_at_ports(hc, &a);
	if (!rc) {
		if (a.timeout)
			vcpu_set_poll_timer(
				v, (stime_t){(int64_t)MIN(a.timeout, (uint64_t)INT64_MAX)});
		return 0;
	}
	vcpu_poll_end(v);
	vcpu_unblock(v);
	return rc < 0 ? rc : 0;
}

static long block(struct vcpu *v)
{
	v->vcpu_info->evtchn_upcall_mask = 0;
	vcpu_block(v);
	return 0;
}

static long shutdown(struct hypercall *hc)
{
	struct sched_shutdown op;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	domain_shutdown(hc->v->domain, (uint8_t)op.reason);
	return 0;
}

/* Name the reason of a shutdown that is still to come. */
static long shutdown_code(struct hypercall *hc)
{
	struct domain *d = hc->v->domain;
	struct sched_shutdown op;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	spin_lock(&d->lock);
	if (d->shutdown_code == SHUTDOWN_CODE_INVALID)
		d->shutdown_code = (uint8_t)op.reason;
	spin_unlock(&d->lock);
	return 0;
}

static long remote_shutdown(struct hypercall *hc)
{
	struct sched_remote_shutdown op;
	struct domain *d;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	d = domain_get(op.domain_id);
	if (!d)
		return -XEN_ESRCH;
	if (!hc->v->domain->privileged || d->external) {
		domain_put(d);
		return -XEN_EPERM;
	}
	domain_shutdown(d, (uint8_t)op.reason);
	domain_put(d);
	return 0;
}

static long watchdog(struct hypercall *hc)
{
	struct sched_watchdog op;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	return domain_watchdog(hc->v->domain, op.id, op.timeout);
}

long do_sched_op(struct hypercall *hc)
{
	unsigned int op = hc->arg[0];

	if (op == SCHEDOP_remote_shutdown)
		return remote_shutdown(hc);
	/* All else is about the caller's own vCPU, which the hosted dom0 has not. */
	if (hc->v->domain->external)
		return op <= SCHEDOP_pin_override ? -XEN_EOPNOTSUPP : -XEN_ENOSYS;
	switch (op) {
	case SCHEDOP_yield:
		sched_yield_current();
		return 0;
	case SCHEDOP_block:
		return block(hc->v);
	case SCHEDOP_shutdown:
		return shutdown(hc);
	case SCHEDOP_poll:
		return poll(hc);
	case SCHEDOP_shutdown_code:
		return shutdown_code(hc);
	case SCHEDOP_watchdog:
		return watchdog(hc);
	case SCHEDOP_pin_override:
		return hc->v->domain->privileged ? -XEN_EOPNOTSUPP : -XEN_EPERM;
	default:
		return -XEN_ENOSYS;
	}
}
