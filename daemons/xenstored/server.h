/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The daemon's whole state, and the loop that drives it. */
#ifndef XENSTORED_SERVER_H
#define XENSTORED_SERVER_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "db.h"
#include "hyper.h"
#include "quota.h"
#include "watch.h"

struct conn;
struct domain;

struct server {
	sd_event *event;
	struct hyper *hyper; /* NULL: --no-domains */
	struct db db;
	struct watch_table watches;
	struct conn *conns;
	struct conn *run_first, *run_last; /* connections with work to do */
	struct conn *current;		   /* whose request is being handled */
	sd_event_source *run;
	sd_event_source *evtchn;
	sd_event_source *listener;
	unsigned int retries; /* to bind what a killed process has not let go of yet */
	int listen_fd;
	unsigned int nr_local;
	uint32_t next_tx;
	int virq_port;
	bool trace; /* log every request */
	struct domain *domains[MAX_DOMID];
	struct domain *domain_list;
};

struct server_options {
	const char *rundir;
	unsigned int socket_mode;
	bool no_domains;
	bool trace;
};

/* Restore, listen, tell the service manager: 0 or errno, with a message. */
int server_start(struct server *srv, const struct server_options *opt);
/* Until SIGTERM or SIGINT; 0 or errno. */
int server_run(struct server *srv);
void server_stop(struct server *srv);

/* Rewrite the journal if it has grown.  Between requests only. */
void server_housekeeping(struct server *srv);

#endif
