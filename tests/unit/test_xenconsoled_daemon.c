/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xenconsoled's parts, and the daemon in a child over a hypervisor in memory. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "console_ring.h"
#include "daemon.h"
#include "guest.h"
#include "history.h"
#include "hyper.h"
#include "logfile.h"
#include "store.h"
#include "test_xenstore_fake.h"

static void guest_says(struct xencons_interface *r, const char *text, size_t len)
{
	while (len--) {
		r->out[MASK_XENCONS_IDX(r->out_prod, r->out)] = *text++;
		__atomic_store_n(&r->out_prod, r->out_prod + 1, __ATOMIC_RELEASE);
	}
}

Test(xenconsoled_ring, takes_and_gives_over_the_wrap)
{
	static struct xencons_interface page;
	struct console_ring r;
	char in[CONSOLE_OUT_SIZE], out[CONSOLE_OUT_SIZE];
	size_t n, i, at;
	bool bad;

	page.out_cons = page.out_prod = 0xffffff00u;
	page.in_cons = page.in_prod = 0xffffff00u;
	console_ring_attach(&r, &page);
	srand(1);
	for (i = 0; i < 2000; i++) {
		n = (size_t)rand() % (CONSOLE_OUT_SIZE + 1);
		for (at = 0; at < n; at++)
			out[at] = (char)rand();
		guest_says(&page, out, n);
		cr_assert_eq(console_ring_take(&r, in, &bad), n);
		cr_assert_not(bad);
		cr_assert_eq(memcmp(in, out, n), 0);
		cr_assert_eq(page.out_cons, page.out_prod);
		n = (size_t)rand() % (console_ring_space(&r) + 1);
		console_ring_give(&r, out, n);
		for (at = 0; at < n; at++, page.in_cons++)
			cr_assert_eq(page.in[MASK_XENCONS_IDX(page.in_cons, page.in)], out[at]);
	}
}

Test(xenconsoled_ring, wild_indices)
{
	static struct xencons_interface page;
	struct console_ring r;
	char buf[CONSOLE_OUT_SIZE];
	bool bad;

	console_ring_attach(&r, &page);
	page.out_prod = CONSOLE_OUT_SIZE + 1;
	cr_assert_eq(console_ring_take(&r, buf, &bad), 0);
	cr_assert(bad);
	page.out_prod = CONSOLE_OUT_SIZE;
	page.out_cons = 12345; /* ours, not the guest's to change */
	cr_assert_eq(console_ring_take(&r, buf, &bad), CONSOLE_OUT_SIZE);
	cr_assert_eq(page.out_cons, CONSOLE_OUT_SIZE);
	page.in_cons = 1;
	cr_assert_eq(console_ring_space(&r), 0);
}

Test(xenconsoled_history, positions)
{
	static struct history h;
	struct iovec iov[2];
	uint64_t p = 0, want = 0;
	size_t k;
	char c;
	int i, nr;

	cr_assert_eq(history_get(&h, &p, iov), 0);
	for (i = 0; i < 200000; i++) {
		c = (char)(i % 251);
		history_add(&h, &c, 1);
	}
	cr_assert_eq(history_start(&h), 200000 - HISTORY_REPLAY);
	nr = history_get(&h, &p, iov); /* too slow: moved up */
	cr_assert_eq(p, 200000 - HISTORY_SIZE);
	for (want = p, i = 0; i < nr; i++)
		for (k = 0; k < iov[i].iov_len; k++, want++)
			cr_assert_eq(((char *)iov[i].iov_base)[k], (char)(want % 251));
	cr_assert_eq(want, 200000);
}

Test(xenconsoled_logfile, names_are_harmless)
{
	char name[NAME_MAX + 1], longest[1000];

	logfile_name("web-1.example", name, sizeof(name));
	cr_assert_str_eq(name, "guest-web-1.example.log");
	logfile_name("../../etc/x\n\x1b[0m \"%n", name, sizeof(name));
	cr_assert_str_eq(name, "guest-.._.._etc_x___0m___n.log");
	memset(longest, 'a', sizeof(longest));
	longest[999] = '\0';
	logfile_name(longest, name, sizeof(name));
	cr_assert_leq(strlen(name), NAME_MAX - 2);
}

