/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Domain 0's event channels, shared out among clients as Linux's evtchn device
 * does: each port has one owner; a pending port is masked and cleared in
 * shared_info (xen/event_channel.h, 2-level) and handed to its owner, who
 * unmasks it when it is ready for the next event.
 */
#ifndef HOST_PORTS_H
#define HOST_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include <xen/xen.h>

#define PORTS_MAX 4096u /* of the 2-level ABI with 64-bit words */

struct client;

struct ports {
	shared_info_t *shared;
	struct client *owner[PORTS_MAX];
	/* Grants whose unmapping is to notify through the port: it is closed
	 * only after the last of them. */
	uint16_t users[PORTS_MAX];
	bool orphan[PORTS_MAX]; /* no owner any more, only users */
	void (*deliver)(struct client *owner, uint32_t port);
};

void ports_init(struct ports *p, shared_info_t *shared,
		void (*deliver)(struct client *owner, uint32_t port));

/* @owner has bound @port: unmask it, deliver what came meanwhile. -ERANGE. */
int ports_add(struct ports *p, uint32_t port, struct client *owner);
struct client *ports_owner(const struct ports *p, uint32_t port);
/* Clear the mask; an event that came meanwhile is delivered at once. */
void ports_unmask(struct ports *p, uint32_t port);
/* The owner gives the port up. True: close it now; false: it still has users. */
bool ports_remove(struct ports *p, uint32_t port);
/* Some port of @owner, or -1. */
int ports_next(const struct ports *p, const struct client *owner);

/* A grant's notification refers to the port. -EINVAL without an owner. */
int ports_use(struct ports *p, uint32_t port);
/* True: that was the last user of an orphan: close it now. */
bool ports_unuse(struct ports *p, uint32_t port);

/* The doorbell rang: deliver all that is pending, unmasked and owned.  A port
 * without owner stays pending: its binding is still under way. */
void ports_scan(struct ports *p);

#endif
