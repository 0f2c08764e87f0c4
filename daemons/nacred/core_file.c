/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "core_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "durable.h"
#include "instance.h"
#include "limits.h"
#include "log.h"
#include "nacred.h"

struct core_file {
	struct nacred *n;
	core_file_done *done;
	char uuid[37];
	char file[LIMIT_NAME_BYTES + 8]; /* NAME.core */
	char dir[NACRED_PATH_MAX];
};

static int open_dir(struct core_file *c, struct rpc_error *e)
{
	const char *instance = getenv("NACRE_INSTANCE");
	char what[64];
	int rc;

	snprintf(what, sizeof(what), "dump/%s", instance && *instance ? instance : "default");
	rc = instance_state(what, c->dir, sizeof(c->dir));
	if (!rc)
		rc = durable_directory(c->dir);
	return rc ? fail_errno(e, rc, "daemon.dump", "cannot use the directory %s", c->dir) : 0;
}

/* A process that an earlier nacred has left may still write to the file of this name. */
static int open_new(const struct core_file *c, struct rpc_error *e)
{
	char path[NACRED_PATH_MAX + sizeof(c->file) + sizeof(DURABLE_SUFFIX)];
	int fd;

	durable_discard(c->dir, c->file);
	snprintf(path, sizeof(path), "%s/%s" DURABLE_SUFFIX, c->dir, c->file);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? fail_errno(e, errno, "daemon.dump", "cannot make %s", path) : fd;
}

static void on_written(void *arg, bool whole)
{
	struct core_file *c = arg;
	struct rpc_error e;

	if (!whole) {
		durable_discard(c->dir, c->file);
		log_error("there is no core %s/%s: see the messages before", c->dir, c->file);
	} else if (durable_commit(c->dir, c->file, &e)) {
		log_error("%s", e.message);
	} else {
		log_notice("a core is in %s/%s", c->dir, c->file);
	}
	c->done(c->n, c->uuid);
	free(c);
}

int core_file_begin(struct nacred *n, uint32_t domid, const char *uuid, const char *name,
		    core_file_done *done, struct rpc_error *e)
{
	struct core_file *c = calloc(1, sizeof(*c));
	int fd, rc;

	if (!c)
		return fail_memory(e);
	c->n = n;
	c->done = done;
	snprintf(c->uuid, sizeof(c->uuid), "%s", uuid);
	snprintf(c->file, sizeof(c->file), "%s.core", name);
	rc = open_dir(c, e);
	fd = rc ? -1 : open_new(c, e);
	if (fd >= 0) {
		rc = dump_to(n, domid, fd, on_written, c, e);
		close(fd);
		if (!rc)
			return 0;
		durable_discard(c->dir, c->file);
	}
	free(c);
	return -1;
}
