/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <xen/xen.h>

#include "conn.h"
#include "domain.h"
#include "log.h"
#include "ring.h"
#include "server.h"
#include "socket.h"

#define RETRY_US  20000
#define RETRY_MAX 500 /* ten seconds */

static int on_run(sd_event_source *s, void *arg)
{
	conn_run(arg);
	return 0;
}

static int on_evtchn(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct server *srv = arg;
	struct domain *d;
	int port;

	if (revents & (EPOLLHUP | EPOLLERR)) {
		log_error("the hypervisor is gone");
		return sd_event_exit(srv->event, EIO);
	}
	port = hyper_pending(srv->hyper);
	if (port < 0)
		return 0;
	hyper_unmask(srv->hyper, port); /* before the look: later events count again */
	if (port == srv->virq_port) {
		domain_check_all(srv);
		return 0;
	}
	d = domain_by_port(srv, port);
	if (d)
		ring_event(d->conn);
	return 0;
}

static void produce(void *ctx, struct journal *to)
{
	struct server *srv = ctx;

	db_dump(&srv->db, to);
	domain_dump_all(srv, to);
}

void server_housekeeping(struct server *srv)
{
	int rc;

	if (!journal_wants_rewrite(&srv->db.journal))
		return;
	rc = journal_rewrite(&srv->db.journal, produce, srv);
	if (rc)
		log_error("cannot rewrite the journal: %s", strerror(rc));
}

static void replay(void *ctx, struct changeset *cs, const struct origin *origin, bool pending)
{
	struct server *srv = ctx;
	uint32_t i;

	for (i = 0; i < cs->nr; i++)
		domain_replay(srv, &cs->change[i]);
	db_apply(&srv->db, cs, pending);
	if (origin->domid && origin->domid < MAX_DOMID && srv->domains[origin->domid])
		srv->domains[origin->domid]->journalled = origin->request;
}

static int open_state(struct server *srv, const char *rundir)
{
	int run, dir;

	run = open(rundir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (run < 0)
		return errno;
	if (mkdirat(run, "xenstored", 0700) && errno != EEXIST) {
		close(run);
		return errno;
	}
	dir = openat(run, "xenstored", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	close(run);
	if (dir < 0)
		return errno;
	return journal_open(&srv->db.journal, dir, replay, srv);
}

static int open_hypervisor(struct server *srv)
{
	int rc = hyper_open(&srv->hyper);

	if (rc) {
		log_error("cannot reach the hypervisor: %s (--no-domains does without)",
			  strerror(rc));
		return rc;
	}
	return -sd_event_add_io(srv->event, &srv->evtchn, hyper_fd(srv->hyper), EPOLLIN, on_evtchn,
				srv);
}

static int setup_loop(struct server *srv)
{
	sigset_t set;
	int rc;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rc = sd_event_new(&srv->event);
	if (rc >= 0)
		rc = sd_event_add_signal(srv->event, NULL, SIGTERM, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_add_signal(srv->event, NULL, SIGINT, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_add_defer(srv->event, &srv->run, on_run, srv);
	if (rc >= 0)
		rc = sd_event_set_watchdog(srv->event, 1);
	return rc < 0 ? -rc : 0;
}

/* False: somebody has it. */
static bool bind_virq(struct server *srv)
{
	if (!srv->hyper || srv->virq_port >= 0)
		return true;
	srv->virq_port = hyper_bind_virq(srv->hyper, VIRQ_DOM_EXC);
	if (srv->virq_port < 0)
		return false;
	hyper_unmask(srv->hyper, srv->virq_port);
	return true;
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg);

/*
 * Reach what the hypervisor has.  The event channels of a killed process are
 * closed some time after its end, of which nothing tells: look again soon.
 */
static void attach_all(struct server *srv)
{
	bool bound = bind_virq(srv), missing = domain_restore_all(srv);

	if (bound && srv->hyper)
		domain_check_all(srv); /* who has died in the meantime */
	watch_deliver(srv);
	journal_mark_done(&srv->db.journal);
	if (bound && !missing)
		return;
	if (srv->retries++ < RETRY_MAX) {
		sd_event_add_time_relative(srv->event, NULL, CLOCK_MONOTONIC, RETRY_US, 0, on_retry,
					   srv);
		return;
	}
	/* A guest may have closed its end: that is its loss. */
	log_error("%s cannot be bound", bound ? "a guest's event channel" : "VIRQ_DOM_EXC");
	if (!bound)
		sd_event_exit(srv->event, EBUSY);
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg)
{
	attach_all(arg);
	return 0;
}

/* What the journal says, brought to life; then the journal in its short form. */
static int restore(struct server *srv, const char *rundir)
{
	int rc = open_state(srv, rundir);

	if (rc) {
		log_error("%s/xenstored: %s", rundir,
			  rc == EBUSY ? "another xenstored runs here" : strerror(rc));
		return rc;
	}
	attach_all(srv);
	rc = db_make_standard_nodes(&srv->db);
	if (!rc)
		rc = journal_rewrite(&srv->db.journal, produce, srv);
	if (rc)
		log_error("cannot write the journal: %s", strerror(rc));
	return rc;
}

int server_start(struct server *srv, const struct server_options *opt)
{
	int rc;

	srv->trace = opt->trace;
	srv->listen_fd = srv->virq_port = -1;
	db_init(&srv->db, srv);
	rc = setup_loop(srv);
	if (!rc && !opt->no_domains)
		rc = open_hypervisor(srv);
	if (!rc)
		rc = restore(srv, opt->rundir);
	if (rc)
		return rc;
	rc = socket_listen(srv, opt->rundir, opt->socket_mode);
	if (rc) {
		log_error("%s/socket: %s", opt->rundir, strerror(rc));
		return rc;
	}
	sd_notify(0, "READY=1");
	return 0;
}

int server_run(struct server *srv)
{
	int rc = sd_event_loop(srv->event);

	return rc < 0 ? -rc : rc;
}

void server_stop(struct server *srv)
{
	socket_stop(srv);
	domain_free_all(srv);
	while (srv->conns)
		conn_free(srv->conns);
	srv->evtchn = sd_event_source_disable_unref(srv->evtchn);
	srv->run = sd_event_source_disable_unref(srv->run);
	hyper_close(srv->hyper);
	journal_close(&srv->db.journal);
	db_free(&srv->db);
	free(srv->watches.bucket);
	free(srv->watches.event);
	sd_event_unref(srv->event);
}
