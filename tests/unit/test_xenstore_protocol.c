/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The wire protocol, seen by local clients (libxenstore) and guests (rings). */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hyper.h"
#include "quota.h"
#include "store.h"
#include "test_xenstore_fake.h"

static pid_t daemon_pid;
static struct store *s;
static struct guest_msg m;

static void introduce(uint32_t domid)
{
	char path[64];
	struct xs_permissions perms[2] = {{0, XS_PERM_NONE}, {domid, XS_PERM_READ}};

	fake->dom[domid].state = HYPER_RUNNING;
	snprintf(path, sizeof(path), "/local/domain/%u", domid);
	cr_assert_eq(store_mkdir(s, XBT_NULL, path), 0);
	cr_assert_eq(store_set_perms(s, XBT_NULL, path, perms, 2), 0);
	snprintf(path, sizeof(path), "/local/domain/%u/data", domid);
	cr_assert_eq(store_mkdir(s, XBT_NULL, path), 0);
	perms[0].id = domid;
	cr_assert_eq(store_set_perms(s, XBT_NULL, path, perms, 1), 0);
	cr_assert_eq(store_introduce(s, domid, FAKE_GFN, FAKE_PORT), 0);
}

static void setup(void)
{
	fake_init();
	daemon_pid = fake_xenstored_start();
	cr_assert_gt(daemon_pid, 0);
	cr_assert_eq(store_open(&s), 0);
}

static void teardown(void)
{
	store_close(s);
	fake_xenstored_kill(daemon_pid, SIGTERM);
	fake_cleanup();
}

TestSuite(xenstore_protocol, .init = setup, .fini = teardown, .timeout = 60);

static void check_reads(const char *path, const char *want)
{
	char *value;

	cr_assert_eq(store_read(s, XBT_NULL, path, &value, NULL), 0, "%s", path);
	cr_assert_str_eq(value, want);
	free(value);
}

Test(xenstore_protocol, values_and_directories)
{
	char **names, *value;
	unsigned int nr;
	size_t len;

	cr_assert_eq(store_write(s, XBT_NULL, "/x/y/z", "v"), 0);
	check_reads("/x/y/z", "v");
	check_reads("/x/y", "");
	cr_assert_eq(store_write_bytes(s, XBT_NULL, "/x/bin", "a\0b", 3), 0);
	cr_assert_eq(store_read(s, XBT_NULL, "/x/bin", &value, &len), 0);
	cr_assert_eq(len, 3);
	free(value);
	cr_assert_eq(store_mkdir(s, XBT_NULL, "/x/y/z"), 0); /* leaves the value */
	check_reads("/x/y/z", "v");
	cr_assert_eq(store_directory(s, XBT_NULL, "/x", &names, &nr), 0);
	cr_assert_eq(nr, 2);
	cr_assert_str_eq(names[0], "y");
	cr_assert_str_eq(names[1], "bin");
	store_free_list(names);
	cr_assert_eq(store_rm(s, XBT_NULL, "/x"), 0);
	cr_assert_eq(store_read(s, XBT_NULL, "/x/y/z", &value, NULL), -ENOENT);
	cr_assert_eq(store_rm(s, XBT_NULL, "/"), -EINVAL);
	cr_assert_eq(store_write(s, XBT_NULL, "/a//b", ""), -EINVAL);
}

Test(xenstore_protocol, long_directories_come_in_parts)
{
	char **names, path[64], want[32];
	unsigned int nr, i;

	for (i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/long/child-number-%u", i);
		cr_assert_eq(store_write(s, XBT_NULL, path, ""), 0);
	}
	cr_assert_eq(store_directory(s, XBT_NULL, "/long", &names, &nr), 0);
	cr_assert_eq(nr, 1000);
	for (i = 0; i < nr; i++) {
		snprintf(want, sizeof(want), "child-number-%u", i);
		cr_assert_str_eq(names[i], want);
	}
	store_free_list(names);
}

