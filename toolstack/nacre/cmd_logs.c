/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_log(const char *name)
{
	return strstr(name, ".log") != NULL && name[0] != '.';
}

static void list_dir(const char *dir)
{
	struct dirent **e;
	struct stat st;
	int i, fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = scandir(dir, &e, NULL, alphasort);

	for (i = 0; i < n; i++) {
		if (is_log(e[i]->d_name) && !fstatat(fd, e[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			printf("%9lld  %s/%s\n", (long long)st.st_size, dir, e[i]->d_name);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
	if (fd >= 0)
		close(fd);
}

static int list(const struct context *c)
{
	static const char *const sub[] = {"", "/log", "/console"};
	char dir[PATH_MAX];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(dir, sizeof(dir), "%s%s", c->rundir, sub[i]);
		list_dir(dir);
	}
	return EXIT_OK;
}

/* "hypervisor", a daemon's name, "guest-NAME" or just a guest's name. */
static int find(const struct context *c, const char *name, char *path, size_t len)
{
	static const char *const before[] = {"", "log/", "console/", "console/guest-"};
	unsigned int i;

	if (strchr(name, '/'))
		return -1;
	for (i = 0; i < 4; i++) {
		snprintf(path, len, "%s/%s%s.log", c->rundir, before[i], name);
		if (!access(path, R_OK))
			return 0;
	}
	return -1;
}

int cmd_logs(struct context *c, int argc, char **argv)
{
	bool follow = argc > 1 && (!strcmp(argv[1], "-f") || !strcmp(argv[1], "--follow"));
	char path[PATH_MAX];

	if (follow) {
		argc--;
		argv++;
	}
	if (argc > 2)
		return misuse("logs: unexpected argument '%s'", argv[2]);
	if (access(c->rundir, F_OK))
		return complain("instance %s has no logs: it is not running", c->name);
	if (argc == 1)
		return follow ? misuse("logs: follow which one?") : list(c);
	if (find(c, argv[1], path, sizeof(path)))
		return complain("instance %s has no log '%s' (list them with: nacre logs)", c->name,
				argv[1]);
	if (follow)
		execlp("tail", "tail", "-n", "+1", "-F", path, (char *)NULL);
	else
		execlp("cat", "cat", path, (char *)NULL);
	return complain("cannot show %s: %s", path, strerror(errno));
}
