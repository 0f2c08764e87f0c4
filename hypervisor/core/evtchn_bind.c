/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_event_channel_op (xen/event_channel.h). */
#include "evtchn_bind.h"

#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>

static struct vcpu *vcpu_of(const struct domain *d, uint32_t id)
{
	return id < d->max_vcpus ? __atomic_load_n(&d->vcpu[id], __ATOMIC_ACQUIRE) : NULL;
}

/* By id, for operations that a privileged caller may do for others. */
static int target(struct domain *self, domid_t id, struct domain **out)
{
	struct domain *d = domain_get_for(self, id);

	if (!d)
		return -XEN_ESRCH;
	if (d != self && !self->privileged) {
		domain_put(d);
		return -XEN_EPERM;
	}
	*out = d;
	return 0;
}

int evtchn_alloc_unbound(struct domain *self, struct evtchn_alloc_unbound *op)
{
	struct domain *d;
	struct evtchn *ch;
	int rc = target(self, op->dom, &d);

	if (rc)
		return rc;
	spin_lock(&d->evtchn->lock);
	rc = evtchn_alloc_locked(d, &op->port);
	if (!rc) {
		ch = evtchn_at(d, op->port);
		ch->remote_id = op->remote_dom == DOMID_SELF ? self->id : op->remote_dom;
		ch->state = ECS_UNBOUND;
	}
	spin_unlock(&d->evtchn->lock);
	domain_put(d);
	return rc;
}

/* Both locks held. */
static int connect(struct domain *ld, struct domain *rd, uint32_t rport, uint32_t *lport)
{
	struct evtchn *lch, *rch = evtchn_at(rd, rport);
	int rc;

	if (!rch || rch->state != ECS_UNBOUND || rch->remote_id != ld->id || rd->evtchn->dying)
		return -XEN_EINVAL;
	rc = evtchn_alloc_locked(ld, lport);
	if (rc)
		return rc;
	lch = evtchn_at(ld, *lport);
	lch->remote = rd;
	lch->remote_port = rport;
	lch->state = ECS_INTERDOMAIN;
	rch->remote = ld;
	rch->remote_port = *lport;
	rch->state = ECS_INTERDOMAIN;
	return 0;
}

int evtchn_bind_interdomain(struct domain *self, struct evtchn_bind_interdomain *op)
{
	struct domain *rd = domain_get_for(self, op->remote_dom);
	int rc;

	if (!rd)
		return -XEN_ESRCH;
	evtchn_lock_two(self, rd);
	rc = connect(self, rd, op->remote_port, &op->local_port);
	/* What the remote sent while nobody listened must not be lost. */
	if (!rc)
		evtchn_set_pending(self, op->local_port);
	evtchn_unlock_two(self, rd);
	domain_put(rd);
	return rc;
}

int evtchn_bind_virq(struct domain *self, struct evtchn_bind_virq *op)
{
	struct vcpu *v;
	struct evtchn *ch;
	int rc;

	if (op->virq >= NR_VIRQS)
		return -XEN_EINVAL;
	if ((virq_is_global(op->virq) || op->virq == VIRQ_ARGO) && op->vcpu)
		return -XEN_EINVAL;
	v = vcpu_of(self, op->vcpu);
	if (!v)
		return -XEN_ENOENT;
	spin_lock(&self->evtchn->lock);
	rc = -XEN_EEXIST;
	if (v->virq_port[op->virq])
		goto out;
	rc = evtchn_alloc_locked(self, &op->port);
	if (rc)
		goto out;
	ch = evtchn_at(self, op->port);
	ch->state = ECS_VIRQ;
	ch->virq = op->virq;
	ch->vcpu = op->vcpu;
	WRITE_ONCE(v->virq_port[op->virq], op->port);
out:
	spin_unlock(&self->evtchn->lock);
	return rc;
}

static int bind_ipi(struct domain *self, struct evtchn_bind_ipi *op)
{
	struct evtchn *ch;
	int rc;

	if (!vcpu_of(self, op->vcpu))
		return -XEN_ENOENT;
	spin_lock(&self->evtchn->lock);
	rc = evtchn_alloc_locked(self, &op->port);
	if (!rc) {
		ch = evtchn_at(self, op->port);
		ch->state = ECS_IPI;
		ch->vcpu = op->vcpu;
	}
	spin_unlock(&self->evtchn->lock);
	return rc;
}

