/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xenstored: the store that guests, drivers and tools share (man 8 xenstored).
 *
 *   path, acl, node, tree   names, permissions, the copy-on-write tree
 *   change, journal, db     what changes, how it survives, the committed tree
 *   watch, transaction      who hears of changes; snapshots and conflicts
 *   ledger, conn            a connection's state, and its bounded turns
 *   socket, ring            what carries a connection: local client, guest
 *   request*                the wire protocol
 *   domain, hyper           introduced guests; the hypervisor
 *   server                  all of it, in one event loop
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "confine.h"
#include "log.h"
#include "server.h"

static struct server server;

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: xenstored [--no-domains] [--rundir DIR] [--socket-mode OCTAL] [--trace]\n"
		"Serves the xenstore on DIR/socket; DIR is $XENSTORED_RUNDIR unless given.\n");
}

static bool parse_mode(const char *text, unsigned int *mode)
{
	char *end;
	unsigned long v = strtoul(text, &end, 8);

	*mode = (unsigned int)v;
	return *text && !*end && (v & ~0666ul) == 0;
}

static bool parse(int argc, char **argv, struct server_options *opt)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"no-domains", no_argument, NULL, 'n'},
		{"rundir", required_argument, NULL, 'r'},
		{"socket-mode", required_argument, NULL, 'm'},
		{"trace", no_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		} else if (c == 'n') {
			opt->no_domains = true;
		} else if (c == 'r') {
			opt->rundir = optarg;
		} else if (c == 't') {
			opt->trace = true;
		} else if (c != 'm' || !parse_mode(optarg, &opt->socket_mode)) {
			return false;
		}
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct server_options opt = {.rundir = getenv("XENSTORED_RUNDIR"), .socket_mode = 0600};
	int rc;

	if (!parse(argc, argv, &opt)) {
		usage(stderr);
		return 2;
	}
	if (!opt.rundir || !*opt.rundir) {
		log_error("no run directory: set XENSTORED_RUNDIR or give --rundir");
		return 2;
	}
	umask(077);
	rc = server_start(&server, &opt);
	if (!rc) {
		rc = confine();
		if (rc)
			log_error("cannot give up privileges: %s", strerror(rc));
	}
	if (!rc)
		rc = server_run(&server);
	server_stop(&server);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
