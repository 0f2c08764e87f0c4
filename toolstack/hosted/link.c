/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "instance.h"

static const char *connect_hint(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "no hosted instance is running here (start one with: nacre up)";
	case EACCES:
	case EPERM:
		return "the hosted instance belongs to another user";
	case EPROTO:
		return "nacre-host is of another build than the hosted libraries";
	}
	return "cannot connect to nacre-host";
}

static int connect_host(xentoollog_logger *logger, const char *who, bool cloexec)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, error, rc = instance_socket(HOST_SOCKET, sa.sun_path, sizeof(sa.sun_path));

	if (rc) {
		errno = -rc;
		goto fail;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | (cloexec ? SOCK_CLOEXEC : 0), 0);
	if (fd < 0)
		goto fail;
	if (!connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return fd;
	error = errno;
	close(fd);
	errno = error;
fail:
	error = errno;
	if (logger)
		xtl_log(logger, XTL_ERROR, error, who, "%s: %s", sa.sun_path, connect_hint(error));
	errno = error;
	return -1;
}

/* Send the whole request as one message. 0 or -1. */
static int send_request(int fd, const struct host_request *req, const void *body, size_t len)
{
	struct iovec iov[2] = {{(void *)req, sizeof(*req)}, {(void *)body, len}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = len ? 2 : 1};
	ssize_t n;

	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EPIPE)
		errno = ECONNRESET;
	return n < 0 ? -1 : 0;
}

/* Take the (at most two) descriptors of a message; -1 where there is none. */
static void take_fds(struct msghdr *msg, int fds[2])
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	fds[0] = fds[1] = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(2 * sizeof(int)))
		memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
}

/* One reply. Bytes of its body, or -1 with errno: also for a reply that says so. */
static ssize_t receive_reply(int fd, struct host_reply *rep, void *out, size_t len, int fds[2])
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov[2] = {{rep, sizeof(*rep)}, {out, len}};
	struct msghdr msg = {.msg_iov = iov,
			     .msg_iovlen = len ? 2 : 1,
			     .msg_control = fds ? control.buf : NULL,
			     .msg_controllen = fds ? sizeof(control.buf) : 0};
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	if (fds)
		take_fds(&msg, fds);
	if (n < (ssize_t)sizeof(*rep) || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		errno = n ? EPROTO : ECONNRESET;
		return -1;
	}
	if (rep->error) {
		errno = rep->error;
		return -1;
	}
	return n - (ssize_t)sizeof(*rep);
}

static int hello(int fd, enum host_role role, uint64_t cookie, struct host_reply *rep, int fds[2])
{
	struct host_request req = {.op = HOST_HELLO, .arg = {HOST_PROTOCOL, role, cookie}};

	if (send_request(fd, &req, NULL, 0) || receive_reply(fd, rep, NULL, 0, fds) < 0)
		return -1;
	return 0;
}

