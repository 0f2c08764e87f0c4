/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What can be seen of an instance from outside. */
#include "nacre.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum life instance_life(const char *rundir)
{
	int fd = instance_lock(rundir, false);

	if (fd >= 0) {
		close(fd);
		return LIFE_ENDED;
	}
	errno = -fd;
	switch (fd) {
	case -EWOULDBLOCK:
		return LIFE_RUNNING;
	case -ENOENT:
		return access(rundir, F_OK) ? LIFE_NONE : LIFE_ENDED;
	}
	return LIFE_UNKNOWN;
}

static void take(struct state *st, const char *key, const char *value)
{
	if (!strcmp(key, "accel"))
		snprintf(st->accel, sizeof(st->accel), "%s", value);
	else if (!strcmp(key, "cpus"))
		st->cpus = (unsigned int)strtoul(value, NULL, 10);
	else if (!strcmp(key, "memory_mib"))
		st->memory_mib = strtoull(value, NULL, 10);
	else if (!strcmp(key, "qemu_pid"))
		st->qemu_pid = (int)strtol(value, NULL, 10);
	else if (!strcmp(key, "ready"))
		st->ready = value[0] == '1';
	else if (!strcmp(key, "ended"))
		snprintf(st->ended, sizeof(st->ended), "%s", value);
}

void state_read(const char *rundir, struct state *st)
{
	char path[PATH_MAX], line[1024], *equals;
	FILE *f;

	*st = (struct state){0};
	snprintf(path, sizeof(path), "%s/state", rundir);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals = '\0';
		take(st, line, equals + 1);
	}
	fclose(f);
}
