/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Guests' rings: what scribbles on them, and what a guest sees when the daemon
 * is killed (SIGKILL) and started again: nothing.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "hyper.h"
#include "quota.h"
#include "store.h"
#include "test_xenstore_fake.h"

static pid_t daemon_pid;
static struct guest_msg m;

static void introduce(uint32_t domid)
{
	struct xs_permissions perms = {domid, XS_PERM_NONE};
	struct store *s;
	char path[64];

	fake->dom[domid].state = HYPER_RUNNING;
	cr_assert_eq(store_open(&s), 0);
	snprintf(path, sizeof(path), "/local/domain/%u/data", domid);
	cr_assert_eq(store_mkdir(s, XBT_NULL, path), 0);
	cr_assert_eq(store_set_perms(s, XBT_NULL, path, &perms, 1), 0);
	cr_assert_eq(store_introduce(s, domid, FAKE_GFN, FAKE_PORT), 0);
	store_close(s);
}

static void start(void)
{
	daemon_pid = fake_xenstored_start();
	cr_assert_gt(daemon_pid, 0);
}

static void setup(void)
{
	fake_init();
	start();
	introduce(1);
	introduce(2);
}

static void teardown(void)
{
	fake_xenstored_kill(daemon_pid, SIGTERM);
	fake_cleanup();
}

static void restart(void)
{
	fake_xenstored_kill(daemon_pid, SIGKILL);
	start();
}

TestSuite(xenstore_ring, .init = setup, .fini = teardown, .timeout = 120);

static struct xenstore_domain_interface *ring(uint32_t domid)
{
	return &fake->dom[domid].page.store;
}

static void expect_error(uint32_t domid, uint32_t error)
{
	while (__atomic_load_n(&ring(domid)->error, __ATOMIC_ACQUIRE) != error)
		cr_assert(fake_wait(domid), "no error in the ring");
}

Test(xenstore_ring, a_wild_producer_index_closes_only_its_connection)
{
	ring(1)->req_prod += XENSTORE_RING_SIZE + 1;
	fake_kick(1);
	expect_error(1, XENSTORE_ERROR_RINGIDX);
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
	/* It may ask for a new connection. */
	ring(1)->connection = XENSTORE_RECONNECT;
	fake_kick(1);
	while (ring(1)->connection != XENSTORE_CONNECTED)
		cr_assert(fake_wait(1));
	cr_assert_eq(ring(1)->req_prod, 0);
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
}

Test(xenstore_ring, a_wild_consumer_index_too)
{
	ring(1)->rsp_cons -= 5000;
	cr_assert(guest_send(1, XS_READ, 1, 0, "data", 5));
	expect_error(1, XENSTORE_ERROR_RINGIDX);
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
}

Test(xenstore_ring, an_oversized_request_too)
{
	struct xsd_sockmsg h = {.type = XS_WRITE, .len = 0x7fffffff};

	memcpy(ring(1)->req + MASK_XENSTORE_IDX(ring(1)->req_prod), &h, sizeof(h));
	ring(1)->req_prod += sizeof(h);
	fake_kick(1);
	expect_error(1, XENSTORE_ERROR_PROTO);
	restart(); /* and it stays closed */
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
	cr_assert_eq(ring(1)->error, XENSTORE_ERROR_PROTO);
}

Test(xenstore_ring, our_indices_are_not_the_guests_to_change)
{
	ring(1)->req_cons = 77;
	ring(1)->rsp_prod = 99999;
	cr_assert(guest_send(1, XS_MKDIR, 5, 0, "data/x", 7));
	while (ring(1)->rsp_prod != 19)
		cr_assert(fake_wait(1));
	cr_assert(guest_recv(1, &m));
	cr_assert_str_eq(m.data, "OK");
}

/* All of the page is random, again and again, while it is served. */
Test(xenstore_ring, scribbling)
{
	uint8_t *page = fake->dom[1].page.bytes;
	int i, k;

	srand(4);
	for (i = 0; i < 2000; i++) {
		for (k = 0; k < 32; k++)
			page[(size_t)(rand() % 2 ? rand() % 4096 : 2048 + rand() % 32)] =
				(uint8_t)(rand() % 3 ? rand() % 4 : rand());
		if (i % 50 == 0) {
			memset(page + 2048, 0, 28);
			ring(1)->connection = XENSTORE_RECONNECT;
		}
		fake_kick(1);
	}
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
}

