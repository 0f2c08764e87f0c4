/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xen/grant_table.h>

#include "daemon.h"
#include "guest.h"
#include "log.h"
#include "viewer.h"

/* Take what the ring holds; it is at most CONSOLE_OUT_SIZE bytes a turn. */
static void drain(struct guest *g)
{
	char buf[CONSOLE_OUT_SIZE];
	bool bad;
	size_t n = console_ring_take(&g->ring, buf, &bad);

	if (bad && !g->bad_ring)
		log_warning("d%u: console ring index makes no sense; ignored until it does",
			    g->domid);
	g->bad_ring = bad;
	if (!n)
		return;
	logfile_write(&g->log, buf, n);
	history_add(&g->history, buf, n);
	hyper_notify(g->daemon->hyper, g->port); /* it may wait for room */
	viewer_output_all(g);
}

/*
 * After a restart the log's end is what viewers had seen.  A guest that has
 * written nothing yet has no past, whatever an earlier one of its name wrote.
 */
static void recall(struct guest *g)
{
	char buf[HISTORY_REPLAY];
	size_t n = g->ring.out_cons < sizeof(buf) ? g->ring.out_cons : sizeof(buf);

	n = logfile_tail(&g->log, buf, n);
	history_add(&g->history, buf, n);
}

/* Once in a row: it is tried again. */
static void complain(const struct guest *g, const char *what, int error)
{
	if (!g->daemon->retries)
		log_warning("d%u: cannot %s yet: %s", g->domid, what, strerror(error));
}

static int attach(struct guest *g)
{
	struct hyper *h = g->daemon->hyper;
	int rc = hyper_map(h, g->domid, GNTTAB_RESERVED_CONSOLE, g->gfn, &g->page);

	if (rc) {
		complain(g, "map its console", rc);
		return rc;
	}
	g->port = hyper_bind(h, g->domid, g->remote_port);
	if (g->port < 0) {
		rc = -g->port;
		log_error("d%u: cannot bind console event channel %u: %s", g->domid, g->remote_port,
			  strerror(rc));
		hyper_unmap(h, &g->page);
		return rc;
	}
	console_ring_attach(&g->ring, g->page.addr);
	return 0;
}

struct guest *guest_new(struct daemon *d, uint32_t domid, const char *name, uint64_t gfn,
			uint32_t port)
{
	struct guest *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->daemon = d;
	g->domid = domid;
	g->gfn = gfn;
	g->remote_port = port;
	if (attach(g)) {
		free(g);
		return NULL;
	}
	logfile_open(&g->log, d->log_dir, name);
	recall(g);
	g->next = d->guests;
	d->guests = g;
	viewer_restore_all(g);
	drain(g); /* written before we came */
	hyper_unmask(d->hyper, g->port);
	return g;
}

void guest_free(struct guest *g)
{
	struct guest **p;

	drain(g);
	for (p = &g->daemon->guests; *p != g; p = &(*p)->next)
		;
	*p = g->next;
	sd_event_source_disable_unref(g->resume);
	hyper_unbind(g->daemon->hyper, g->port);
	hyper_unmap(g->daemon->hyper, &g->page);
	viewer_finish_all(g);
	logfile_close(&g->log);
	free(g);
}

static uint64_t now_us(struct guest *g)
{
	uint64_t now = 0;

	sd_event_now(g->daemon->event, CLOCK_MONOTONIC, &now);
	return now;
}

static void new_period(struct guest *g, uint64_t now)
{
	g->period_start = now;
	g->events = 0;
}

static void look(struct guest *g)
{
	/* Unmask first: what the guest signals while we look counts again. */
	hyper_unmask(g->daemon->hyper, g->port);
	drain(g);
	viewer_input_all(g);
}

static int on_resume(sd_event_source *s, uint64_t usec, void *arg)
{
	struct guest *g = arg;

	new_period(g, now_us(g));
	look(g);
	return 0;
}

/* Leave the port masked until the period ends. */
static void hold_back(struct guest *g)
{
	uint64_t when = g->period_start + RATE_PERIOD_US;

	if (!g->resume) {
		if (sd_event_add_time(g->daemon->event, &g->resume, CLOCK_MONOTONIC, when, 0,
				      on_resume, g) < 0)
			look(g);
		return;
	}
	sd_event_source_set_time(g->resume, when);
	sd_event_source_set_enabled(g->resume, SD_EVENT_ONESHOT);
}

void guest_event(struct guest *g)
{
	uint64_t now = now_us(g);

	if (now - g->period_start >= RATE_PERIOD_US)
		new_period(g, now);
	if (++g->events > RATE_EVENTS)
		hold_back(g);
	else
		look(g);
}

size_t guest_input_space(const struct guest *g)
{
	return console_ring_space(&g->ring);
}

void guest_input(struct guest *g, const char *data, size_t len)
{
	console_ring_give(&g->ring, data, len);
	hyper_notify(g->daemon->hyper, g->port);
}
