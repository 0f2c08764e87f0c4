/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xenconsoled: the guests' consoles (man 8 xenconsoled).
 *
 *   console_ring      the shared page
 *   history, logfile  what was said: in memory for viewers, on disk for later
 *   viewer            who looks on and types: sockets, a pseudo terminal
 *   guest             one console: ring, event channel, rate limit
 *   discover          which guests there are, by xenstore
 *   control           the socket on which viewers are asked for
 *   daemon            all of it, in one event loop
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "confine.h"
#include "daemon.h"
#include "log.h"

static void usage(FILE *to)
{
	fprintf(to, "Usage: xenconsoled [--rundir DIR]\n"
		    "Serves the consoles of guests; DIR is $NACRE_RUNDIR, or "
		    "$XENSTORED_RUNDIR, unless given.\n");
}

static const char *default_rundir(void)
{
	const char *dir = getenv("NACRE_RUNDIR");

	return dir && *dir ? dir : getenv("XENSTORED_RUNDIR");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"rundir", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	static struct daemon daemon;
	const char *rundir = default_rundir();
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return EXIT_SUCCESS;
		}
		if (c != 'r') {
			usage(stderr);
			return 2;
		}
		rundir = optarg;
	}
	if (optind != argc || !rundir || !*rundir) {
		usage(stderr);
		return 2;
	}
	umask(077);
	rc = daemon_start(&daemon, rundir);
	if (!rc) {
		rc = confine();
		if (rc)
			log_error("cannot give up privileges: %s", strerror(rc));
	}
	if (!rc)
		rc = daemon_run(&daemon);
	daemon_stop(&daemon);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