/* The area must be at least what nacre-host says, or touching it is SIGBUS. */
static bool large_enough(int fd, uint64_t size)
{
	struct stat st;

	return !fstat(fd, &st) && (uint64_t)st.st_size >= size;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int link_open(struct link *l, xentoollog_logger *logger, const char *who, uint64_t cookie)
{
	int fds[2] = {-1, -1}, error;
	struct host_reply rep = {0};
	int fd = connect_host(logger, who, true);

	if (fd < 0)
		return -1;
	if (hello(fd, HOST_COMMANDS, cookie, &rep, fds))
		goto fail;
	if (fds[0] < 0 || !large_enough(fds[0], rep.arg[0]) || !large_enough(fds[1], rep.arg[2])) {
		errno = EPROTO;
		goto fail;
	}
	*l = (struct link){.fd = fd,
			   .ram_fd = fds[0],
			   .area_fd = fds[1],
			   .pid = getpid(),
			   .restricted_to = -1,
			   .ram_size = rep.arg[0],
			   .low_size = rep.arg[1],
			   .area_size = rep.arg[2]};
	pthread_mutex_init(&l->lock, NULL);
	return 0;
fail:
	error = errno;
	if (logger)
		xtl_log(logger, XTL_ERROR, error, who, "%s", connect_hint(error));
	close_fd(fds[0]);
	close_fd(fds[1]);
	close(fd);
	errno = error;
	return -1;
}

int link_cookie(int fd, uint64_t *cookie)
{
	socklen_t len = sizeof(*cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &len);
}

int link_open_events(xentoollog_logger *logger, const char *who, bool cloexec, uint64_t *cookie)
{
	struct host_reply rep = {0};
	int error, fd = connect_host(logger, who, cloexec);

	if (fd < 0)
		return -1;
	if (!link_cookie(fd, cookie) && !hello(fd, HOST_EVENTS, *cookie, &rep, NULL))
		return fd;
	error = errno;
	if (logger)
		xtl_log(logger, XTL_ERROR, error, who, "%s", connect_hint(error));
	close(fd);
	errno = error;
	return -1;
}

/* Give @to's number to @from's file. */
static int move_fd(int from, int to)
{
	int rc = dup3(from, to, O_CLOEXEC);

	close(from);
	return rc < 0 ? -1 : 0;
}

int link_adopt(struct link *l)
{
	uint64_t cookie;
	struct link own;

	if (l->pid == getpid())
		return 0;
	if (!l->adoptable || link_cookie(l->fd, &cookie)) {
		errno = EBADF;
		return -1;
	}
	if (link_open(&own, NULL, NULL, 0))
		return -1;
	if (l->restricted_to >= 0 && link_restrict(&own, (domid_t)l->restricted_to)) {
		link_close(&own);
		return -1;
	}
	if (move_fd(own.fd, l->fd) | move_fd(own.ram_fd, l->ram_fd) |
	    move_fd(own.area_fd, l->area_fd))
		return -1;
	/* Whoever held it in the parent is not here. */
	pthread_mutex_init(&l->lock, NULL);
	l->pid = own.pid;
	return 0;
}

/* Safe in a forked child: it only closes the child's own descriptors. */
void link_close(struct link *l)
{
	close(l->fd);
	close(l->ram_fd);
	close(l->area_fd);
	pthread_mutex_destroy(&l->lock);
}

int64_t link_call(struct link *l, const struct host_request *req, const void *body, size_t body_len,
		  void *out, size_t out_len)
{
	struct host_reply rep = {0};
	ssize_t n = -1;

	if (link_adopt(l))
		return -1;
	pthread_mutex_lock(&l->lock);
	if (!send_request(l->fd, req, body, body_len))
		n = receive_reply(l->fd, &rep, out, out_len, NULL);
	pthread_mutex_unlock(&l->lock);
	if (n < 0)
		return -1;
	if ((size_t)n != out_len) {
		errno = EPROTO;
		return -1;
	}
	return rep.result;
}

int link_restrict(struct link *l, domid_t domid)
{
	struct host_request req = {.op = HOST_RESTRICT, .arg = {domid}};

	if (link_call(l, &req, NULL, 0, NULL, 0) < 0)
		return -1;
	l->restricted_to = domid;
	return 0;
}

/* Offset of machine frame @mfn in the RAM file, which has no hole below 4 GiB;
 * -1: not RAM. */
static off_t ram_offset(const struct link *l, uint64_t mfn)
{
	uint64_t addr = mfn * HOST_PAGE;

	if (mfn >= 1ULL << 50)
		return -1;
	if (addr >= 1ULL << 32)
		addr = addr - (1ULL << 32) + l->low_size;
	else if (addr >= l->low_size)
		return -1;
	return addr < l->ram_size ? (off_t)addr : -1;
}

/* Frames from @i on that lie in the file in a row, the first at @off. */
static size_t run_length(const struct link *l, const uint64_t *mfn, size_t i, size_t n, off_t off)
{
	size_t run = 1;

	while (i + run < n && ram_offset(l, mfn[i + run]) == off + (off_t)(run * HOST_PAGE))
		run++;
	return run;
}

void *link_mmap(struct link *l, void *addr, int prot, int flags, const uint64_t *mfn, size_t n)
{
	char *base = mmap(addr, n * HOST_PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & MAP_FIXED), -1, 0);
	size_t i, run;
	off_t off;
	int error;

	if (base == MAP_FAILED)
		return MAP_FAILED;
	for (i = 0; i < n; i += run) {
		run = 1;
		if (mfn[i] == HOST_FRAME_INVALID)
			continue;
		off = ram_offset(l, mfn[i]);
		errno = EFAULT;
		if (off < 0)
			goto fail;
		run = run_length(l, mfn, i, n, off);
		if (mmap(base + i * HOST_PAGE, run * HOST_PAGE, prot, MAP_SHARED | MAP_FIXED,
			 l->ram_fd, off) == MAP_FAILED)
			goto fail;
	}
	madvise(base, n * HOST_PAGE, MADV_DONTFORK);
	return base;
fail:
	error = errno;
	munmap(base, n * HOST_PAGE);
	errno = error;
	return MAP_FAILED;
}

int link_unmap_frames(struct link *l, const uint64_t *mfn, size_t n)
{
	struct host_request req = {.op = HOST_UNMAP};
	uint64_t part[HOST_FRAMES];
	size_t i = 0, k;

	while (i < n) {
		for (k = 0; i < n && k < HOST_FRAMES; i++)
			if (mfn[i] != HOST_FRAME_INVALID)
				part[k++] = mfn[i];
		req.count = k;
		if (k && link_call(l, &req, part, k * sizeof(part[0]), NULL, 0) < 0)
			return -1;
	}
	return 0;
}
