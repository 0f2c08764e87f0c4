/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Verbs of what is not there: saving and moving guests, the device model, backends.  Their
 * arguments are checked as Xen's xl checks them, then the reason is given.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

struct unsupported {
	const char *verb;
	const char *letters;
	const struct option *options;
	int max_args; /* more are misuse; 0: any number is taken */
};

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};
static const struct option migrate_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"debug", no_argument, NULL, XL_OPTION_LONG},
	{"live", no_argument, NULL, XL_OPTION_LONG},
	XL_OPTION_END,
};
static const struct option receive_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"colo", no_argument, NULL, XL_OPTION_LONG},
	{"coloft-script", required_argument, NULL, XL_OPTION_LONG},
	{"userspace-colo-proxy", no_argument, NULL, XL_OPTION_LONG},
	XL_OPTION_END,
};
static const struct option viewer_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"autopass", no_argument, NULL, XL_OPTION_LONG},
	{"vncviewer-autopass", no_argument, NULL, XL_OPTION_LONG},
	XL_OPTION_END,
};
static const struct option restore_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"vncviewer", no_argument, NULL, 'V'},
	{"vncviewer-autopass", no_argument, NULL, 'A'},
	XL_OPTION_END,
};

static const struct unsupported table[] = {
	{"save", "+hcpD", help_only, 0},
	{"migrate", "+hFC:s:epD", migrate_options, 0},
	{"restore", "+hFcpdeVA", restore_options, 2},
	{"migrate-receive", "+hFedrp", receive_options, -1},
	{"remus", "+hFbundi:s:N:ecp", help_only, 0},
	{"vncviewer", "+h", viewer_options, 0},
	{"cd-insert", "+h", help_only, 0},
	{"cd-eject", "+h", help_only, 0},
	{"qemu-monitor-command", "+h", help_only, 0},
	{"devd", "+hFp:", help_only, 0},
};

static const struct unsupported *read_options(const struct verb *verb, int argc, char **argv)
{
	const struct unsupported *u = table;

	while (strcmp(u->verb, verb->name) != 0)
		u++;
	while (xl_option(verb, argc, argv, u->letters, u->options) >= 0)
		continue;
	return u;
}

static int refuse(const struct verb *verb)
{
	fprintf(stderr, "xl: %s: %s\n", verb->name, verb->missing);
	return EXIT_FAILURE;
}

/* Verbs that begin with a domain. */
int cmd_unsupported(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	read_options(verb, argc, argv);
	return xl_domid(argv[optind], &domid) ? refuse(verb) : EXIT_FAILURE;
}

/* migrate-receive and devd */
int cmd_unsupported_service(const struct verb *verb, int argc, char **argv)
{
	const struct unsupported *u = read_options(verb, argc, argv);

	if (u->max_args < 0 && argv[optind]) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	return refuse(verb);
}

int cmd_restore(const struct verb *verb, int argc, char **argv)
{
	const struct unsupported *u = read_options(verb, argc, argv);
	int fd;

	if (argc - optind > u->max_args) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	fd = open(argv[argc - 1], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "Can't open restore file: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	close(fd);
	return refuse(verb);
}

/* The words of libxl for every guest that has no emulated machine. */
static int no_model(uint32_t domid, const char *why)
{
	fputs("libxl: error: ", stderr);
	if (domid)
		fprintf(stderr, "Domain %u:", domid);
	fprintf(stderr, "%s\n", why);
	return EXIT_FAILURE;
}

int cmd_vncviewer(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	read_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	return no_model(domid, "Cannot get vnc-port");
}

/* cd-insert, cd-eject */
int cmd_cd(const struct verb *verb, int argc, char **argv)
{
	bool insert = strcmp(verb->name, "cd-insert") == 0;
	struct stat st;
	uint32_t domid;

	read_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (insert && stat(argv[optind + 2], &st)) {
		fprintf(stderr, "Cannot stat file: %s\n", xl_safe(argv[optind + 2]));
		return EXIT_FAILURE;
	}
	return no_model(domid, "cdrom-insert requires an HVM domain");
}