Test(xenstore_protocol, transactions_are_isolated_and_conflict)
{
	store_tx a, b;
	char *value;

	cr_assert_eq(store_write(s, XBT_NULL, "/t/x", "0"), 0);
	cr_assert_eq(store_tx_start(s, &a), 0);
	cr_assert_eq(store_tx_start(s, &b), 0);
	cr_assert_eq(store_write(s, a, "/t/x", "a"), 0);
	cr_assert_eq(store_write(s, a, "/t/new/deep", "1"), 0);
	check_reads("/t/x", "0");
	cr_assert_eq(store_read(s, b, "/t/x", &value, NULL), 0);
	cr_assert_str_eq(value, "0");
	free(value);
	cr_assert_eq(store_tx_end(s, a, true), 0);
	check_reads("/t/x", "a");
	check_reads("/t/new/deep", "1");
	cr_assert_eq(store_read(s, b, "/t/x", &value, NULL), 0); /* its snapshot */
	cr_assert_str_eq(value, "0");
	free(value);
	cr_assert_eq(store_write(s, b, "/t/other", ""), 0);
	cr_assert_eq(store_tx_end(s, b, true), -EAGAIN);
	cr_assert_eq(store_read(s, XBT_NULL, "/t/other", &value, NULL), -ENOENT);
	cr_assert_eq(store_tx_end(s, b, true), -ENOENT);
}

Test(xenstore_protocol, transactions_remove_and_recreate)
{
	store_tx a;
	char *value;

	cr_assert_eq(store_write(s, XBT_NULL, "/t/x/old", "0"), 0);
	cr_assert_eq(store_tx_start(s, &a), 0);
	cr_assert_eq(store_rm(s, a, "/t/x"), 0);
	cr_assert_eq(store_read(s, a, "/t/x/old", &value, NULL), -ENOENT);
	cr_assert_eq(store_write(s, a, "/t/x/new", "1"), 0);
	cr_assert_eq(store_tx_end(s, a, true), 0);
	check_reads("/t/x/new", "1");
	cr_assert_eq(store_read(s, XBT_NULL, "/t/x/old", &value, NULL), -ENOENT);
	/* Disjoint work does not conflict. */
	cr_assert_eq(store_tx_start(s, &a), 0);
	cr_assert_eq(store_write(s, a, "/t/x/new", "2"), 0);
	cr_assert_eq(store_write(s, XBT_NULL, "/elsewhere/y", "2"), 0);
	cr_assert_eq(store_tx_end(s, a, true), 0);
	check_reads("/t/x/new", "2");
	/* An aborted one leaves nothing. */
	cr_assert_eq(store_tx_start(s, &a), 0);
	cr_assert_eq(store_rm(s, a, "/t"), 0);
	cr_assert_eq(store_tx_end(s, a, false), 0);
	check_reads("/t/x/new", "2");
}

static void expect_event(const char *path, const char *token)
{
	struct pollfd p = {.fd = store_fd(s), .events = POLLIN};
	const char *t;
	char *got;

	cr_assert_eq(poll(&p, 1, 5000), 1, "no event for %s", path);
	cr_assert_eq(store_next_event(s, &got, &t), 1);
	cr_assert_str_eq(got, path);
	cr_assert_str_eq(t, token);
	free(got);
}

static void expect_silence(void)
{
	const char *t;
	char *got;

	check_reads("/", ""); /* events come before this reply */
	cr_assert_eq(store_next_event(s, &got, &t), 0);
}

Test(xenstore_protocol, watches)
{
	store_tx a;

	cr_assert_eq(store_write(s, XBT_NULL, "/w/a/b", ""), 0);
	cr_assert_eq(store_watch(s, "/w/a", "tok"), 0);
	expect_event("/w/a", "tok"); /* once, unasked */
	cr_assert_eq(store_watch(s, "/w/a", "tok"), -EEXIST);
	cr_assert_eq(store_write(s, XBT_NULL, "/w/a/b", "1"), 0);
	expect_event("/w/a/b", "tok");
	cr_assert_eq(store_write(s, XBT_NULL, "/w/ab", "1"), 0); /* not below */
	expect_silence();
	cr_assert_eq(store_tx_start(s, &a), 0);
	cr_assert_eq(store_write(s, a, "/w/a/c", "1"), 0);
	expect_silence();
	cr_assert_eq(store_tx_end(s, a, true), 0);
	expect_event("/w/a/c", "tok");
	cr_assert_eq(store_rm(s, XBT_NULL, "/w"), 0); /* a parent of the watch */
	expect_event("/w/a", "tok");
	cr_assert_eq(store_unwatch(s, "/w/a", "tok"), 0);
	cr_assert_eq(store_unwatch(s, "/w/a", "tok"), -ENOENT);
	cr_assert_eq(store_write(s, XBT_NULL, "/w/a", ""), 0);
	expect_silence();
}

