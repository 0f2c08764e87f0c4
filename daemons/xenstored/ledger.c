/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger.h"

#define LEDGER_MAGIC 0x4c647831u

static size_t ledger_size(uint32_t out_size)
{
	return sizeof(struct ledger) + out_size;
}

struct ledger *ledger_new(uint32_t out_size)
{
	struct ledger *l = mmap(NULL, ledger_size(out_size), PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (l == MAP_FAILED)
		return NULL;
	l->magic = LEDGER_MAGIC;
	l->out_size = out_size;
	return l;
}

static bool sane(const struct ledger *l)
{
	const struct ledger_head *h;

	if (l->magic != LEDGER_MAGIC || l->out_size != OUT_GUEST || l->active > 1)
		return false;
	h = &l->head[l->active];
	return h->in_used <= MESSAGE_MAX && h->out_tail - h->out_head <= l->out_size &&
	       h->head_left <= h->out_tail - h->out_head && h->nr_tx <= QUOTA_TRANSACTIONS;
}

static void file_name(uint32_t domid, char *name, size_t size)
{
	snprintf(name, size, "guest-%u", domid);
}

struct ledger *ledger_map(int dir_fd, uint32_t domid, bool *fresh)
{
	size_t size = ledger_size(OUT_GUEST);
	struct ledger *l = MAP_FAILED;
	char name[24];
	int fd, rc;

	file_name(domid, name, sizeof(name));
	fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return NULL;
	/* Storage now, not a fatal signal when the disk is full later. */
	rc = posix_fallocate(fd, 0, (off_t)size);
	if (!rc)
		l = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!rc && l == MAP_FAILED)
		rc = errno;
	close(fd);
	if (rc) {
		errno = rc;
		return NULL;
	}
	*fresh = !sane(l);
	if (*fresh) {
		memset(l, 0, sizeof(*l));
		l->magic = LEDGER_MAGIC;
		l->out_size = OUT_GUEST;
	}
	return l;
}

void ledger_unlink(int dir_fd, uint32_t domid)
{
	char name[24];

	file_name(domid, name, sizeof(name));
	unlinkat(dir_fd, name, 0);
}

void ledger_free(struct ledger *l)
{
	if (l)
		munmap(l, ledger_size(l->out_size));
}

void ledger_load(const struct ledger *l, struct ledger_head *h)
{
	*h = l->head[l->active];
}

void ledger_commit(struct ledger *l, const struct ledger_head *h)
{
	uint32_t next = !l->active;

	l->head[next] = *h;
	/* Order of stores as the kernel keeps them when this process dies. */
	__atomic_store_n(&l->active, next, __ATOMIC_RELEASE);
}

uint32_t ledger_room(const struct ledger *l, const struct ledger_head *h)
{
	return l->out_size - (h->out_tail - h->out_head);
}

static void put(struct ledger *l, uint32_t pos, const void *data, uint32_t len)
{
	uint32_t at = pos & (l->out_size - 1), first = l->out_size - at;

	if (first > len)
		first = len;
	memcpy(l->out + at, data, first);
	memcpy(l->out, (const char *)data + first, len - first);
}

static void take(const struct ledger *l, uint32_t pos, void *data, uint32_t len)
{
	uint32_t at = pos & (l->out_size - 1), first = l->out_size - at;

	if (first > len)
		first = len;
	memcpy(data, l->out + at, first);
	memcpy((char *)data + first, l->out, len - first);
}

void ledger_queue(struct ledger *l, struct ledger_head *h, const struct xsd_sockmsg *msg,
		  const void *payload)
{
	put(l, h->out_tail, msg, sizeof(*msg));
	if (msg->len)
		put(l, h->out_tail + (uint32_t)sizeof(*msg), payload, msg->len);
	h->out_tail += (uint32_t)sizeof(*msg) + msg->len;
	if (msg->type != XS_WATCH_EVENT)
		h->replies++;
}

int ledger_unsent(struct ledger *l, const struct ledger_head *h, struct iovec iov[2])
{
	uint32_t len = h->out_tail - h->out_head, at = h->out_head & (l->out_size - 1);
	uint32_t first = l->out_size - at;

	if (!len)
		return 0;
	if (first > len)
		first = len;
	iov[0].iov_base = l->out + at;
	iov[0].iov_len = first;
	if (first == len)
		return 1;
	iov[1].iov_base = l->out;
	iov[1].iov_len = len - first;
	return 2;
}

void ledger_sent(const struct ledger *l, struct ledger_head *h, uint32_t n)
{
	struct xsd_sockmsg msg;
	uint32_t part;

	while (n) {
		if (!h->head_left) {
			take(l, h->out_head, &msg, sizeof(msg));
			h->head_left = (uint32_t)sizeof(msg) + msg.len;
			h->head_is_reply = msg.type != XS_WATCH_EVENT;
		}
		part = n < h->head_left ? n : h->head_left;
		h->out_head += part;
		h->head_left -= part;
		n -= part;
		if (!h->head_left && h->head_is_reply)
			h->replies--;
	}
}
