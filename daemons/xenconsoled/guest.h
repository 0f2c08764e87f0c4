/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One guest's console: its ring and event channel, log, history, viewers.
 *
 * Output is taken from the ring as soon as the guest signals it and goes to
 * the log and the history; viewers take it from there at their own speed.
 * Input goes from a viewer to the ring as far as there is room.
 */
#ifndef XENCONSOLED_GUEST_H
#define XENCONSOLED_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "console_ring.h"
#include "history.h"
#include "hyper.h"
#include "logfile.h"

/* A guest may signal this often in a period; then it waits for the next one. */
#define RATE_EVENTS    200
#define RATE_PERIOD_US 200000ull
#define GUEST_VIEWERS  16

struct daemon;
struct viewer;

struct guest {
	struct daemon *daemon;
	struct guest *next;
	uint32_t domid;
	uint64_t gfn;
	uint32_t remote_port;
	int port; /* local */
	struct hyper_page page;
	struct console_ring ring;
	struct history history;
	struct logfile log;
	struct viewer *viewers;
	unsigned int nr_viewers;
	bool bad_ring;	     /* told once that its index makes no sense */
	unsigned int events; /* in this period */
	uint64_t period_start;
	sd_event_source *resume; /* unmasks a guest that signalled too often */
};

/* Map, bind, open the log, catch up with the ring: NULL with a message if not possible. */
struct guest *guest_new(struct daemon *d, uint32_t domid, const char *name, uint64_t gfn,
			uint32_t port);
/* Take what is left in the ring, then let go. */
void guest_free(struct guest *g);
/* Its event channel has fired (and is masked). */
void guest_event(struct guest *g);
/* A viewer's bytes; at most guest_input_space() are accepted. */
size_t guest_input_space(const struct guest *g);
void guest_input(struct guest *g, const char *data, size_t len);

#endif
