/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "instance.h"
#include "xl.h"

/* Xen's runs xentop by system(), and exits with 0 whatever became of it; ours becomes xentop. */
int cmd_top(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"delay", required_argument, NULL, 'd'},
		{"networks", no_argument, NULL, 'n'},
		{"vbds", no_argument, NULL, 'x'},
		{"repeat-header", no_argument, NULL, 'r'},
		{"vcpus", no_argument, NULL, 'v'},
		{"batch", no_argument, NULL, 'b'},
		{"iterations", required_argument, NULL, 'i'},
		{"full-name", no_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	static char name[] = "xentop";
	char path[PATH_MAX];
	int rc;

	while (xl_option(verb, argc, argv, "hd:nxrvbi:f", options) >= 0)
		continue;
	if (argv[optind])
		return xl_misuse(verb);
	rc = instance_program(name, path, sizeof(path));
	if (!rc) {
		argv[0] = name;
		execv(path, argv);
		rc = -errno;
	}
	fprintf(stderr, "xl: cannot run %s: %s\n", name, strerror(-rc));
	return EXIT_FAILURE;
}
