/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "ledger.h"
#include "test_xenstore_fake.h"

static const struct origin guest = {.domid = 3, .request = 7};

static int open_dir(void)
{
	return open(fake_rundir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void append(struct journal *j, const char *path, const char *value)
{
	static const struct acl_entry entry[] = {{0, 0}, {1, 1}};
	struct acl *acl = acl_new(entry, 2);
	struct blob *blob = blob_new(value, strlen(value));
	struct changeset cs;

	changeset_init(&cs);
	changeset_set(&cs, path, blob, acl, FIRE_ALL);
	changeset_remove(&cs, "/gone", FIRE_ALL);
	cr_assert_eq(journal_append(j, &cs, &guest), 0);
	changeset_free(&cs);
	acl_put(acl);
	blob_put(blob);
}

struct seen {
	int records, pending;
	char last[32];
};

static void replay(void *ctx, struct changeset *cs, const struct origin *origin, bool pending)
{
	struct seen *s = ctx;

	cr_assert_eq(cs->nr, 2);
	cr_assert_eq(cs->change[0].op, CHANGE_SET);
	cr_assert_eq(cs->change[1].op, CHANGE_REMOVE);
	cr_assert_str_eq(cs->change[1].path, "/gone");
	cr_assert_eq(cs->change[0].acl->nr, 2);
	cr_assert_eq(origin->domid, 3);
	cr_assert_eq(origin->request, 7);
	s->records++;
	s->pending += pending;
	memcpy(s->last, cs->change[0].value->data, cs->change[0].value->len);
	s->last[cs->change[0].value->len] = '\0';
}

Test(xenstore_journal, every_torn_tail_is_dropped, .init = fake_init, .fini = fake_cleanup)
{
	struct seen s = {0};
	struct journal j;
	off_t size[4];
	struct stat st;
	int i, whole, dir;
	off_t cut;

	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	size[0] = (off_t)j.size;
	for (i = 1; i < 4; i++) {
		append(&j, "/x", i == 1 ? "one" : i == 2 ? "two" : "three");
		size[i] = (off_t)j.size;
	}
	journal_mark_done(&j);
	journal_close(&j);
	for (cut = size[3]; cut >= size[0]; cut--) {
		dir = open_dir();
		i = openat(dir, "journal", O_RDWR);
		cr_assert_eq(ftruncate(i, cut), 0);
		close(i);
		memset(&s, 0, sizeof(s));
		cr_assert_eq(journal_open(&j, dir, replay, &s), 0);
		for (whole = 3; size[whole] > cut; whole--)
			;
		cr_assert_eq(s.records, whole, "%ld", (long)cut);
		cr_assert_eq(s.pending, 0);
		cr_assert_eq(fstat(j.fd, &st), 0);
		cr_assert_eq(st.st_size, size[whole]);
		journal_close(&j);
	}
}

Test(xenstore_journal, a_flipped_bit_ends_it, .init = fake_init, .fini = fake_cleanup)
{
	struct seen s = {0};
	struct journal j;
	char c;
	off_t at;

	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	append(&j, "/x", "one");
	at = (off_t)j.size;
	append(&j, "/x", "two");
	for (; at < (off_t)j.size; at++) {
		struct journal again;
		int fd = j.fd;

		cr_assert_eq(pread(fd, &c, 1, at), 1);
		c ^= 0x10;
		cr_assert_eq(pwrite(fd, &c, 1, at), 1);
		close(j.lock_fd);
		j.lock_fd = -1;
		memset(&s, 0, sizeof(s));
		cr_assert_eq(journal_open(&again, open_dir(), replay, &s), 0);
		cr_assert_eq(s.records, 1);
		append(&again, "/x", "two"); /* what was cut off, in its place */
		journal_close(&again);
		cr_assert_eq(lseek(fd, 0, SEEK_END), (off_t)j.size);
	}
	journal_close(&j);
}

Test(xenstore_journal, events_not_yet_sent_are_told, .init = fake_init, .fini = fake_cleanup)
{
	struct seen s = {0};
	struct journal j;

	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	append(&j, "/x", "one");
	journal_mark_done(&j);
	append(&j, "/x", "two");
	journal_close(&j);
	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	cr_assert_eq(s.records, 2);
	cr_assert_eq(s.pending, 1);
	cr_assert_str_eq(s.last, "two");
	journal_close(&j);
}

static void produce(void *ctx, struct journal *to)
{
	append(to, "/x", "short form");
}

Test(xenstore_journal, rewriting, .init = fake_init, .fini = fake_cleanup)
{
	struct seen s = {0};
	struct journal j, second;
	int i;

	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	cr_assert_eq(journal_open(&second, open_dir(), replay, &s), EBUSY);
	for (i = 0; i < 100; i++)
		append(&j, "/x", "many");
	cr_assert_eq(journal_rewrite(&j, produce, NULL), 0);
	append(&j, "/x", "after");
	journal_close(&j);
	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	cr_assert_eq(s.records, 2);
	cr_assert_eq(s.pending, 1); /* the one after */
	cr_assert_str_eq(s.last, "after");
	journal_close(&j);
}

Test(xenstore_journal, a_full_disk_changes_nothing, .init = fake_init, .fini = fake_cleanup)
{
	struct seen s = {0};
	struct journal j;
	struct changeset cs;
	int full;

	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	append(&j, "/x", "one");
	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	cr_assert_geq(full, 0);
	changeset_init(&cs);
	changeset_remove(&cs, "/x", FIRE_ALL);
	cr_assert_neq(dup2(j.fd, 200), -1);
	cr_assert_neq(dup2(full, j.fd), -1);
	cr_assert_eq(journal_append(&j, &cs, &guest), ENOSPC);
	changeset_free(&cs);
	cr_assert_neq(dup2(200, j.fd), -1);
	journal_close(&j);
	cr_assert_eq(journal_open(&j, open_dir(), replay, &s), 0);
	cr_assert_eq(s.records, 1);
	journal_close(&j);
}

Test(xenstore_change, malformed_bytes_are_refused)
{
	struct changeset cs;
	unsigned char raw[512];
	size_t len;
	int i;

	srand(2);
	for (i = 0; i < 20000; i++) {
		len = (size_t)rand() % sizeof(raw);
		for (size_t k = 0; k < len; k++)
			raw[k] = (unsigned char)(rand() % 4 ? 0 : rand());
		changeset_init(&cs);
		change_decode(raw, len, &cs); /* no verdict but the sanitizers' */
		changeset_free(&cs);
	}
}

/* --- the queue of a connection --- */

static void queue(struct ledger *l, struct ledger_head *h, uint32_t type, uint32_t len, char fill)
{
	struct xsd_sockmsg msg = {.type = type, .len = len};
	char payload[XENSTORE_PAYLOAD_MAX];

	memset(payload, fill, len);
	ledger_queue(l, h, &msg, payload);
}

Test(xenstore_ledger, queue_wraps_and_counts)
{
	struct ledger *l = ledger_new(OUT_GUEST);
	struct ledger_head h = {0};
	struct iovec iov[2];
	uint32_t total = 0;
	int round, i, nr;

	srand(3);
	h.out_head = h.out_tail = 0xfffffff0u; /* offsets wrap too */
	for (round = 0; round < 5000; round++) {
		while (ledger_room(l, &h) >= MESSAGE_MAX && rand() % 8)
			queue(l, &h, rand() % 2 ? XS_READ : XS_WATCH_EVENT,
			      (uint32_t)rand() % XENSTORE_PAYLOAD_MAX, (char)round);
		nr = ledger_unsent(l, &h, iov);
		for (total = 0, i = 0; i < nr; i++)
			total += (uint32_t)iov[i].iov_len;
		cr_assert_eq(total, h.out_tail - h.out_head);
		if (total)
			ledger_sent(l, &h, 1 + (uint32_t)rand() % total);
	}
	ledger_sent(l, &h, h.out_tail - h.out_head);
	cr_assert_eq(h.replies, 0);
	cr_assert_eq(h.head_left, 0);
	ledger_free(l);
}

Test(xenstore_ledger, commits_survive_and_nonsense_does_not, .init = fake_init,
     .fini = fake_cleanup)
{
	struct ledger_head h = {0}, back;
	struct ledger *l;
	bool fresh;
	int dir = open_dir();

	l = ledger_map(dir, 5, &fresh);
	cr_assert_not_null(l);
	cr_assert(fresh);
	queue(l, &h, XS_READ, 10, 'x');
	h.requests = 42;
	ledger_commit(l, &h);
	h.requests = 43; /* not committed */
	ledger_free(l);
	l = ledger_map(dir, 5, &fresh);
	cr_assert_not(fresh);
	ledger_load(l, &back);
	cr_assert_eq(back.requests, 42);
	cr_assert_eq(back.out_tail, 26);
	back.in_used = MESSAGE_MAX + 1;
	ledger_commit(l, &back);
	ledger_free(l);
	l = ledger_map(dir, 5, &fresh);
	cr_assert(fresh);
	ledger_free(l);
	close(dir);
}
