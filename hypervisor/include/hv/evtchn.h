/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels (xen/event_channel.h). Lock: evtchns.lock, after domain.lock. */
#ifndef HV_EVTCHN_H
#define HV_EVTCHN_H

#include <hv/types.h>
#include <xen/event_channel.h>

/* Set @port of @d pending and deliver the upcall to its vCPU: in the shared
 * page or the FIFO queues for guests, plus vcpu kick/unblock; for the external
 * dom0 also the link's doorbell.  Any context; takes no lock that callers hold
 * (the innermost one of the FIFO queues, the scheduler's). */
void evtchn_set_pending(struct domain *d, uint32_t port);
/* Raise a per-vCPU virtual interrupt; nothing happens if it is not bound. */
void send_vcpu_virq(struct vcpu *v, uint32_t virq);
/* Raise a global virtual interrupt at its handler domain (dom0 by default). */
void send_global_virq(uint32_t virq);
/* XEN_DOMCTL_set_virq_handler. */
int set_global_virq_handler(struct domain *d, uint32_t virq);
/* True if @v has an unmasked pending event (evtchn_upcall_pending). */
bool vcpu_event_pending(const struct vcpu *v);
/* Mark @v's evtchn_upcall_pending without a port (after register_vcpu_info). */
void vcpu_mark_events_pending(struct vcpu *v);
/* SCHEDOP_poll: is one of these ports pending? Negative errno for a bad port. */
int evtchn_any_pending(struct domain *d, const evtchn_port_t *ports, unsigned int nr);
/* XEN_DOMCTL_createdomain's limit, checked against a port number. */
uint32_t evtchn_max_port(const struct domain *d);
/* EVTCHNOP_reset: close every channel, then leave the FIFO ABI.  -XEN_ERESTART to
 * be called again; -XEN_EAGAIN when the domain opened channels meanwhile. */
int evtchn_reset_domain(struct domain *d);

#endif
