/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Locks, allocation of ports, binding. */
#ifndef CORE_EVTCHN_BIND_H
#define CORE_EVTCHN_BIND_H

#include "evtchn.h"

/* The locks of two domains, which may be the same. */
void evtchn_lock_two(struct domain *a, struct domain *b);
void evtchn_unlock_two(struct domain *a, struct domain *b);
/* Lowest free port; its state is still FREE. Lock held. -XEN_ENOSPC, -XEN_ENOMEM;
 * -XEN_EINVAL when the domain is dying. */
int evtchn_alloc_locked(struct domain *d, uint32_t *port);

/* The operations themselves, as @self; results in *@op. */
int evtchn_alloc_unbound(struct domain *self, struct evtchn_alloc_unbound *op);
int evtchn_bind_interdomain(struct domain *self, struct evtchn_bind_interdomain *op);
int evtchn_bind_virq(struct domain *self, struct evtchn_bind_virq *op);

#endif