Test(xenconsoled_logfile, limit_and_rotation, .init = fake_init, .fini = fake_cleanup)
{
	struct logfile l;
	char block[4096], tail[16];
	struct stat st;
	int dir = open(fake_rundir, O_RDONLY | O_DIRECTORY), i;

	logfile_open(&l, dir, "g");
	for (i = 0; i < 700; i++) {
		memset(block, 'a' + i % 26, sizeof(block));
		logfile_write(&l, block, sizeof(block));
	}
	cr_assert_eq(fstatat(dir, "guest-g.log", &st, 0), 0);
	cr_assert_leq(st.st_size, LOGFILE_LIMIT);
	cr_assert_eq(fstatat(dir, "guest-g.log.1", &st, 0), 0);
	cr_assert_leq(st.st_size, LOGFILE_LIMIT);
	cr_assert_eq(fstatat(dir, "guest-g.log.1.1", &st, 0), -1);
	logfile_write(&l, "the end", 7);
	cr_assert_eq(logfile_tail(&l, tail, 7), 7);
	cr_assert_eq(memcmp(tail, "the end", 7), 0);
	logfile_close(&l);
	/* A symbolic link is not followed. */
	cr_assert_eq(symlinkat("/dev/null", dir, "guest-evil.log"), 0);
	logfile_open(&l, dir, "evil");
	cr_assert_eq(l.fd, -1);
	logfile_write(&l, "x", 1);
	close(dir);
}

/* --- the daemon --- */

static pid_t store_pid, console_pid;
static struct store *s;

static pid_t start_console(void)
{
	static struct daemon daemon;
	struct pollfd p = {.events = POLLIN};
	int ready[2];
	pid_t pid;
	char c;

	cr_assert_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fake_side = FAKE_CONSOLE;
		if (daemon_start(&daemon, fake_rundir) || write(ready[1], "r", 1) != 1)
			_exit(1);
		_exit(daemon_run(&daemon) ? 1 : (daemon_stop(&daemon), 0));
	}
	close(ready[1]);
	p.fd = ready[0];
	cr_assert_eq(poll(&p, 1, 10000), 1);
	cr_assert_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void write_node(uint32_t domid, const char *node, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, node);
	cr_assert_eq(store_write(s, XBT_NULL, path, value), 0);
}

static void make_guest(uint32_t domid, const char *name)
{
	char number[16];

	fake->dom[domid].state = HYPER_RUNNING;
	write_node(domid, "name", name);
	snprintf(number, sizeof(number), "%u", FAKE_CONSOLE_GFN);
	write_node(domid, "console/ring-ref", number);
	write_node(domid, "console/port", "1");
	write_node(domid, "console/type", "xenconsoled");
	cr_assert_eq(store_introduce(s, domid, FAKE_GFN, FAKE_PORT), 0);
}

static void setup(void)
{
	fake_init();
	setenv("NACRE_RUNDIR", fake_rundir, 1);
	store_pid = fake_xenstored_start();
	cr_assert_gt(store_pid, 0);
	cr_assert_eq(store_open(&s), 0);
	console_pid = start_console();
}

static void teardown(void)
{
	store_close(s);
	fake_xenstored_kill(console_pid, SIGTERM);
	fake_xenstored_kill(store_pid, SIGTERM);
	fake_cleanup();
}

TestSuite(xenconsoled_daemon, .init = setup, .fini = teardown, .timeout = 60);

static struct xencons_interface *ring(uint32_t domid)
{
	return &fake->dom[domid].console_page.console;
}

static void say(uint32_t domid, const char *text, size_t len)
{
	struct xencons_interface *r = ring(domid);
	size_t n;

	while (len) {
		while ((n = CONSOLE_OUT_SIZE -
			    (r->out_prod - __atomic_load_n(&r->out_cons, __ATOMIC_ACQUIRE))) == 0)
			cr_assert(fake_wait_side(domid, FAKE_CONSOLE), "not drained");
		n = n < len ? n : len;
		guest_says(r, text, n);
		fake_signal(domid, FAKE_CONSOLE);
		text += n;
		len -= n;
	}
}

