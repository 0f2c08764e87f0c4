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
};

#define EVTCHNS_PER_BUCKET 128
#define EVTCHN_BUCKETS	   (EVTCHN_2L_NR_CHANNELS / EVTCHNS_PER_BUCKET)

struct evtchns {
	spinlock_t lock;
	uint32_t limit;	 /* ports are below it, whatever the width */
	uint32_t valid;	 /* ports of the buckets there are */
	bool narrow;	 /* 32-bit layout of shared_info */
	bool dying;	 /* no new channels */
	uint32_t closed; /* dying: ports below it are closed */
	struct evtchn *bucket[EVTCHN_BUCKETS];
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
void evtchn_unmask(struct domain *d, uint32_t port, struct vcpu *v);
bool evtchn_is_pending(const struct domain *d, uint32_t port);
/* Every selector bit, for a vcpu_info that moved. */
void evtchn_select_all(struct vcpu *v);
bool virq_is_global(uint32_t virq);

#endif
