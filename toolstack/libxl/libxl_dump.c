/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A domain's memory into a file: nacred sends an ELF core through a pipe. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libxl_ao.h"

#define HEAD	   (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr))
#define COPY_BYTES ((size_t)256 * 1024)

/* Where the core goes: a file beside the wanted one until it is whole, so that there is
 * never half a core under its name; a device as it is. */
struct core {
	libxl_ctx *ctx;
	const char *path;
	char *part; /* NULL: a device */
	int fd;
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

static bool copy_by(struct core *c, int stream, char *bytes)
{
	ssize_t got;

	while ((got = read(stream, bytes, COPY_BYTES)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (!put(c, bytes, (size_t)got)) {
			int err = errno;

			libxl__log_xc(c->ctx, "Failed to write buffer (%d = %s)", err,
				      strerror(err));
			errno = err;
			return false;
		}
	}
	errno = EPIPE;
	return is_whole(c);
}

/* False with errno. */
static bool copy(struct core *c, int stream)
{
	char *bytes = malloc(COPY_BYTES);
	bool good = bytes && copy_by(c, stream, bytes);
	int err = bytes ? errno : ENOMEM;

	free(bytes);
	errno = err;
	return good;
}

/* @good: it is whole.  False with errno: it is not under its name. */
static bool core_close(struct core *c, bool good)
{
	int err = errno;

	if (c->fd >= 0 && c->part && good) {
		good = !fsync(c->fd) && !rename(c->part, c->path);
		err = errno;
	}
	if (c->part && !good)
		unlink(c->part);
	if (c->fd >= 0)
		close(c->fd);
	free(c->part);
	errno = err;
	return good;
}

static int failed(const struct core *c, uint32_t domid, const char *why)
{
	LIBXL__ERROR(c->ctx, domid, "Core dumping domain to %s: %s", c->path, why);
	return ERROR_FAIL;
}

/* Why, in Xen's words where there is no such domain. */
static const char *refused(libxl_ctx *ctx, int rc, const struct rpc_error *error)
{
	if (rc != ERROR_DOMAIN_NOTFOUND)
		return error->text;
	libxl__log_xc(ctx, "Could not get info for domain (%d = %s)", ESRCH, strerror(ESRCH));
	return strerror(ESRCH);
}

static int dump(struct core *c, uint32_t domid)
{
	struct rpc_error error = {.text = ""};
	int stream = -1;
	int rc = libxl__rpc(c->ctx, LIBXL__CHANGE, "domain.dump_core", libxl__domain_params(domid),
			    RPC_QUICK, NULL, &stream, &error);
	bool good;

	if (rc || stream < 0) {
		core_close(c, false);
		return failed(c, domid, rc ? refused(c->ctx, rc, &error) : "nacred sent no stream");
	}
	good = copy(c, stream);
	close(stream);
	return core_close(c, good) ? 0 : failed(c, domid, strerror(errno));
}

static int open_and_dump(libxl_ctx *ctx, uint32_t domid, const char *path)
{
	struct core core = {.ctx = ctx, .path = path, .fd = -1};
	int err;

	if (core_open(&core))
		return dump(&core, domid);
	err = errno;
	libxl__log_xc(ctx, "Could not open corefile %s (%d = %s)", path, err, strerror(err));
	return failed(&core, domid, strerror(err));
}

/* As in Xen it is over before it returns, also with @ao_how. */
int libxl_domain_core_dump(libxl_ctx *ctx, uint32_t domid, const char *filename,
			   const libxl_asyncop_how *ao_how)
{
	return libxl__ao_done(ctx, ao_how, domid, open_and_dump(ctx, domid, filename));
}