static int request(const char *text, char *answer, size_t size)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	union {
		struct cmsghdr h;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = answer, .iov_len = size - 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.buf,
			     .msg_controllen = sizeof(control.buf)};
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fd = -1;
	ssize_t n;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/xenconsoled.sock", fake_rundir);
	cr_assert_eq(connect(sock, (struct sockaddr *)&a, sizeof(a)), 0);
	cr_assert_eq(send(sock, text, strlen(text), 0), (ssize_t)strlen(text));
	n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	cr_assert_gt(n, 0);
	answer[n] = '\0';
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	close(sock);
	return fd;
}

static int view(uint32_t domid)
{
	char text[32], answer[128];
	int fd;

	snprintf(text, sizeof(text), "attach %u\n", domid);
	fd = request(text, answer, sizeof(answer));
	cr_assert_str_eq(answer, "ok\n");
	cr_assert_geq(fd, 0);
	return fd;
}

static void expect(int fd, const char *want, size_t len)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char buf[4096];
	ssize_t n;

	while (len) {
		cr_assert_eq(poll(&p, 1, 5000), 1, "no output");
		n = read(fd, buf, len < sizeof(buf) ? len : sizeof(buf));
		cr_assert_gt(n, 0);
		cr_assert_eq(memcmp(buf, want, (size_t)n), 0);
		want += n;
		len -= (size_t)n;
	}
}

static void expect_end(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char c;

	cr_assert_eq(poll(&p, 1, 5000), 1);
	cr_assert_eq(read(fd, &c, 1), 0);
}

static size_t log_size(const char *file)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/console/%s", fake_rundir, file);
	return stat(path, &st) ? 0 : (size_t)st.st_size;
}

Test(xenconsoled_daemon, output_input_several_viewers_and_the_end)
{
	char answer[128], last[100];
	int a, b;

	make_guest(1, "one");
	a = view(1);
	say(1, "hello\n", 6);
	expect(a, "hello\n", 6);
	b = view(1); /* replayed */
	expect(b, "hello\n", 6);
	cr_assert_eq(write(b, "ls\n", 3), 3);
	while (ring(1)->in_prod != 3)
		cr_assert(fake_wait_side(1, FAKE_CONSOLE));
	cr_assert_eq(memcmp(ring(1)->in, "ls\n", 3), 0);
	close(b);
	cr_assert_eq(request("attach 5\n", answer, sizeof(answer)), -1);
	cr_assert_str_eq(answer, "error domain 5 has no console\n");
	cr_assert_eq(request("attach x\n", answer, sizeof(answer)), -1);
	cr_assert_eq(strncmp(answer, "error ", 6), 0);
	/* What a guest says last is not lost though it is gone by then. */
	memset(last, 'z', sizeof(last));
	guest_says(ring(1), last, sizeof(last));
	fake_set_state(1, HYPER_DYING);
	expect(a, last, sizeof(last));
	expect_end(a);
	cr_assert_eq(log_size("guest-one.log"), 106);
	cr_assert_eq(fake->dom[1].port[FAKE_CONSOLE].bound, 0);
	close(a);
}

