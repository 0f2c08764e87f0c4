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

#include "log.h"

/* Id and start of this run of the hypervisor, which outlive nacred. */
static bool read_identity(struct nacred *n, const char *path)
{
	FILE *f = fopen(path, "re");
	char text[512], why[128];
	const char *id;
	struct json *v;
	size_t len;
	uuid_t u;

	if (!f)
		return false;
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	v = json_parse(text, len, NULL, why, sizeof(why));
	id = json_string(json_get(v, "instance_id"), "");
	n->instance_start = json_real(json_get(v, "start_time"), 0);
	if (uuid_parse(id, u) == 0)
		uuid_unparse_lower(u, n->instance_id);
	json_free(v);
	return n->instance_id[0] && n->instance_start > 0;
}

static int write_identity(struct nacred *n, const char *path)
{
	struct json *v = json_new_object();
	char temp[NACRED_PATH_MAX + 40];
	struct timespec now;
	char *text;
	uuid_t u;
	FILE *f;
	int rc;

	uuid_generate(u);
	uuid_unparse_lower(u, n->instance_id);
	clock_gettime(CLOCK_REALTIME, &now);
	n->instance_start = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	json_set_string(v, "instance_id", n->instance_id);
	json_set_real(v, "start_time", n->instance_start);
	text = json_print(v, true);
	json_free(v);
	if (!text)
		return -ENOMEM;
	snprintf(temp, sizeof(temp), "%s.new", path);
	f = fopen(temp, "we");
	rc = !f || fputs(text, f) < 0 || fflush(f) || fsync(fileno(f)) ? -errno : 0;
	if (f && fclose(f) && !rc)
		rc = -errno;
	if (!rc && rename(temp, path))
		rc = -errno;
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
	int rc = 0;

	snprintf(path, sizeof(path), "%s/instance.json", n->statedir);
	if (!read_identity(n, path))
		rc = write_identity(n, path);
	if (!rc) {
		snprintf(path, sizeof(path), "%s/domains", n->statedir);
		rc = records_load(&n->records, path);
	}
	if (rc)
		log_error("cannot use %s: %s", path, strerror(-rc));
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
	if (mkdir(n->statedir, 0700) && errno != EEXIST) {
		rc = -errno;
		log_error("cannot make %s: %s; is the instance up? `nacre up` starts it",
			  n->statedir, strerror(errno));
		return rc;
	}
	rc = take_lock(n);
	return rc ? rc : load(n);
}