Test(xenstore_ring, large_messages_pass_the_small_ring)
{
	char big[XENSTORE_PAYLOAD_MAX];
	int i, rc = 0;

	for (i = 0; i < 50; i++) {
		memset(big, 'a' + i % 26, sizeof(big));
		memcpy(big, "data/big", 9);
		rc = guest_call(1, XS_WRITE, 0, big, 1900, &m);
		cr_assert_eq(rc, 0);
		cr_assert_eq(guest_path(1, XS_READ, 0, "data/big", &m), 0);
		cr_assert_eq(m.h.len, 1900 - 9);
		cr_assert_eq(memcmp(m.data, big + 9, m.h.len), 0);
	}
}

/*
 * A guest signals only where the ring seems emptied, or full, to it.  What it
 * does while the daemon is at work, before it sees the daemon's indices, must
 * be noticed without an event: here at the moment when it is told of them.
 */
Test(xenstore_ring, requests_that_come_while_we_look)
{
	struct xsd_sockmsg h = {.type = XS_READ, .req_id = 3, .len = 5};

	memcpy(fake->dom[1].late, "data", 5);
	fake->dom[1].late_len = 5;
	cr_assert(guest_put(1, &h, sizeof(h)));
	cr_assert(guest_recv(1, &m), "no reply");
	cr_assert_eq(m.h.req_id, 3);
}

Test(xenstore_ring, space_that_comes_while_we_look)
{
	struct xenstore_domain_interface *r = ring(1);
	char big[1900] = "data/big";
	uint32_t start;

	cr_assert_eq(guest_call(1, XS_WRITE, 0, big, sizeof(big), &m), 0);
	start = r->rsp_prod;
	fake->dom[1].late_take = 1;
	cr_assert(guest_send(1, XS_READ, 4, 0, "data/big", 9));
	while (r->rsp_prod - start < sizeof(struct xsd_sockmsg) + sizeof(big) - 9)
		cr_assert(fake_wait(1), "only %u bytes", r->rsp_prod - start);
}

/* --- the daemon is killed --- */

Test(xenstore_ring, watches_and_nodes_survive)
{
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "data\0tok", 9, &m), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
	cr_assert(guest_recv(1, &m));
	restart();
	cr_assert_eq(guest_call(1, XS_WATCH, 0, "data\0tok", 9, &m), EEXIST);
	cr_assert_eq(guest_call(1, XS_WRITE, 0, "data/x\0v", 8, &m), 0);
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(m.h.type, XS_WATCH_EVENT);
	cr_assert_arr_eq(m.data, "data/x\0tok", 11);
	cr_assert_eq(guest_call(1, XS_UNWATCH, 0, "data\0tok", 9, &m), 0);
	restart();
	cr_assert_eq(guest_call(1, XS_UNWATCH, 0, "data\0tok", 9, &m), ENOENT);
}

Test(xenstore_ring, half_a_request_survives)
{
	struct xsd_sockmsg h = {.type = XS_WRITE, .req_id = 9, .len = 12};
	const char *payload = "data/half\0ok";
	char whole[28];
	uint32_t at = ring(1)->req_prod;
	int i;

	memcpy(whole, &h, sizeof(h));
	memcpy(whole + sizeof(h), payload, 12);
	for (i = 0; i < 28; i++) {
		ring(1)->req[MASK_XENSTORE_IDX(at + (uint32_t)i)] = whole[i];
		__atomic_store_n(&ring(1)->req_prod, at + (uint32_t)i + 1, __ATOMIC_RELEASE);
		fake_kick(1);
		if (i % 5 == 3)
			restart();
	}
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(m.h.req_id, 9);
	cr_assert_str_eq(m.data, "OK");
	cr_assert_eq(guest_path(1, XS_READ, 0, "data/half", &m), 0);
	cr_assert_str_eq(m.data, "ok");
}

