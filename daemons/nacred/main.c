/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacred: the one program that changes domains on behalf of users.  This file is
 * the table of contents: what is started, in which order, and how it ends.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "advisories.h"
#include "build.h"
#include "build_check.h"
#include "client.h"
#include "console.h"
#include "ctrl/ctrl.h"
#include "events.h"
#include "document.h"
#include "dump.h"
#include "footprint.h"
#include "instance_state.h"
#include "job.h"
#include "lifecycle.h"
#include "listener.h"
#include "log.h"
#include "nacred.h"
#include "patch_inspect.h"
#include "patches.h"
#include "reload.h"
#include "replay.h"
#include "simulate.h"
#include "stores.h"
#include "teardown.h"
#include "wait.h"
#include "worker.h"
#include "world.h"

static int usage(FILE *out)
{
	fprintf(out, "Usage: nacred [-g GROUP]\n"
		     "       nacred -h | -V\n"
		     "Serves " LISTENER_NAME " and " LISTENER_READ_ONLY_NAME
		     " in the run directory of the instance\n"
		     "($NACRE_RUNDIR).  Members of GROUP (xen) may change things.\n"
		     "Started by `nacre up`; see nacred(8).\n");
	return out == stdout ? 0 : 2;
}

/* Room for many clients, each of which is a descriptor. */
static void raise_limits(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < lim.rlim_max) {
		lim.rlim_cur = lim.rlim_max > 65536 ? 65536 : lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
}

static int open_loop(struct nacred *n)
{
	sigset_t set;
	int rc;

	/* Before any thread of a library exists: all of them inherit this. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	rc = sd_event_default(&n->loop);
	if (rc >= 0)
		rc = sd_event_add_signal(n->loop, NULL, SIGTERM, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_add_signal(n->loop, NULL, SIGINT, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_set_watchdog(n->loop, true);
	if (rc < 0)
		log_error("cannot start the event loop: %s", strerror(-rc));
	return rc < 0 ? rc : 0;
}

static int open_hypervisor(struct nacred *n)
{
	struct rpc_error e;
	int rc = ctrl_open(&n->ctrl);

	if (rc) {
		log_error("cannot reach the hypervisor: %s; is the instance up? `nacre up` "
			  "starts it",
			  strerror(-rc));
		return rc;
	}
	rc = ctrl_host_version(n->ctrl, &n->version);
	if (rc) {
		log_error("the hypervisor does not tell its version: %s", strerror(-rc));
		return rc;
	}
	if (world_refresh(n, &e)) {
		log_error("%s", e.message);
		return -EIO;
	}
	return 0;
}

/* Who exists and what was configured, before anybody may ask. */
static int start(struct nacred *n, const char *group)
{
	int rc = instance_state_open(n);

	events_start(n);
	if (!rc)
		rc = open_loop(n);
	if (!rc)
		replay_start(n);
	if (!rc)
		rc = reload_start(n);
	if (!rc)
		rc = open_hypervisor(n);
	if (!rc)
		rc = advisories_start(n);
	if (!rc)
		rc = lifecycle_start(n);
	if (!rc)
		rc = stores_start(n);
	if (rc)
		return rc;
	lifecycle_recover(n);
	rc = patches_start(n);
	if (rc)
		return rc;
	rc = listener_open(n, group);
	if (rc)
		return rc;
	footprint_trim();
	sd_notify(0, "READY=1");
	return 0;
}

static void stop(struct nacred *n)
{
	sd_notify(0, "STOPPING=1");
	listener_close(n);
	client_close_all(n);
	wait_stop(n);
	console_stop(n);
	simulate_stop(n);
	patches_stop(n);
	document_stop(n);
	job_free_all(n);
	replay_stop(n);
	build_stop(n);
	build_check_stop(n);
	teardown_stop(n);
	lifecycle_stop(n);
	stores_stop(n);
	advisories_stop(n);
	model_free(&n->model);
	pools_free(&n->pools);
	records_free(&n->records);
	events_stop(n);
	ctrl_close(n->ctrl);
	sd_event_unref(n->loop);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
						{"version", no_argument, NULL, 'V'},
						{"group", required_argument, NULL, 'g'},
						{NULL, 0, NULL, 0}};
	const char *group = NULL;
	static struct nacred n;
	int opt, rc;

	if (argc == 2 && strcmp(argv[1], WORKER_OPTION) == 0)
		return worker_main();
	if (argc == 3 && strcmp(argv[1], DUMP_OPTION) == 0)
		return dump_main(argv[2]);
	if (argc == 2 && strcmp(argv[1], INSPECT_OPTION) == 0)
		return patch_inspect_main();
	while ((opt = getopt_long(argc, argv, "hVg:", options, NULL)) != -1) {
		if (opt == 'g') {
			group = optarg;
			continue;
		}
		if (opt == 'V')
			return printf("nacred " NACRE_VERSION "\n") < 0;
		return usage(opt == 'h' ? stdout : stderr);
	}
	if (optind != argc)
		return usage(stderr);
	raise_limits();
	/* The other thread is libxenstore's, which hardly allocates: no heap of its own. */
	mallopt(M_ARENA_MAX, 1);
	n.check_results = getenv("NACRED_CHECK_RESULTS") != NULL; /* of tests */
	rc = start(&n, group);
	if (!rc)
		rc = sd_event_loop(n.loop);
	stop(&n);
	return rc ? 1 : 0;
}
