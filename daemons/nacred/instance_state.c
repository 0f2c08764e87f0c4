/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "instance_state.h"

#include <errno.h>
#include <fcntl.h>
#include <instance.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "durable.h"
#include "log.h"

#define IDENTITY       "instance.json"
#define IDENTITY_BYTES 512

/* Id and start of this run of the hypervisor, which outlive nacred. */
static bool take_identity(struct nacred *n, const struct json *v)
{
	uuid_t u;

	n->instance_start = json_real(json_get(v, "start_time"), 0);
	if (uuid_parse(json_string(json_get(v, "instance_id"), ""), u) || n->instance_start <= 0)
		return false;
	uuid_unparse_lower(u, n->instance_id);
	return true;
}

static bool read_identity(struct nacred *n)
{
	char path[NACRED_PATH_MAX + 32], why[DURABLE_WHY], *text;
	struct json *v = NULL;
	size_t len = 0;
	bool ok;

	snprintf(path, sizeof(path), "%s/" IDENTITY, n->statedir);
	text = durable_read(path, IDENTITY_BYTES, &len, why);
	if (!text && !why[0])
		return false;
	if (text)
		v = json_parse(text, len, NULL, why, sizeof(why));
	free(text);
	ok = v && take_identity(n, v);
	if (!ok)
		durable_set_aside(path, v ? "no identity is in it" : why,
				  "the instance has a new id, as if it were another one");
	json_free(v);
	return ok;
}

static int write_identity(struct nacred *n, struct rpc_error *e)
{
	struct json *v = json_new_object();
	struct timespec now;
	char *text = NULL;
	uuid_t u;
	int rc;

	uuid_generate(u);
	uuid_unparse_lower(u, n->instance_id);
	clock_gettime(CLOCK_REALTIME, &now);
	n->instance_start = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	if (json_set_string(v, "instance_id", n->instance_id) &&
	    json_set_real(v, "start_time", n->instance_start))
		text = json_print(v, true);
	json_free(v);
	rc = text ? durable_replace(n->statedir, IDENTITY, text, strlen(text), e) : fail_memory(e);
	free(text);
	return rc;
}

/* One nacred per instance: a second one would take back what the first is making. */
static int take_lock(struct nacred *n)
{
	char path[NACRED_PATH_MAX + 32];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/lock", n->statedir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = -errno;
		log_error("cannot open %s: %s", path, strerror(-rc));
		return rc;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* held until this process ends */
	rc = -errno;
	close(fd);
	if (rc == -EWOULDBLOCK)
		log_error("another nacred serves the instance in %s already", n->rundir);
	else
		log_error("cannot lock %s: %s", path, strerror(-rc));
	return rc;
}

static int load(struct nacred *n)
{
	char path[NACRED_PATH_MAX + 32];
	struct rpc_error e;
	int rc;

	if (!read_identity(n) && write_identity(n, &e)) {
		log_error("%s", e.message);
		return -EIO;
	}
	snprintf(path, sizeof(path), "%s/domains", n->statedir);
	rc = records_load(&n->records, path);
	if (rc)
		log_error("cannot use %s: %s; it has to be a directory", path, strerror(-rc));
	return rc;
}

static int make_statedir(const char *dir)
{
	int rc;

	if (mkdir(dir, 0700) && errno != EEXIST) {
		log_error("cannot make %s: %s; is the instance up? `nacre up` starts it", dir,
			  strerror(errno));
		return -errno;
	}
	rc = durable_check_directory(dir);
	if (rc)
		log_error("%s has to be a directory of uid %u that nobody else can write to; move "
			  "it away or mend it",
			  dir, geteuid());
	return rc;
}

int instance_state_open(struct nacred *n)
{
	const char *dir = getenv("NACRE_RUNDIR");
	int rc = 0;

	if (dir && strlen(dir) >= INSTANCE_DIR_MAX)
		rc = -ENAMETOOLONG;
	else if (dir)
		snprintf(n->rundir, sizeof(n->rundir), "%s", dir);
	else
		rc = instance_rundir(NULL, n->rundir, sizeof(n->rundir));
	if (rc) {
		log_error("cannot tell the run directory: %s", strerror(-rc));
		return rc;
	}
	snprintf(n->statedir, sizeof(n->statedir), "%.200s/nacred", n->rundir);
	rc = make_statedir(n->statedir);
	rc = rc ? rc : take_lock(n);
	return rc ? rc : load(n);
}
