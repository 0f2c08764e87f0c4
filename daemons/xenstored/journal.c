/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "journal.h"
#include "quota.h"
#include "log.h"
#include "xalloc.h"

#define JOURNAL_MAGIC	 "nacre-xenstore 1\n"
#define JOURNAL_HEADER	 (sizeof(JOURNAL_MAGIC) - 1)
#define JOURNAL_FILE_MAX (1ull << 31) /* quotas keep it far below */

struct record {
	uint32_t len; /* bytes after this structure */
	uint32_t crc; /* of everything after this field */
	uint64_t number;
	struct origin origin;
};

#define CRC_START offsetof(struct record, number)

static uint32_t checksum(const unsigned char *record, size_t len)
{
	return (uint32_t)crc32(0, record + CRC_START, (unsigned int)(len - CRC_START));
}

static bool write_all(int fd, const void *data, size_t len)
{
	const unsigned char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0) {
			errno = ENOSPC;
			return false;
		}
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static int append(struct journal *j, const struct changeset *cs, const struct origin *origin)
{
	struct record r = {.number = j->number + 1, .origin = *origin};
	struct buffer b = {0};
	uint32_t i;
	int rc = 0;

	if (j->broken)
		return EIO;
	buffer_add(&b, &r, sizeof(r));
	for (i = 0; i < cs->nr; i++)
		change_encode(&cs->change[i], &b);
	r.len = (uint32_t)(b.len - sizeof(r));
	memcpy(b.data, &r, sizeof(r));
	r.crc = checksum(b.data, b.len);
	memcpy(b.data, &r, sizeof(r));
	if (write_all(j->fd, b.data, b.len)) {
		j->number++;
		j->size += b.len;
	} else {
		rc = errno == ENOSPC || errno == EDQUOT ? ENOSPC : EIO;
		log_error("journal: %s; the change is refused", strerror(errno));
		if (ftruncate(j->fd, (off_t)j->size) || lseek(j->fd, 0, SEEK_END) < 0)
			j->broken = true;
	}
	buffer_free(&b);
	return rc;
}

int journal_append(struct journal *j, const struct changeset *cs, const struct origin *origin)
{
	return append(j, cs, origin);
}

void journal_mark_done(struct journal *j)
{
	*j->mark = j->number;
}

/* The length of the whole records, replayed; stops at the first that is not. */
static size_t replay_records(struct journal *j, const unsigned char *data, size_t len,
			     journal_replay_fn replay, void *ctx)
{
	size_t pos = JOURNAL_HEADER;
	struct changeset cs;
	struct record r;

	while (len - pos >= sizeof(r)) {
		memcpy(&r, data + pos, sizeof(r));
		if (r.len > len - pos - sizeof(r) ||
		    r.crc != checksum(data + pos, sizeof(r) + r.len))
			break;
		changeset_init(&cs);
		if (change_decode(data + pos + sizeof(r), r.len, &cs) == 0)
			replay(ctx, &cs, &r.origin, r.number > *j->mark);
		else
			log_error("journal: record %llu is not understood; skipped",
				  (unsigned long long)r.number);
		changeset_free(&cs);
		j->number = r.number;
		pos += sizeof(r) + r.len;
	}
	return pos;
}

static int replay_file(struct journal *j, journal_replay_fn replay, void *ctx)
{
	unsigned char *data;
	struct stat st;
	size_t good;

	if (fstat(j->fd, &st))
		return errno;
	if ((size_t)st.st_size < JOURNAL_HEADER) {
		if (ftruncate(j->fd, 0) || !write_all(j->fd, JOURNAL_MAGIC, JOURNAL_HEADER))
			return errno;
		j->size = JOURNAL_HEADER;
		return 0;
	}
	if ((unsigned long long)st.st_size > JOURNAL_FILE_MAX)
		return EFBIG;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, j->fd, 0);
	if (data == MAP_FAILED)
		return errno;
	if (memcmp(data, JOURNAL_MAGIC, JOURNAL_HEADER) != 0) {
		munmap(data, (size_t)st.st_size);
		return EINVAL;
	}
	good = replay_records(j, data, (size_t)st.st_size, replay, ctx);
	munmap(data, (size_t)st.st_size);
	if (good != (size_t)st.st_size) {
		log_warning("journal: dropped a torn record of %zu bytes at the end",
			    (size_t)st.st_size - good);
		if (ftruncate(j->fd, (off_t)good))
			return errno;
	}
	j->size = good;
	return lseek(j->fd, 0, SEEK_END) < 0 ? errno : 0;
}

static int open_mark(struct journal *j)
{
	int fd = openat(j->dir_fd, "mark", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	void *p = MAP_FAILED;

	if (fd < 0)
		return errno;
	if (ftruncate(fd, sizeof(*j->mark)) == 0 && posix_fallocate(fd, 0, sizeof(*j->mark)) == 0)
		p = mmap(NULL, sizeof(*j->mark), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return errno ? errno : EIO;
	j->mark = p;
	return 0;
}

int journal_open(struct journal *j, int dir_fd, journal_replay_fn replay, void *ctx)
{
	int rc;

	memset(j, 0, sizeof(*j));
	j->dir_fd = dir_fd;
	j->fd = -1;
	j->lock_fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->lock_fd < 0)
		return errno;
	if (flock(j->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? EBUSY : errno;
	rc = open_mark(j);
	if (rc)
		return rc;
	unlinkat(dir_fd, "journal.new", 0);
	j->fd = openat(dir_fd, "journal", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->fd < 0)
		return errno;
	rc = replay_file(j, replay, ctx);
	/* Killed between the mark and the rename of a rewrite: numbers go on. */
	if (j->number < *j->mark)
		j->number = *j->mark;
	return rc;
}

void journal_close(struct journal *j)
{
	if (j->mark)
		munmap((void *)(uintptr_t)j->mark, sizeof(*j->mark));
	if (j->fd >= 0)
		close(j->fd);
	if (j->lock_fd >= 0)
		close(j->lock_fd);
	close(j->dir_fd);
}

bool journal_wants_rewrite(const struct journal *j)
{
	if (j->broken)
		return true;
	return j->size > JOURNAL_COMPACT_MIN && j->size > 4 * j->compact_size;
}

void journal_put(struct journal *to, struct changeset *cs)
{
	static const struct origin nobody;

	if (append(to, cs, &nobody))
		to->broken = true;
}

int journal_rewrite(struct journal *j, void (*produce)(void *ctx, struct journal *to), void *ctx)
{
	struct journal to = {.dir_fd = j->dir_fd, .size = JOURNAL_HEADER, .number = j->number};
	int rc = EIO;

	to.fd = openat(j->dir_fd, "journal.new",
		       O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (to.fd < 0)
		return errno;
	if (write_all(to.fd, JOURNAL_MAGIC, JOURNAL_HEADER))
		produce(ctx, &to);
	else
		to.broken = true;
	if (to.broken)
		goto fail;
	/* Numbers go on in the new file: nothing in it has events to send. */
	*j->mark = to.number;
	if (renameat(j->dir_fd, "journal.new", j->dir_fd, "journal")) {
		rc = errno;
		goto fail;
	}
	close(j->fd);
	j->fd = to.fd;
	j->number = to.number;
	j->size = j->compact_size = to.size;
	j->broken = false;
	return 0;
fail:
	close(to.fd);
	unlinkat(j->dir_fd, "journal.new", 0);
	return rc;
}