Test(xenconsoled_daemon, a_viewer_that_does_not_read_delays_nobody)
{
	static char block[1000];
	int slow, quick, i;

	make_guest(1, "one");
	slow = view(1);
	quick = view(1);
	for (i = 0; i < 1000; i++) {
		memset(block, 'a' + i % 26, sizeof(block));
		say(1, block, sizeof(block));
		expect(quick, block, sizeof(block));
	}
	cr_assert_eq(log_size("guest-one.log"), 1000000, "%zu", log_size("guest-one.log"));
	close(slow);
	say(1, "x", 1);
	expect(quick, "x", 1);
	close(quick);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

Test(xenconsoled_daemon, signalling_without_end_is_slowed_down)
{
	uint64_t start;
	uint32_t before;
	int i, v;

	make_guest(1, "spam");
	make_guest(2, "calm");
	v = view(2);
	before = fake->dom[1].port[FAKE_CONSOLE].taken;
	start = now_ms();
	for (i = 0; i < 3 * RATE_EVENTS; i++) {
		fake_signal(1, FAKE_CONSOLE);
		if (i % 10)
			continue;
		say(2, "y", 1); /* served while the other is held back */
		expect(v, "y", 1);
	}
	i = (int)((now_ms() - start) * 1000 / RATE_PERIOD_US) + 2; /* periods begun */
	cr_assert_leq(fake->dom[1].port[FAKE_CONSOLE].taken - before,
		      (uint32_t)i * (RATE_EVENTS + 1));
	/* Its words come through all the same, when the period is over. */
	close(v);
	v = view(1);
	say(1, "still here", 10);
	expect(v, "still here", 10);
	close(v);
}

Test(xenconsoled_daemon, restarts_unnoticed)
{
	int v, i;
	char *tty, line[32];

	make_guest(1, "one");
	v = view(1);
	say(1, "before\n", 7);
	expect(v, "before\n", 7);
	fake_xenstored_kill(console_pid, SIGKILL);
	expect_end(v);
	close(v);
	guest_says(ring(1), "while away\n", 11);
	fake->busy = 3; /* the killed process lets go late */
	console_pid = start_console();
	while (log_size("guest-one.log") != 18)
		cr_assert(fake_wait_side(1, FAKE_CONSOLE));
	v = view(1);
	expect(v, "before\nwhile away\n", 18);
	for (i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		say(1, line, strlen(line));
		expect(v, line, strlen(line));
	}
	cr_assert_eq(store_read(s, XBT_NULL, "/local/domain/1/console/tty", &tty, NULL), 0);
	cr_assert_eq(strncmp(tty, "/dev/", 5), 0);
	free(tty);
	close(v);
}

Test(xenconsoled_daemon, goes_on_without_the_store_and_finds_it_again)
{
	int v;

	make_guest(1, "one");
	v = view(1);
	store_close(s);
	fake_xenstored_kill(store_pid, SIGKILL);
	say(1, "alone", 5);
	expect(v, "alone", 5);
	store_pid = fake_xenstored_start();
	cr_assert_gt(store_pid, 0);
	cr_assert_eq(store_open(&s), 0);
	make_guest(2, "two");
	say(2, "new", 3);
	while (log_size("guest-two.log") != 3)
		cr_assert(fake_wait_side(2, FAKE_CONSOLE));
	fake_set_state(1, HYPER_DYING);
	expect_end(v);
	close(v);
}

Test(xenconsoled_daemon, wild_rings)
{
	uint8_t *page = fake->dom[1].console_page.bytes;
	int i, v;

	make_guest(1, "wild");
	make_guest(2, "calm");
	v = view(2);
	close(view(1));
	srand(6);
	for (i = 0; i < 3000; i++) {
		page[rand() % 4 ? 3072 + rand() % 16 : rand() % 4096] = (uint8_t)rand();
		fake_signal(1, FAKE_CONSOLE);
		if (i % 100 == 0) {
			say(2, "ok", 2);
			expect(v, "ok", 2);
		}
	}
	close(v);
}

Test(xenconsoled_daemon, the_terminal_works_both_ways)
{
	char *tty = NULL;
	int fd;

	make_guest(1, "one");
	close(view(1)); /* by now it is served */
	cr_assert_eq(store_read(s, XBT_NULL, "/local/domain/1/console/tty", &tty, NULL), 0);
	fd = open(tty, O_RDWR | O_NOCTTY);
	cr_assert_geq(fd, 0);
	free(tty);
	say(1, "login: ", 7);
	expect(fd, "login: ", 7);
	cr_assert_eq(write(fd, "root\n", 5), 5);
	while (ring(1)->in_prod != 5)
		cr_assert(fake_wait_side(1, FAKE_CONSOLE));
	cr_assert_eq(memcmp(ring(1)->in, "root\n", 5), 0);
	close(fd);
}
