/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The daemon: its loop, the guests it serves, and how it finds them. */
#ifndef XENCONSOLED_DAEMON_H
#define XENCONSOLED_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "hyper.h"
#include "kept.h"

struct guest;
struct store;

struct daemon {
	sd_event *event;
	struct hyper *hyper;
	struct store *store; /* NULL: xenstored is away */
	struct guest *guests;
	struct kept kept; /* viewers of a predecessor, until their guests are found */
	bool stopping;	  /* viewers may stay for a successor */
	sd_event_source *evtchn;
	sd_event_source *watches;
	sd_event_source *rundir; /* inotify: xenstored's socket comes back */
	sd_event_source *control;
	struct client *clients; /* control.c: the first has been there longest */
	unsigned int nr_control;
	unsigned int retries; /* to bind what a killed process has not let go of yet */
	bool retry_set;
	int log_dir;
	int control_fd;
	int inotify_fd;
};

/* 0 or errno, with a message. */
int daemon_start(struct daemon *d, const char *rundir);
int daemon_run(struct daemon *d);
void daemon_stop(struct daemon *d);

struct guest *daemon_find(struct daemon *d, uint32_t domid);
/* Write the terminal's name to the guest's console/tty node. */
void daemon_publish_tty(struct daemon *d, uint32_t domid, const char *name);

/* discover.c: guests by xenstore.  Connect and look at everything: 0 or errno. */
int discover_connect(struct daemon *d);
void discover_disconnect(struct daemon *d);
/* Serve this domain if its nodes are complete: the guest or NULL. */
struct guest *discover_domain(struct daemon *d, uint32_t domid);

/* control.c: the socket on which viewers are asked for. */
int control_listen(struct daemon *d, const char *rundir);
void control_stop(struct daemon *d);

#endif
