/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* getenforce, setenforce, loadpolicy: there is no Flask, as in a Xen built without. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmds.h"
#include "xl.h"

#define STATUS_DISABLED 255 /* Xen's xl returns -1 */

static int disabled(void)
{
	fputs("Flask XSM disabled\n", stderr);
	return STATUS_DISABLED;
}

int cmd_getenforce(const struct verb *verb, int argc, char **argv)
{
	xl_no_options(verb, argc, argv);
	puts("Flask XSM Disabled");
	return STATUS_DISABLED;
}

int cmd_setenforce(const struct verb *verb, int argc, char **argv)
{
	const char *mode;

	xl_no_options(verb, argc, argv);
	mode = argv[optind];
	if (argc - optind != 1)
		return xl_misuse(verb);
	if (strcmp(mode, "0") != 0 && strcmp(mode, "1") != 0 &&
	    strcasecmp(mode, "enforcing") != 0 && strcasecmp(mode, "permissive") != 0)
		return xl_misuse(verb);
	return disabled();
}

int cmd_loadpolicy(const struct verb *verb, int argc, char **argv)
{
	int fd;

	xl_no_options(verb, argc, argv);
	if (argc - optind != 1)
		return xl_misuse(verb);
	fd = open(argv[optind], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "Error occurred opening policy file '%s': %s\n",
			xl_safe(argv[optind]), strerror(errno));
		return STATUS_DISABLED;
	}
	close(fd);
	return disabled();
}
