/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The daemon's state: one process, one event loop, no locks. */
#ifndef NACRED_NACRED_H
#define NACRED_NACRED_H

#include <systemd/sd-event.h>

#include "client.h"
#include "ctrl/host.h"
#include "model.h"
#include "pools.h"
#include "records.h"

struct advisories;
struct store;
struct build;
struct teardown;
struct waiter;
struct console_call;
struct job;
struct simulation;
struct simulate_call;
struct patches;
struct event_ring;
struct replay;

#define NACRED_PATH_MAX 256

struct nacred {
	sd_event *loop;
	char rundir[NACRED_PATH_MAX];	/* the instance's directory */
	char statedir[NACRED_PATH_MAX]; /* rundir/nacred */
	char instance_id[37];		/* survives restarts of nacred, not of the instance */
	double instance_start;		/* seconds since the epoch */

	struct ctrl *ctrl;
	struct ctrl_version version; /* does not change while the instance runs */
	struct store *store;	     /* requests; NULL while xenstored is away */
	struct store *watch;	     /* watches only, NULL likewise */
	sd_event_source *watch_io, *store_retry;

	sd_event_source *listeners[NR_LISTENERS];
	bool own_socket[NR_LISTENERS]; /* made by us, not by systemd */
	gid_t admin_group;	       /* whose members may change things, peer.h */
	int spare_fd;		       /* listener.c: for when no other is left */
	struct client *clients, *graveyard;
	unsigned int nr_clients, nr_strangers; /* of them: who may only read */
	bool check_results;		       /* answer what no schema describes with an error */
	sd_event_source *bury;

	struct advisories *advisories;
	bool undone;		/* undo.c: what the last nacred left was looked at */
	struct records records; /* what domains were configured as */
	struct model model;	/* what exists */
	struct pools pools;	/* CPU pools, as last seen */
	struct build *builds;
	unsigned int nr_builds_running, nr_builds;
	struct build_check *checks; /* dry runs */
	unsigned int nr_checks;
	struct teardown *teardowns;
	sd_event_source *scan; /* lifecycle.c */
	struct console_call *console_calls;
	struct waiter *waiters;
	unsigned int nr_waiters;
	struct subscription *subscriptions;
	unsigned int nr_subscriptions;
	struct event_ring *events; /* events.c; NULL: none yet */
	uint64_t event_seq;	   /* number of the latest */
	struct patches *patches;
	struct replay *replays;		       /* oldest first */
	unsigned int nr_replays, replay_lines; /* the latter in their file */
	struct job *jobs;		       /* oldest first */
	unsigned int nr_jobs, job_number;
	uint32_t job_epoch;
	struct document_load *load; /* document_load.c; NULL: none runs */
	unsigned int nr_dumps;	    /* processes that write cores */
	struct simulation *simulations;
	struct simulate_call *simulate_calls; /* that are not answered */
};

#endif