Test(xenstore_protocol, domains_come_and_go)
{
	bool yes;
	char *value;

	cr_assert_eq(store_watch(s, "@introduceDomain", "i"), 0);
	expect_event("@introduceDomain", "i");
	cr_assert_eq(store_watch(s, "@releaseDomain", "r"), 0);
	expect_event("@releaseDomain", "r");
	introduce(3);
	expect_event("@introduceDomain", "i");
	cr_assert_eq(store_is_introduced(s, 3, &yes), 0);
	cr_assert(yes);
	cr_assert_eq(guest_path(3, XS_WRITE, 0, "data/mine", &m), 0);
	cr_assert_eq(store_write(s, XBT_NULL, "/local/domain/3/theirs", ""), 0);
	fake_set_state(3, HYPER_SHUTDOWN);
	expect_event("@releaseDomain", "r");
	cr_assert_eq(guest_path(3, XS_READ, 0, "data/mine", &m), 0); /* still served */
	fake_set_state(3, HYPER_DYING);
	expect_event("@releaseDomain", "r");
	cr_assert_eq(store_is_introduced(s, 3, &yes), 0);
	cr_assert_not(yes);
	cr_assert_eq(fake->dom[3].port[FAKE_STORE].bound, 0);
	/* What it owned is gone, the rest is the toolstack's. */
	cr_assert_eq(store_read(s, XBT_NULL, "/local/domain/3/data", &value, NULL), -ENOENT);
	check_reads("/local/domain/3/theirs", "");
	cr_assert_eq(store_release(s, 3), -ENOENT);
	cr_assert_eq(store_introduce(s, 4, FAKE_GFN, FAKE_PORT), -EINVAL);
}

Test(xenstore_protocol, guests_have_only_their_permissions)
{
	introduce(1);
	introduce(2);
	cr_assert_eq(store_write(s, XBT_NULL, "/secret/x", "dom0"), 0);
	cr_assert_eq(guest_path(1, XS_READ, 0, "/secret/x", &m), EACCES);
	cr_assert_eq(guest_path(1, XS_READ, 0, "/secret/no", &m), EACCES); /* not told whether */
	cr_assert_eq(guest_path(1, XS_DIRECTORY, 0, "/", &m), EACCES);
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "/local/domain/2/data/x", &m), EACCES);
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "x", &m), EACCES); /* home is dom0's */
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
	cr_assert_eq(guest_path(1, XS_RM, 0, "/local/domain/1", &m), EACCES);
	cr_assert_eq(guest_path(1, XS_GET_PERMS, 0, "data/x", &m), 0);
	cr_assert_str_eq(m.data, "n1");
	/* Owners may share, but not give away. */
	cr_assert_eq(guest_call(1, XS_SET_PERMS, 0, "data/x\0n1\0r2", 13, &m), 0);
	cr_assert_eq(guest_path(2, XS_READ, 0, "/local/domain/1/data/x", &m), 0);
	cr_assert_eq(guest_path(2, XS_WRITE, 0, "/local/domain/1/data/x", &m), EACCES);
	cr_assert_eq(guest_call(2, XS_SET_PERMS, 0, "/local/domain/1/data/x\0n2", 26, &m), EACCES);
	cr_assert_eq(guest_call(1, XS_SET_PERMS, 0, "data/x\0n2", 10, &m), EPERM);
	/* What only domain 0 may do. */
	cr_assert_eq(guest_call(1, XS_INTRODUCE, 0, "2\0001\0001", 6, &m), EACCES);
	cr_assert_eq(guest_path(1, XS_RELEASE, 0, "2", &m), EACCES);
	cr_assert_eq(guest_path(1, XS_RESUME, 0, "2", &m), EACCES);
	cr_assert_eq(guest_call(1, XS_SET_TARGET, 0, "1\0002", 4, &m), EACCES);
	cr_assert_eq(guest_path(1, XS_CONTROL, 0, "check", &m), EACCES);
	cr_assert_eq(guest_path(1, 99, 0, "", &m), ENOSYS);
	/* A device model acts for its guest once domain 0 says so. */
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "/local/domain/1/data/y", &m), EACCES);
	cr_assert_eq(store_set_target(s, 2, 1), 0);
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "/local/domain/1/data/y", &m), 0);
}

