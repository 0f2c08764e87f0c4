/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A domain's memory into a file: nacred sends an ELF core through a pipe. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libxl_context.h"

#define HEAD	   (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr))
#define COPY_BYTES ((size_t)256 * 1024)

/* Where the core goes: a file beside the wanted one until it is whole, so that there is
 * never half a core under its name; a device as it is. */
struct core {
	libxl_ctx *ctx;
	struct libxl__ao *ao; /* while it is copied */
	char *path, *part;    /* no @part: a device */
	int fd, stream;	      /* -1: closed */
	struct libxl__ev_fd readable;
	char *bytes; /* COPY_BYTES */
	union {
		char bytes[HEAD];
		struct {
			Elf64_Ehdr elf;
			Elf64_Shdr sections[2]; /* the second is written last */
		} v;
	} head;
	uint64_t len;
};

/* False with errno. */
static bool core_open(struct core *c)
{
	struct stat st;

	if (!stat(c->path, &st) && !S_ISREG(st.st_mode)) {
		c->fd = open(c->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return c->fd >= 0;
	}
	if (asprintf(&c->part, "%s.XXXXXX", c->path) < 0) {
		c->part = NULL;
		errno = ENOMEM;
		return false;
	}
	c->fd = mkostemp(c->part, O_CLOEXEC);
	if (c->fd >= 0)
		return true;
	free(c->part);
	c->part = NULL;
	return false;
}

static bool put(struct core *c, const char *bytes, size_t len)
{
	size_t head = c->len < HEAD ? HEAD - c->len : 0;

	if (head > len)
		head = len;
	memcpy(c->head.bytes + c->len, bytes, head);
	c->len += len;
	while (len) {
		ssize_t done = write(c->fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return true;
}

/* The stream says by its end whether it is whole: then its last section is there. */
static bool is_whole(const struct core *c)
{
	const Elf64_Shdr *last = &c->head.v.sections[1];

	return c->len > HEAD && memcmp(c->head.v.elf.e_ident, ELFMAG, SELFMAG) == 0 &&
	       c->len == last->sh_offset + last->sh_size;
}

/* --- the file is whole, or not there -------------------------------------------------------- */

/* @good: it is whole.  False with errno: it is not under its name.  Once. */
static bool core_close(struct core *c, bool good)
{
	int err = errno;

	if (c->part && good) {
		good = !fsync(c->fd) && !rename(c->part, c->path);
		err = errno;
	}
	if (c->part && !good)
		unlink(c->part);
	close(c->fd);
	c->fd = -1;
	errno = err;
	return good;
}

static int failed(const struct core *c, uint32_t domid, const char *why)
{
	LIBXL__ERROR(c->ctx, domid, "Core dumping domain to %s: %s", c->path, why);
	return ERROR_FAIL;
}

static void stop_copying(struct core *c)
{
	if (c->readable.fd >= 0) {
		libxl__fd_deregister(c->ctx, &c->readable);
		c->ctx->nr_cores--;
	}
	if (c->stream >= 0)
		close(c->stream);
	c->stream = -1;
}

/* Lock held, or nothing is being copied. */
static void core_free(void *user)
{
	struct core *c = user;

	stop_copying(c);
	if (c->fd >= 0)
		core_close(c, false);
	free(c->path);
	free(c->part);
	free(c->bytes);
	free(c);
}

/* --- copying ------------------------------------------------------------------------------ */

static void copied(struct libxl__egc *egc, struct core *c, bool good)
{
	struct libxl__ao *ao = c->ao;
	int rc = core_close(c, good) ? 0 : failed(c, ao->domid, strerror(errno));

	stop_copying(c);
	libxl__ao_complete(egc, ao, rc);
}

/* As much as is there, so that other events have their turn. */
static void copy_some(struct libxl__egc *egc, struct libxl__ev_fd *ev, short revents)
{
	struct core *c = (struct core *)((char *)ev - offsetof(struct core, readable));
	ssize_t got = read(c->stream, c->bytes, COPY_BYTES);
	int err;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return; /* another thread was faster */
	if (!got)
		errno = EPIPE;
	if (got <= 0) {
		copied(egc, c, !got && is_whole(c));
	} else if (!put(c, c->bytes, (size_t)got)) {
		err = errno;
		libxl__log_xc(c->ctx, "Failed to write buffer (%d = %s)", err, strerror(err));
		errno = err;
		copied(egc, c, false);
	}
}

static int begin_copying(struct core *c, struct libxl__ao *ao)
{
	int rc;

	c->ao = ao;
	if (c->ctx->nr_cores == LIBXL__MAX_CORES)
		return failed(c, ao->domid, "too many cores are being written");
	c->readable.occurred = copy_some;
	if (fcntl(c->stream, F_SETFL, O_NONBLOCK))
		return failed(c, ao->domid, strerror(errno));
	rc = libxl__fd_register(c->ctx, &c->readable, c->stream, POLLIN);
	if (rc)
		return rc;
	c->ctx->nr_cores++;
	return LIBXL__GOES_ON;
}

static int answered(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result, int rc)
{
	struct core *c = ao->user;

	c->stream = ao->fd;
	if (rc == ERROR_DOMAIN_NOTFOUND) { /* in Xen's words */
		libxl__log_xc(c->ctx, "Could not get info for domain (%d = %s)", ESRCH,
			      strerror(ESRCH));
		return failed(c, ao->domid, strerror(ESRCH));
	}
	if (rc)
		return failed(c, ao->domid, "nacred refuses");
	if (c->stream < 0)
		return failed(c, ao->domid, "nacred sent no stream");
	return begin_copying(c, ao);
}

static void aborted(struct libxl__egc *egc, struct libxl__ao *ao)
{
	stop_copying(ao->user);
	libxl__ao_cancel(egc, ao);
}

/* --- the function ------------------------------------------------------------------------- */

static struct core *core_new(libxl_ctx *ctx, const char *path)
{
	struct core *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->ctx = ctx;
	c->fd = c->stream = c->readable.fd = -1;
	c->path = strdup(path);
	c->bytes = malloc(COPY_BYTES);
	if (c->path && c->bytes)
		return c;
	core_free(c);
	return NULL;
}

/* Files are written as fast as they take it; all else happens as the bytes come. */
int libxl_domain_core_dump(libxl_ctx *ctx, uint32_t domid, const char *filename,
			   const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.dump_core",
					    .missing = "",
					    .timeout_ms = RPC_QUICK,
					    .with_fd = true,
					    .answered = answered,
					    .abort = aborted,
					    .release = core_free};
	struct core *c = core_new(ctx, filename);
	int err, rc;

	if (!c)
		return ERROR_NOMEM;
	if (core_open(c))
		return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), c);
	err = errno;
	libxl__log_xc(ctx, "Could not open corefile %s (%d = %s)", filename, err, strerror(err));
	rc = failed(c, domid, strerror(err));
	core_free(c);
	return libxl__ao_done(ctx, ao_how, domid, rc);
}
