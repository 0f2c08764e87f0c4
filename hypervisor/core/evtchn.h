/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels: what is shared inside core/. */
#ifndef CORE_EVTCHN_H
#define CORE_EVTCHN_H

#include <hv/evtchn.h>
#include <hv/spinlock.h>
#include <xen/event_channel.h>

struct hypercall;

enum evtchn_state {
	ECS_FREE,
	ECS_RESERVED, /* port 0 */
	ECS_UNBOUND,
	ECS_INTERDOMAIN,
	ECS_VIRQ,
	ECS_IPI,
};

struct evtchn {
	uint8_t state;
	uint8_t virq;
	domid_t remote_id;     /* unbound: who may bind */
	uint32_t remote_port;  /* interdomain */
	struct domain *remote; /* interdomain; valid while the state lasts */
	uint32_t vcpu;	       /* which one is notified */
	/* FIFO ABI, under fifo_lock: */
	uint8_t priority;
	uint8_t queue_vcpu, queue_priority; /* where it was linked last */
	bool pending;			    /* raised before it had an event word */
};

#define EVTCHNS_PER_BUCKET 128

struct evtchn_fifo;

struct evtchns {
	spinlock_t lock;
	uint32_t limit;	     /* ports are below it, whatever the ABI */
	uint32_t valid;	     /* ports of the buckets there are; only grows */
	uint32_t first_free; /* ports below it are in use */
	uint32_t active;     /* ports that are */
	uint32_t reset_next; /* a reset goes on here; 0: none is under way */
	bool narrow;	     /* 32-bit layout of shared_info */
	bool dying;	     /* no new channels */
	uint32_t closed;     /* dying: ports below it are closed */
	spinlock_t fifo_lock;
	struct evtchn_fifo *fifo; /* NULL: 2-level ABI; changes under both locks */
	struct evtchn *bucket[];  /* enough for the limit */
};

/* The channel of a valid port, or NULL. */
struct evtchn *evtchn_at(const struct domain *d, uint32_t port);
/* Fix the layout of shared_info by the mode of the guest's own call, as Xen
 * does at points that come early in a guest's life. Takes d->lock. */
void evtchn_latch_width(struct domain *d, const struct hypercall *hc);
/* Close one channel, or all; lock-free callers. */
int evtchn_close(struct domain *d, uint32_t port);
/* evtchn_port.c: bits of shared_info. */
void evtchn_clear_pending(struct domain *d, uint32_t port);
void evtchn_unmask(struct domain *d, uint32_t port);
bool evtchn_is_pending(struct domain *d, uint32_t port);
void evtchn_wake_pollers(struct domain *d, uint32_t port);
/* The bit in shared_info, whatever the ABI; true if it was set. */
bool evtchn_2l_clear_pending(struct domain *d, uint32_t port);
/* Every selector bit, for a vcpu_info that moved. */
void evtchn_select_all(struct vcpu *v);
bool virq_is_global(uint32_t virq);
/* evtchn_fifo.c. Does the domain use the FIFO ABI just now? */
bool evtchn_fifo_used(const struct domain *d);
/* Set @port pending for @v, or remember it; false: the domain uses the 2-level ABI. */
bool evtchn_fifo_raise(struct domain *d, uint32_t port, struct evtchn *ch, struct vcpu *v);
/* Clear @bits of an event word; *@old is what it was, 0 if there is none. False
 * as above. */
bool evtchn_fifo_clear(struct domain *d, uint32_t port, uint32_t bits, uint32_t *old);
/* Is the port still in a queue of its last owner? */
bool evtchn_fifo_linked(struct domain *d, uint32_t port);
int evtchn_fifo_init_control(struct domain *d, struct evtchn_init_control *op);
int evtchn_fifo_expand_array(struct domain *d, const struct evtchn_expand_array *op);
/* Back to the 2-level ABI; evtchns.lock held, no channel open or the domain dying. */
void evtchn_fifo_leave(struct domain *d);

#endif