Test(xenstore_protocol, guests_hear_only_what_they_may_read)
{
	introduce(1);
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "data\0t", 7, &m), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(m.h.type, XS_WATCH_EVENT);
	cr_assert_arr_eq(m.data, "data\0t", 7); /* relative as asked */
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "/secret\0t", 10, &m), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "@releaseDomain\0t", 17, &m), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(store_write(s, XBT_NULL, "/secret", "x"), 0);
	introduce(2);
	fake_set_state(2, HYPER_DYING);
	cr_assert_eq(store_write(s, XBT_NULL, "/local/domain/1/data/seen", "x"), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_arr_eq(m.data, "data/seen\0t", 12);
	cr_assert_eq(guest_path(1, XS_RESET_WATCHES, 0, "", &m), 0);
	cr_assert_eq(guest_call(1, XS_UNWATCH, 0, "data\0t", 7, &m), ENOENT);
}

Test(xenstore_protocol, quotas_hold)
{
	char path[64], big[3000];
	int i, rc = 0;

	introduce(1);
	for (i = 0; i < 2 * QUOTA_NODES && !rc; i++) {
		/* in groups: a node's list of children has a limit too */
		snprintf(path, sizeof(path), "data/%d/%d", i / 50, i % 50);
		rc = guest_path(1, XS_MKDIR, 0, path, &m);
	}
	cr_assert_eq(rc, ENOSPC);
	cr_assert_gt(i, QUOTA_NODES - 30);
	cr_assert_leq(i, QUOTA_NODES);
	cr_assert_eq(guest_path(1, XS_RM, 0, "data/0", &m), 0); /* room again */
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/0", &m), 0);
	memset(big, 'x', sizeof(big));
	memcpy(big, "data/0", 7);
	cr_assert_eq(guest_call(1, XS_WRITE, 0, big, sizeof(big), &m), ENOSPC);
	cr_assert_eq(guest_call(1, XS_SET_PERMS, 0, "data/0\0n1\0r2\0r3\0r4\0r5\0r6", 25, &m),
		     ENOSPC);
	for (i = 0, rc = 0; i < 2 * QUOTA_WATCHES && !rc; i++) {
		int n = snprintf(path, sizeof(path), "data/%d%ct%d", i, 0, i) + 1;

		rc = guest_call(1, XS_WATCH, 0, path, (size_t)n, &m);
	}
	cr_assert_eq(rc, E2BIG);
	cr_assert_eq(i, QUOTA_WATCHES + 1);
	for (i = 0, rc = 0; i < 2 * QUOTA_TRANSACTIONS && !rc; i++)
		rc = guest_path(1, XS_TRANSACTION_START, 0, "", &m);
	cr_assert_eq(rc, ENOSPC);
	cr_assert_eq(i, QUOTA_TRANSACTIONS + 1);
}

Test(xenstore_protocol, transactions_of_guests_have_limits)
{
	char path[64];
	uint32_t tx;
	int i, rc = 0;

	introduce(1);
	cr_assert_eq(guest_path(1, XS_TRANSACTION_START, 0, "", &m), 0);
	tx = (uint32_t)strtoul(m.data, NULL, 10);
	for (i = 0; i < 2 * QUOTA_TRANSACTION_NODES && !rc; i++) {
		snprintf(path, sizeof(path), "data/%d", i);
		rc = guest_path(1, XS_READ, tx, path, &m);
		rc = rc == ENOENT ? 0 : rc;
	}
	cr_assert_eq(rc, ENOSPC);
	cr_assert_eq(i, QUOTA_TRANSACTION_NODES + 1);
	cr_assert_eq(guest_path(1, XS_READ, 4711, "data", &m), ENOENT);
	cr_assert_eq(guest_path(1, XS_TRANSACTION_START, tx, "", &m), EBUSY);
	cr_assert_eq(guest_path(1, XS_TRANSACTION_END, tx, "X", &m), EINVAL);
	cr_assert_eq(guest_path(1, XS_TRANSACTION_END, tx, "F", &m), 0);
	cr_assert_eq(guest_path(1, XS_TRANSACTION_END, tx, "F", &m), ENOENT);
}