static int send(struct domain *self, struct evtchn_send *op)
{
	struct evtchn *ch = evtchn_at(self, op->port);
	int rc = 0;

	if (!ch)
		return -XEN_EINVAL;
	spin_lock(&self->evtchn->lock);
	switch (ch->state) {
	case ECS_INTERDOMAIN:
		evtchn_set_pending(ch->remote, ch->remote_port);
		break;
	case ECS_IPI:
		evtchn_set_pending(self, op->port);
		break;
	case ECS_UNBOUND:
		break; /* nobody to tell yet */
	default:
		rc = -XEN_EINVAL;
	}
	spin_unlock(&self->evtchn->lock);
	return rc;
}

static void describe(const struct evtchn *ch, struct evtchn_status *op)
{
	op->vcpu = ch->vcpu;
	switch (ch->state) {
	case ECS_UNBOUND:
		op->status = EVTCHNSTAT_unbound;
		op->u.unbound.dom = ch->remote_id;
		break;
	case ECS_INTERDOMAIN:
		op->status = EVTCHNSTAT_interdomain;
		op->u.interdomain.dom = ch->remote->id;
		op->u.interdomain.port = ch->remote_port;
		break;
	case ECS_VIRQ:
		op->status = EVTCHNSTAT_virq;
		op->u.virq = ch->virq;
		break;
	case ECS_IPI:
		op->status = EVTCHNSTAT_ipi;
		break;
	default:
		op->status = EVTCHNSTAT_closed;
	}
}

static int status(struct domain *self, struct evtchn_status *op)
{
	struct evtchn *ch;
	struct domain *d;
	int rc = target(self, op->dom, &d);

	if (rc)
		return rc;
	ch = evtchn_at(d, op->port);
	if (ch) {
		spin_lock(&d->evtchn->lock);
		describe(ch, op);
		spin_unlock(&d->evtchn->lock);
	}
	domain_put(d);
	return ch ? 0 : -XEN_EINVAL;
}

static int bind_vcpu(struct domain *self, struct evtchn_bind_vcpu *op)
{
	struct evtchn *ch;
	int rc = -XEN_EINVAL;

	if (!vcpu_of(self, op->vcpu))
		return -XEN_ENOENT;
	ch = evtchn_at(self, op->port);
	if (!ch)
		return rc;
	spin_lock(&self->evtchn->lock);
	if (ch->state == ECS_UNBOUND || ch->state == ECS_INTERDOMAIN ||
	    (ch->state == ECS_VIRQ && virq_is_global(ch->virq))) {
		WRITE_ONCE(ch->vcpu, op->vcpu);
		rc = 0;
	}
	spin_unlock(&self->evtchn->lock);
	return rc;
}

static int unmask(struct domain *self, struct evtchn_unmask *op)
{
	if (!evtchn_at(self, op->port))
		return -XEN_EINVAL;
	spin_lock(&self->evtchn->lock);
	evtchn_unmask(self, op->port);
	spin_unlock(&self->evtchn->lock);
	return 0;
}

static int set_priority(struct domain *self, const struct evtchn_set_priority *op)
{
	struct evtchn *ch = evtchn_at(self, op->port);

	if (!ch)
		return -XEN_EINVAL;
	if (!evtchn_fifo_used(self))
		return -XEN_ENOSYS;
	if (op->priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -XEN_EINVAL;
	/* For the next time: what is in a queue stays there. */
	WRITE_ONCE(ch->priority, (uint8_t)op->priority);
	return 0;
}

static int reset(struct domain *self, struct evtchn_reset *op)
{
	struct domain *d;
	int rc = target(self, op->dom, &d);

	if (rc)
		return rc;
	/* Another domain must stand still meanwhile. */
	if (d != self && !d->controller_pauses)
		rc = -XEN_EINVAL;
	else
		rc = evtchn_reset_domain(d);
	domain_put(d);
	return rc;
}

int evtchn_any_pending(struct domain *d, const evtchn_port_t *ports, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!evtchn_at(d, ports[i]))
			return -XEN_EINVAL;
		if (evtchn_is_pending(d, ports[i]))
			return 1;
	}
	return 0;
}

