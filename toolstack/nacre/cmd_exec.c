/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As env(1) and the shell have it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND	127

/* Where Debian keeps Xen's programs, out of PATH. */
#define DEBIAN_XEN_BIN "/usr/lib/xen-4.17/bin"

/* What is not in PATH: our own programs, then Debian's. */
static int extend_path(void)
{
	const char *old = getenv("PATH");
	char own[PATH_MAX], *path;
	int rc = instance_program("", own, sizeof(own));

	if (rc)
		return rc;
	if (asprintf(&path, "%s:%s:%s", old && *old ? old : "/usr/bin:/bin", own, DEBIAN_XEN_BIN) <
	    0)
		return -ENOMEM;
	rc = setenv("PATH", path, 1) ? -errno : 0;
	free(path);
	return rc;
}

int cmd_exec(struct context *c, int argc, char **argv)
{
	int error, rc;

	if (argc > 1 && !strcmp(argv[1], "--")) {
		argc--;
		argv++;
	}
	if (argc < 2)
		return misuse("exec: which program?");
	if (instance_life(c->rundir) != LIFE_RUNNING)
		return complain("instance %s is not running (start it with: nacre%s%s up)", c->name,
				strcmp(c->name, INSTANCE_DEFAULT) ? " -i " : "",
				strcmp(c->name, INSTANCE_DEFAULT) ? c->name : "");
	rc = instance_export(c->name, c->rundir);
	rc = rc ? rc : extend_path();
	if (rc)
		return complain("%s", strerror(-rc));
	execvp(argv[1], argv + 1);
	error = errno;
	complain("%s: %s", argv[1], strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
