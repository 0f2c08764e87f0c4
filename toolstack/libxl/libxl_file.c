/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Files, pipes and children: helpers that need no hypervisor.  Messages are libxl's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libxl_internal.h"

#include <xen/xen.h> /* behind what gives it uint64_t */

#define LOG_DIRECTORY "/var/log/xen"
#define LOG_NR	      10 /* older ones that are kept */

#define LOG_ERRNO(ctx, e, ...)                                                                     \
	libxl__log(ctx, XTL_ERROR, e, LIBXL__HERE, INVALID_DOMID, __VA_ARGS__)

char *libxl_basename(const char *name)
{
	const char *slash = strrchr(name, '/');

	if (!*name)
		return strdup(".");
	return strdup(slash ? slash + 1 : name);
}

unsigned long libxl_get_required_shadow_memory(unsigned long maxmem_kb, unsigned int smp_cpus)
{
	/* 256 pages a vCPU, and 2 pages for each MiB: 4 KiB each. */
	return 4 * (256ul * smp_cpus + 2 * (maxmem_kb / 1024));
}

int libxl_domid_valid_guest(uint32_t domid)
{
	return domid > 0 && domid < DOMID_FIRST_RESERVED;
}

/* --- whole files ------------------------------------------------------------------- */

static int check_plain(libxl_ctx *ctx, int fd, const char *filename, size_t *len)
{
	struct stat st;
	int e;

	if (fstat(fd, &st)) {
		e = errno;
		LOG_ERRNO(ctx, e, "failed to fstat %s", filename);
		return e;
	}
	if (!S_ISREG(st.st_mode)) {
		LOG_ERRNO(ctx, ENOTTY, "%s is not a plain file", filename);
		return ENOTTY;
	}
	if (st.st_size > INT_MAX) {
		LOG_ERRNO(ctx, EFBIG, "file %s is far too large", filename);
		return EFBIG;
	}
	*len = (size_t)st.st_size;
	return 0;
}

static int read_plain(libxl_ctx *ctx, int fd, const char *filename, char *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = read(fd, data + done, len - done);
		int e = errno;

		if (got < 0 && e == EINTR)
			continue;
		if (got < 0) {
			LOG_ERRNO(ctx, e, "failed to read %s", filename);
			return e;
		}
		if (got == 0) {
			LOG_ERRNO(ctx, -1, "%s changed size while we were reading it", filename);
			return EPROTO;
		}
		done += (size_t)got;
	}
	return 0;
}

static int read_open(libxl_ctx *ctx, int fd, const char *filename, void **data_r, int *datalen_r)
{
	char *data = NULL;
	size_t len = 0;
	int e = check_plain(ctx, fd, filename, &len);

	if (e)
		return e;
	if (len && data_r) {
		data = malloc(len);
		if (!data)
			return ENOMEM;
		e = read_plain(ctx, fd, filename, data, len);
	}
	if (e) {
		free(data);
		return e;
	}
	if (data_r)
		*data_r = data;
	if (datalen_r)
		*datalen_r = (int)len;
	return 0;
}

int libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data_r, int *datalen_r)
{
	int fd = open(filename, O_RDONLY | O_CLOEXEC), e = errno;

	if (fd < 0) {
		if (e != ENOENT)
			LOG_ERRNO(ctx, e, "failed to open %s", filename);
		return e;
	}
	e = read_open(ctx, fd, filename, data_r, datalen_r);
	close(fd);
	return e;
}

/* --- descriptors --------------------------------------------------------------------- */

/* Both directions: what is done (0: none left), from whom, and libxl's words. */
struct transfer {
	libxl_ctx *ctx;
	const char *filename, *what;
	bool writing;
};

static int transfer_failed(const struct transfer *t, ssize_t rc, int e)
{
	const char *what = t->what ? t->what : "", *from = t->what ? " from " : "";

	if (rc < 0) {
		LOG_ERRNO(t->ctx, e, "failed to %s %s%s%s", t->writing ? "write" : "read", what,
			  from, t->filename);
		return e;
	}
	if (t->writing)
		LOG_ERRNO(t->ctx, -1, "file/stream write returned 0! writing %s%s%s", what, from,
			  t->filename);
	else
		LOG_ERRNO(t->ctx, -1, "file/stream truncated reading %s%s%s", what, from,
			  t->filename);
	return EPROTO;
}

int libxl_read_exactly(libxl_ctx *ctx, int fd, void *data, ssize_t sz, const char *filename,
		       const char *what)
{
	const struct transfer t = {ctx, filename, what, false};
	char *p = data;

	while (sz > 0) {
		ssize_t got = read(fd, p, (size_t)sz);
		int e = errno;

		if (got < 0 && e == EINTR)
			continue;
		if (got <= 0)
			return transfer_failed(&t, got, e);
		p += got;
		sz -= got;
	}
	return 0;
}

int libxl_write_exactly(libxl_ctx *ctx, int fd, const void *data, ssize_t sz, const char *filename,
			const char *what)
{
	const struct transfer t = {ctx, filename, what, true};
	const char *p = data;

	while (sz > 0) {
		ssize_t put = write(fd, p, (size_t)sz);
		int e = errno;

		if (put < 0 && e == EINTR)
			continue;
		if (put <= 0)
			return transfer_failed(&t, put, e);
		p += put;
		sz -= put;
	}
	return 0;
}

