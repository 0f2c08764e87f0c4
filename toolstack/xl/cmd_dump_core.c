/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmds.h"
#include "xl.h"

#define HEAD (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr))

/* Where the core goes: a file beside the wanted one until it is whole, so that there is
 * never half a core under its name; a device as it is. */
struct core {
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

static bool copy(struct core *c, int stream)
{
	static char bytes[256 * 1024];
	ssize_t got;

	while ((got = read(stream, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (!put(c, bytes, (size_t)got)) {
			int err = errno;

			fprintf(stderr,
				"xc: error: Failed to write buffer (%d = %s): Internal error\n",
				err, strerror(err));
			errno = err;
			return false;
		}
	}
	errno = EPIPE;
	return is_whole(c);
}

/* @good: it is whole.  False: it cannot be put under its name. */
static bool core_close(struct core *c, bool good)
{
	int err = errno;

	if (c->fd >= 0 && c->part && good)
		good = !fsync(c->fd) && !rename(c->part, c->path);
	if (c->part && !good)
		unlink(c->part);
	if (good)
		err = 0;
	else if (!err)
		err = errno;
	if (c->fd >= 0)
		close(c->fd);
	free(c->part);
	errno = err;
	return good;
}

static int failed(int64_t domid, const char *path, const char *why)
{
	fputs("libxl: error: ", stderr);
	if (domid)
		fprintf(stderr, "Domain %lld:", (long long)domid);
	fprintf(stderr, "Core dumping domain to %s: %s\ncore dump failed (rc=-%d)\n", xl_safe(path),
		why, RPC_ERROR_FAIL);
	return EXIT_FAILURE;
}

static int dump(int64_t domid, struct core *c)
{
	struct json *params = json_new_object(), *reply;
	struct rpc_error error;
	int stream = -1;
	bool good;

	json_set_int(params, "domain", domid);
	reply = xl_try("domain.dump_core", params, RPC_QUICK, &stream, &error);
	json_free(reply);
	if (!reply || stream < 0) {
		core_close(c, false);
		return failed(domid, c->path,
			      reply ? "nacred sent no stream" : xl_safe(error.text));
	}
	good = core_close(c, copy(c, stream));
	close(stream);
	return good ? EXIT_SUCCESS : failed(domid, c->path, strerror(errno));
}

int cmd_dump_core(const struct verb *verb, int argc, char **argv)
{
	struct core core = {.fd = -1};
	int64_t domid;
	int err;

	xl_no_options(verb, argc, argv);
	core.path = argv[optind + 1];
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	if (core_open(&core))
		return dump(domid, &core);
	err = errno;
	fprintf(stderr, "xc: error: Could not open corefile %s (%d = %s): Internal error\n",
		xl_safe(core.path), err, strerror(err));
	return failed(domid, core.path, strerror(err));
}