Test(xenstore_protocol, malformed_requests_are_refused)
{
	static const uint32_t types[] = {XS_READ, XS_DIRECTORY, XS_GET_PERMS, XS_MKDIR, XS_RM};
	size_t i;

	introduce(1);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		cr_assert_eq(guest_call(1, types[i], 0, "data", 4, &m), EINVAL); /* no NUL */
		cr_assert_eq(guest_call(1, types[i], 0, "data\0more", 10, &m), EINVAL);
		cr_assert_eq(guest_call(1, types[i], 0, "", 0, &m), EINVAL);
		cr_assert_eq(guest_call(1, types[i], 0, "a b", 4, &m), EINVAL);
	}
	cr_assert_eq(guest_call(1, XS_WRITE, 0, "data", 4, &m), EINVAL);
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "data\0t", 6, &m), EINVAL);
	cr_assert_eq(guest_call(1, XS_DIRECTORY_PART, 0, "data\0x", 7, &m), EINVAL);
	cr_assert_eq(guest_call(1, XS_SET_PERMS, 0, "data\0q1", 8, &m), EINVAL);
	cr_assert_eq(guest_path(1, XS_GET_DOMAIN_PATH, 0, "x", &m), EINVAL);
	cr_assert_eq(guest_path(1, XS_GET_DOMAIN_PATH, 0, "7", &m), 0);
	cr_assert_str_eq(m.data, "/local/domain/7");
	cr_assert_eq(guest_path(1, XS_WATCH_EVENT, 0, "", &m), ENOSYS);
	cr_assert_eq(guest_path(1, XS_ERROR, 0, "", &m), ENOSYS);
}

static int raw_socket(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", fake_rundir);
	cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

Test(xenstore_protocol, oversized_and_slow_local_clients)
{
	struct xsd_sockmsg h = {.type = XS_READ, .len = XENSTORE_PAYLOAD_MAX + 1};
	char watch[] = "/flood\0t", value[2000] = {0};
	int fd = raw_socket(), slow = raw_socket(), i;
	char c;

	cr_assert_eq(write(fd, &h, sizeof(h)), (ssize_t)sizeof(h));
	cr_assert_eq(read(fd, &c, 1), 0); /* hung up */
	close(fd);
	/* A client that never reads: its queue stays bounded, others go on. */
	h.type = XS_WATCH;
	h.len = sizeof(watch);
	cr_assert_eq(write(slow, &h, sizeof(h)), (ssize_t)sizeof(h));
	cr_assert_eq(write(slow, watch, sizeof(watch)), (ssize_t)sizeof(watch));
	for (i = 0; i < 20000; i++) {
		snprintf(value, sizeof(value), "/flood/%d", i % 100);
		cr_assert_eq(store_write(s, XBT_NULL, value, "x"), 0);
	}
	/* Nor does one that asks and asks without reading. */
	h.type = XS_READ;
	h.len = 2;
	for (i = 0; i < 100000; i++)
		if (send(slow, "\2\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0/", 18, MSG_DONTWAIT) != 18)
			break;
	check_reads("/flood/1", "x");
	close(slow);
	check_reads("/flood/1", "x");
}

/* One guest that asks without end does not starve another. */
Test(xenstore_protocol, guests_that_do_not_read_hurt_only_themselves)
{
	int i;

	introduce(1);
	introduce(2);
	for (i = 0; i < 40; i++) { /* as many as the ring takes; the replies stay there */
		struct xenstore_domain_interface *r = &fake->dom[1].page.store;

		if (XENSTORE_RING_SIZE - (r->req_prod - r->req_cons) < 64)
			break;
		cr_assert(guest_send(1, XS_READ, 1, 0, "data/nothing-there-at-all", 26));
	}
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
	for (; i > 0; i--)
		cr_assert(guest_recv(1, &m));
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
}