int libxl_pipe(libxl_ctx *ctx, int pipes[2])
{
	if (!pipe(pipes))
		return 0;
	LOG_ERRNO(ctx, errno, "Failed to create a pipe");
	return ERROR_FAIL;
}

/* fcntl(2): one flag of the ones that @get and @set are about. */
static int change_flag(libxl_ctx *ctx, int fd, int get, int set, int flag, int wanted)
{
	const char *what = get == F_GETFD ? "FD" : "FL";
	int flags = fcntl(fd, get);

	if (flags < 0) {
		LOG_ERRNO(ctx, errno, "fcntl(,F_GET%s) failed", what);
		return ERROR_FAIL;
	}
	if (fcntl(fd, set, wanted ? flags | flag : flags & ~flag)) {
		LOG_ERRNO(ctx, errno, "fcntl(,F_SET%s) failed", what);
		return ERROR_FAIL;
	}
	return 0;
}

int libxl_fd_set_cloexec(libxl_ctx *ctx, int fd, int cloexec)
{
	return change_flag(ctx, fd, F_GETFD, F_SETFD, FD_CLOEXEC, cloexec);
}

int libxl_fd_set_nonblock(libxl_ctx *ctx, int fd, int nonblock)
{
	return change_flag(ctx, fd, F_GETFL, F_SETFL, O_NONBLOCK, nonblock);
}

/* --- children and logs ------------------------------------------------------------------ */

void libxl_report_child_exitstatus(libxl_ctx *ctx, xentoollog_level level, const char *what,
				   pid_t pid, int status)
{
	const struct libxl__where *here = LIBXL__HERE;
	const uint32_t nobody = INVALID_DOMID;
	const long id = (long)pid;

	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		libxl__log(ctx, level, -1, here, nobody, "%s [%ld] exited with error status %d",
			   what, id, WEXITSTATUS(status));
	} else if (WIFEXITED(status)) {
		libxl__log(ctx, level, -1, here, nobody, "%s [%ld] unexpectedly exited status zero",
			   what, id);
	} else if (WIFSIGNALED(status)) {
		const char *name = strsignal(WTERMSIG(status));
		const char *dumped = WCOREDUMP(status) ? " (core dumped)" : "";

		libxl__log(ctx, level, -1, here, nobody, "%s [%ld] died due to fatal signal %s%s",
			   what, id, name, dumped);
	} else {
		libxl__log(ctx, level, -1, here, nobody, "%s [%ld] gave unknown wait status 0x%x",
			   what, id, (unsigned int)status);
	}
}

static int rotate_one(libxl_ctx *ctx, const char *from, const char *to)
{
	if (!rename(from, to) || errno == ENOENT)
		return 0;
	LOG_ERRNO(ctx, errno, "failed to rotate logfile - could not rename %s to %s", from, to);
	return ERROR_FAIL;
}

/* @name.log becomes @name.log.1, that .2 and so on; the oldest goes. */
static int rotate(libxl_ctx *ctx, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];
	int i, rc = 0;

	for (i = LOG_NR; !rc && i > 0; i--) {
		snprintf(to, sizeof(to), LOG_DIRECTORY "/%s.log.%d", name, i);
		if (i == 1)
			snprintf(from, sizeof(from), LOG_DIRECTORY "/%s.log", name);
		else
			snprintf(from, sizeof(from), LOG_DIRECTORY "/%s.log.%d", name, i - 1);
		rc = rotate_one(ctx, from, to);
	}
	return rc;
}

/* Makes room for a log of that name; the caller opens it. */
int libxl_create_logfile(libxl_ctx *ctx, const char *name, char **full_name)
{
	struct stat st;
	char *path;
	int rc = 0;

	if (strchr(name, '/') || asprintf(&path, LOG_DIRECTORY "/%s.log", name) < 0)
		return strchr(name, '/') ? ERROR_INVAL : ERROR_NOMEM;
	if (!stat(path, &st)) {
		rc = rotate(ctx, name);
	} else if (errno != ENOENT) {
		LOG_ERRNO(ctx, errno,
			  "problem checking existence of logfile %s, which might have needed to be "
			  "rotated",
			  path);
	}
	if (rc)
		free(path);
	else
		*full_name = path;
	return rc;
}

/* The words of xm's time for a disk's backend; others leave @backend alone. */
int libxl_string_to_backend(libxl_ctx *ctx, char *s, libxl_disk_backend *backend)
{
	static const struct {
		const char *word;
		libxl_disk_backend backend;
	} words[] = {
		{"phy", LIBXL_DISK_BACKEND_PHY},
		{"file", LIBXL_DISK_BACKEND_TAP},
		{"qdisk", LIBXL_DISK_BACKEND_QDISK},
		{"standalone", LIBXL_DISK_BACKEND_STANDALONE},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(s, words[i].word))
			*backend = words[i].backend;
	return strcmp(s, "tap") ? 0 : ERROR_INVAL;
}