Test(xenstore_ring, an_open_transaction_is_tried_again)
{
	uint32_t tx;
	int rc, tries = 0;

	do {
		cr_assert_eq(guest_path(1, XS_TRANSACTION_START, 0, "", &m), 0);
		tx = (uint32_t)strtoul(m.data, NULL, 10);
		cr_assert_eq(guest_call(1, XS_WRITE, tx,
					"data/a\0"
					"1",
					8, &m),
			     0);
		if (!tries++)
			restart();
		/* goes on as if nothing had happened */
		cr_assert_eq(guest_call(1, XS_WRITE, tx,
					"data/b\0"
					"2",
					8, &m),
			     0);
		cr_assert_eq(guest_path(1, XS_DIRECTORY, tx, "data", &m), 0);
		rc = guest_path(1, XS_TRANSACTION_END, tx, "T", &m);
	} while (rc == EAGAIN);
	cr_assert_eq(rc, 0);
	cr_assert_eq(tries, 2);
	cr_assert_eq(guest_path(1, XS_READ, 0, "data/a", &m), 0);
	cr_assert_str_eq(m.data, "1");
}

Test(xenstore_ring, the_killed_process_lets_go_late)
{
	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
	fake_xenstored_kill(daemon_pid, SIGKILL);
	cr_assert(guest_send(1, XS_READ, 5, 0, "data/x", 7)); /* waits */
	fake->busy = 7;
	start();
	cr_assert(guest_recv(1, &m));
	cr_assert_eq(m.h.type, XS_READ, "%s", m.data);
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/y", &m), 0);
	cr_assert_eq(fake->busy, 0);
}

Test(xenstore_ring, a_domain_that_died_meanwhile_is_released)
{
	struct store *s;
	char *value;
	bool yes;

	cr_assert_eq(guest_path(1, XS_MKDIR, 0, "data/x", &m), 0);
	fake_xenstored_kill(daemon_pid, SIGKILL);
	fake->dom[1].state = HYPER_GONE;
	start();
	cr_assert_eq(store_open(&s), 0);
	cr_assert_eq(store_is_introduced(s, 1, &yes), 0);
	cr_assert_not(yes);
	cr_assert_eq(store_read(s, XBT_NULL, "/local/domain/1/data/x", &value, NULL), -ENOENT);
	store_close(s);
	cr_assert_eq(guest_path(2, XS_MKDIR, 0, "data/x", &m), 0);
}

static void wait_for_end(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/xenstored/lock", fake_rundir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	close(fd);
}

/* Start the daemon and kill it after some requests, over and over. */
static pid_t killer(void)
{
	pid_t pid = fork();
	struct timespec t = {0};

	if (pid)
		return pid;
	srand(5);
	for (;;) {
		daemon_pid = fake_xenstored_start();
		t.tv_nsec = rand() % 3000000;
		nanosleep(&t, NULL);
		fake_xenstored_kill(daemon_pid, SIGKILL);
		fake->kills++;
	}
}

static uint32_t count_and_watch(uint32_t *events)
{
	uint32_t n = 0;
	char text[64];
	int len;

	while (fake->kills < 150) {
		len = snprintf(text, sizeof(text), "data/n%c%u", 0, ++n);
		cr_assert(guest_send(1, XS_WRITE, n, 0, text, (size_t)len));
		for (;;) {
			cr_assert(guest_recv(1, &m), "no reply to %u", n);
			if (m.h.type != XS_WATCH_EVENT)
				break;
			++*events;
		}
		cr_assert_eq(m.h.req_id, n);
		cr_assert_eq(m.h.type, XS_WRITE, "%s", m.data);
		if (n % 5)
			continue;
		cr_assert(guest_send(1, XS_READ, n, 0, "data/n", 7));
		do
			cr_assert(guest_recv(1, &m), "no value of %u", n);
		while (m.h.type == XS_WATCH_EVENT && ++*events);
		cr_assert_eq(strtoul(m.data, NULL, 10), n);
	}
	return n;
}

/*
 * Killed at random moments while a guest counts: every reply comes exactly
 * once and is right, no count is lost, its watch tells of every change.
 */
Test(xenstore_ring, killed_at_any_moment)
{
	uint32_t n, events = 0;
	pid_t k;

	cr_assert_eq(guest_call(1, XS_WATCH, 0, "data\0tok", 9, &m), 0);
	fake_xenstored_kill(daemon_pid, SIGKILL);
	k = killer();
	n = count_and_watch(&events);
	fake_xenstored_kill(k, SIGKILL);
	wait_for_end(); /* the daemon follows its parent */
	start();
	cr_assert_eq(guest_path(1, XS_READ, 0, "data/n", &m), 0);
	cr_assert_eq(strtoul(m.data, NULL, 10), n);
	cr_log_info("%u requests, %u events, %u kills", n, events, fake->kills);
	cr_assert_geq(events + 2, n);
}