union evtchn_arg {
	struct evtchn_alloc_unbound alloc_unbound;
	struct evtchn_bind_interdomain bind_interdomain;
	struct evtchn_bind_virq bind_virq;
	struct evtchn_bind_ipi bind_ipi;
	struct evtchn_close close;
	struct evtchn_send send;
	struct evtchn_status status;
	struct evtchn_bind_vcpu bind_vcpu;
	struct evtchn_unmask unmask;
	struct evtchn_reset reset;
	struct evtchn_bind_pirq bind_pirq;
	struct evtchn_init_control init_control;
	struct evtchn_expand_array expand_array;
	struct evtchn_set_priority set_priority;
};

/* Bytes to copy in; 0: no such operation here.  All layouts are the same for
 * 32-bit callers. */
static size_t arg_size(unsigned int op)
{
	static const uint8_t size[] = {
		[EVTCHNOP_bind_interdomain] = sizeof(struct evtchn_bind_interdomain),
		[EVTCHNOP_bind_virq] = sizeof(struct evtchn_bind_virq),
		[EVTCHNOP_bind_pirq] = sizeof(struct evtchn_bind_pirq),
		[EVTCHNOP_close] = sizeof(struct evtchn_close),
		[EVTCHNOP_send] = sizeof(struct evtchn_send),
		[EVTCHNOP_status] = sizeof(struct evtchn_status),
		[EVTCHNOP_alloc_unbound] = sizeof(struct evtchn_alloc_unbound),
		[EVTCHNOP_bind_ipi] = sizeof(struct evtchn_bind_ipi),
		[EVTCHNOP_bind_vcpu] = sizeof(struct evtchn_bind_vcpu),
		[EVTCHNOP_unmask] = sizeof(struct evtchn_unmask),
		[EVTCHNOP_reset] = sizeof(struct evtchn_reset),
		[EVTCHNOP_init_control] = sizeof(struct evtchn_init_control),
		[EVTCHNOP_expand_array] = sizeof(struct evtchn_expand_array),
		[EVTCHNOP_set_priority] = sizeof(struct evtchn_set_priority),
	};

	return op < sizeof(size) ? size[op] : 0;
}

/* *@out: the structure goes back to the caller. */
static int run(struct domain *d, unsigned int op, union evtchn_arg *a, bool *out)
{
	*out = false;
	switch (op) {
	case EVTCHNOP_alloc_unbound:
		*out = true;
		return evtchn_alloc_unbound(d, &a->alloc_unbound);
	case EVTCHNOP_bind_interdomain:
		*out = true;
		return evtchn_bind_interdomain(d, &a->bind_interdomain);
	case EVTCHNOP_bind_virq:
		*out = true;
		return evtchn_bind_virq(d, &a->bind_virq);
	case EVTCHNOP_bind_ipi:
		*out = true;
		return bind_ipi(d, &a->bind_ipi);
	case EVTCHNOP_status:
		*out = true;
		return status(d, &a->status);
	case EVTCHNOP_close:
		return evtchn_close(d, a->close.port);
	case EVTCHNOP_send:
		return send(d, &a->send);
	case EVTCHNOP_bind_vcpu:
		return bind_vcpu(d, &a->bind_vcpu);
	case EVTCHNOP_unmask:
		return unmask(d, &a->unmask);
	case EVTCHNOP_reset:
		return reset(d, &a->reset);
	case EVTCHNOP_init_control:
		*out = true;
		return evtchn_fifo_init_control(d, &a->init_control);
	case EVTCHNOP_expand_array:
		return evtchn_fifo_expand_array(d, &a->expand_array);
	case EVTCHNOP_set_priority:
		return set_priority(d, &a->set_priority);
	default:
		return -XEN_EINVAL; /* bind_pirq: there are no physical interrupts to bind */
	}
}

long do_event_channel_op(struct hypercall *hc)
{
	unsigned int op = hc->arg[0];
	union evtchn_arg a;
	size_t size = arg_size(op);
	bool out;
	int rc;

	if (!size)
		return -XEN_ENOSYS;
	memset(&a, 0, sizeof(a));
	if (handle_copy_in(&a, hc->arg[1], 0, 1, size))
		return -XEN_EFAULT;
	rc = run(hc->v->domain, op, &a, &out);
	if (!rc && out && handle_copy_out(hc->arg[1], 0, &a, 1, size))
		rc = -XEN_EFAULT;
	return rc;
}
