/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rundir.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "remains.h"

/* What a program finds there only while the instance runs. */
static const char *const transient[] = {
	"host.sock",	    "nacred.sock",     "nacred-ro.sock", "socket",
	"xenconsoled.sock", "notify.sock",     "nacre-host.pid", "qemu.pid",
	"xenstored.pid",    "xenconsoled.pid", "nacred.pid",
};

static int make_dirs(const struct rundir *r)
{
	static const char *const dirs[] = {"log", "console"};
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->path, dirs[i]);
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int take_over(struct rundir *r)
{
	int rc = remains_kill(r->path);

	rc = rc ? rc : remains_clear(r->path, "lock");
	rc = rc ? rc : make_dirs(r);
	return rc ? rc : pidfile_write(r->path, "nacre-host", getpid());
}

int rundir_open(struct rundir *r, const char *instance)
{
	int rc;

	r->lock = -1;
	rc = instance_make_rundir(instance, r->path, sizeof(r->path));
	if (rc) {
		tell_error("cannot make the run directory %s: %s", r->path, strerror(-rc));
		return rc;
	}
	r->lock = instance_lock(r->path, true);
	if (r->lock == -EWOULDBLOCK)
		tell_error("the instance is already running (see: nacre status)");
	else if (r->lock < 0)
		tell_error("cannot lock %s: %s", r->path, strerror(-r->lock));
	if (r->lock < 0)
		return r->lock;
	rc = take_over(r);
	if (rc)
		tell_error("cannot put %s in order: %s", r->path, strerror(-rc));
	return rc;
}

void rundir_close(struct rundir *r, bool all)
{
	char path[PATH_MAX];
	unsigned int i;

	if (r->lock < 0)
		return;
	for (i = 0; i < sizeof(transient) / sizeof(transient[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->path, transient[i]);
		unlink(path);
	}
	/* The lock file last: it goes while we hold it, so whoever waits for it
	 * sees that the file it has open is no longer the one in place. */
	if (all && !remains_clear(r->path, "lock")) {
		snprintf(path, sizeof(path), "%s/lock", r->path);
		unlink(path);
		rmdir(r->path);
	}
	close(r->lock);
	r->lock = -1;
}

int rundir_write_state(const struct rundir *r, const struct rundir_state *st)
{
	char path[PATH_MAX], temp[PATH_MAX];
	FILE *f;
	int rc;

	snprintf(path, sizeof(path), "%s/state", r->path);
	snprintf(temp, sizeof(temp), "%s/state.new", r->path);
	f = fopen(temp, "we");
	if (!f)
		return -errno;
	fprintf(f, "accel=%s\ncpus=%u\nmemory_mib=%" PRIu64 "\nqemu_pid=%d\nready=%d\n", st->accel,
		st->cpus, st->memory_mib, (int)st->qemu, st->ready);
	if (st->ended)
		fprintf(f, "ended=%s\n", st->ended);
	rc = ferror(f);
	rc |= fclose(f);
	if (rc || rename(temp, path))
		return -EIO;
	return 0;
}
