/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The instance's daemons: started one after the other, each when the one before
 * says READY=1 (sd_notify(3)); started again with growing pauses when they die;
 * stopped in the opposite order.
 */
#ifndef HOST_SERVICES_H
#define HOST_SERVICES_H

#include <stdbool.h>
#include <sys/types.h>

#include <systemd/sd-event.h>

#include "fdstore.h"

#define SERVICES_NR 3

struct services;

struct service {
	const char *name;
	struct services *all;
	pid_t pid; /* 0: not running */
	sd_event_source *child;
	sd_event_source *timer; /* deadline while starting or stopping, or pause */
	bool ready;
	bool stopping;
	unsigned int failures; /* in a row */
	uint64_t started;      /* CLOCK_MONOTONIC, us */
	struct fdstore kept;   /* for when it is started again */
};

struct services {
	sd_event *event;
	const char *rundir;
	char notify_path[128];
	sd_event_source *notify;
	struct service service[SERVICES_NR];
	bool up, stopping;
	/* Called once each; @why is NULL when all are ready. */
	void (*on_started)(void *arg, const char *why);
	void (*on_stopped)(void *arg);
	void *arg;
};

/* The environment must be the daemons' already. 0 or -errno. */
int services_start(struct services *s, sd_event *event, const char *rundir,
		   void (*on_started)(void *arg, const char *why), void *arg);
/* Also while starting, or if never started. @on_stopped may be called before this returns. */
void services_stop(struct services *s, void (*on_stopped)(void *arg), void *arg);

#endif
