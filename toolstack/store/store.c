/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "store.h"

/*
 * libxenstore's descriptor stays silent when xenstored dies.  So a second,
 * idle connection (canary) is polled together with it: it hangs up.
 */
struct store {
	struct xs_handle *xs;
	int epoll;  /* -1 until store_fd() is asked for */
	int canary; /* -1: xenstored is reached otherwise than by a socket */
};

/* libxenstore reports failure as false or NULL with errno set. */
static int result(bool ok)
{
	if (ok)
		return 0;
	return errno ? -errno : -EIO;
}

int store_open(struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->epoll = s->canary = -1;
	errno = 0;
	s->xs = xs_open(0);
	if (!s->xs) {
		rc = result(false);
		free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	xs_close(s->xs);
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->canary >= 0)
		close(s->canary);
	free(s);
}

int store_read(struct store *s, store_tx tx, const char *path, char **value, size_t *len)
{
	unsigned int n = 0;

	errno = 0;
	*value = xs_read(s->xs, tx, path, &n);
	if (len)
		*len = n;
	return result(*value != NULL);
}

int store_readf(struct store *s, store_tx tx, char **value, const char *fmt, ...)
{
	char path[XENSTORE_ABS_PATH_MAX + 1];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return store_read(s, tx, path, value, NULL);
}

int store_read_u64(struct store *s, store_tx tx, const char *path, uint64_t *out)
{
	char *text, *end;
	size_t len;
	int rc = store_read(s, tx, path, &text, &len);

	if (rc)
		return rc;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (errno || text[0] < '0' || text[0] > '9' || end != text + len)
		rc = -EINVAL;
	free(text);
	return rc;
}

bool store_exists(struct store *s, store_tx tx, const char *path)
{
	char *text;

	if (store_read(s, tx, path, &text, NULL))
		return false;
	free(text);
	return true;
}

int store_write_bytes(struct store *s, store_tx tx, const char *path, const void *data, size_t len)
{
	if (len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	errno = 0;
	return result(xs_write(s->xs, tx, path, data, (unsigned int)len));
}

int store_write(struct store *s, store_tx tx, const char *path, const char *value)
{
	return store_write_bytes(s, tx, path, value, strlen(value));
}

int store_writef(struct store *s, store_tx tx, const char *path, const char *fmt, ...)
{
	char value[XENSTORE_PAYLOAD_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(value))
		return -E2BIG;
	return store_write_bytes(s, tx, path, value, (size_t)n);
}

int store_mkdir(struct store *s, store_tx tx, const char *path)
{
	errno = 0;
	return result(xs_mkdir(s->xs, tx, path));
}

int store_rm(struct store *s, store_tx tx, const char *path)
{
	int rc;

	errno = 0;
	rc = result(xs_rm(s->xs, tx, path));
	return rc == -ENOENT ? 0 : rc;
}

int store_directory(struct store *s, store_tx tx, const char *path, char ***names, unsigned int *nr)
{
	errno = 0;
	*names = xs_directory(s->xs, tx, path, nr);
	return result(*names != NULL);
}

void store_free_list(char **names)
{
	free(names); /* one allocation holds array and strings */
}

int store_set_perms(struct store *s, store_tx tx, const char *path,
		    const struct xs_permissions *perms, unsigned int nr)
{
	struct xs_permissions copy[64];

	if (!nr || nr > sizeof(copy) / sizeof(copy[0]))
		return -EINVAL;
	memcpy(copy, perms, nr * sizeof(copy[0]));
	errno = 0;
	return result(xs_set_permissions(s->xs, tx, path, copy, nr));
}

int store_get_perms(struct store *s, store_tx tx, const char *path, struct xs_permissions **perms,
		    unsigned int *nr)
{
	errno = 0;
	*perms = xs_get_permissions(s->xs, tx, path, nr);
	return result(*perms != NULL);
}

int store_tx_start(struct store *s, store_tx *tx)
{
	errno = 0;
	*tx = xs_transaction_start(s->xs);
	return result(*tx != XBT_NULL);
}

int store_tx_end(struct store *s, store_tx tx, bool commit)
{
	errno = 0;
	return result(xs_transaction_end(s->xs, tx, !commit));
}

int store_transaction(struct store *s, int (*fn)(struct store *s, store_tx tx, void *arg),
		      void *arg)
{
	store_tx tx;
	int i, rc;

	for (i = 0; i < STORE_TX_TRIES; i++) {
		rc = store_tx_start(s, &tx);
		if (rc)
			return rc;
		rc = fn(s, tx, arg);
		if (rc) {
			store_tx_end(s, tx, false);
			return rc;
		}
		rc = store_tx_end(s, tx, true);
		if (rc != -EAGAIN)
			return rc;
	}
	return -EAGAIN;
}

int store_watch(struct store *s, const char *path, const char *token)
{
	errno = 0;
	return result(xs_watch(s->xs, path, token));
}

int store_unwatch(struct store *s, const char *path, const char *token)
{
	errno = 0;
	return result(xs_unwatch(s->xs, path, token));
}

static int open_canary(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const char *path = xs_daemon_socket();
	int fd;

	if (!path || strlen(path) >= sizeof(addr.sun_path))
		return -1;
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int store_fd(struct store *s)
{
	struct epoll_event e = {.events = EPOLLIN};

	if (s->epoll >= 0)
		return s->epoll;
	s->canary = open_canary();
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, xs_fileno(s->xs), &e) ||
	    (s->canary >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->canary, &e)))
		return xs_fileno(s->xs);
	return s->epoll;
}

/* Nothing ever comes on the idle connection but its end. */
static bool hung_up(const struct store *s)
{
	char c;

	if (s->canary < 0)
		return false;
	return recv(s->canary, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

int store_next_event(struct store *s, char **path, const char **token)
{
	char **vec;
	size_t plen, tlen;

	errno = 0;
	vec = xs_check_watch(s->xs);
	if (!vec && errno != EAGAIN && errno != 0)
		return -errno;
	if (!vec)
		return hung_up(s) ? -ECONNRESET : 0;
	plen = strlen(vec[XS_WATCH_PATH]) + 1;
	tlen = strlen(vec[XS_WATCH_TOKEN]) + 1;
	*path = malloc(plen + tlen);
	if (*path) {
		memcpy(*path, vec[XS_WATCH_PATH], plen);
		memcpy(*path + plen, vec[XS_WATCH_TOKEN], tlen);
		*token = *path + plen;
	}
	free(vec);
	return *path ? 1 : -ENOMEM;
}

int store_introduce(struct store *s, uint32_t domid, uint64_t gfn, uint32_t port)
{
	errno = 0;
	return result(xs_introduce_domain(s->xs, domid, (unsigned long)gfn, port));
}

int store_release(struct store *s, uint32_t domid)
{
	errno = 0;
	return result(xs_release_domain(s->xs, domid));
}

int store_set_target(struct store *s, uint32_t domid, uint32_t target)
{
	errno = 0;
	return result(xs_set_target(s->xs, domid, target));
}

int store_is_introduced(struct store *s, uint32_t domid, bool *yes)
{
	errno = 0;
	*yes = xs_is_domain_introduced(s->xs, domid);
	return *yes || !errno || errno == ENOENT ? 0 : -errno;
}
