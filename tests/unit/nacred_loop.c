/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacred_loop.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "events.h"
#include "job.h"
#include "listener.h"
#include "replay.h"
#include "replay_file.h"

struct nacred n;
char heard[1 << 20];

static struct sockaddr_un addr[NR_LISTENERS];
static socklen_t addr_len[NR_LISTENERS];

/* At an address that the kernel chooses in the abstract name space. */
static void serve(enum listener_kind kind)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr *at = (struct sockaddr *)&addr[kind];

	addr[kind].sun_family = AF_UNIX;
	addr_len[kind] = sizeof(addr[kind]);
	cr_assert_eq(bind(fd, at, sizeof(sa_family_t)), 0);
	cr_assert_eq(getsockname(fd, at, &addr_len[kind]), 0);
	cr_assert_eq(listen(fd, 16), 0);
	cr_assert_eq(listener_add(&n, fd, kind), 0);
}

void loop_start(void)
{
	memset(&n, 0, sizeof(n));
	n.check_results = true;
	snprintf(n.statedir, sizeof(n.statedir), "%s/nacred-loop.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	cr_assert(mkdtemp(n.statedir));
	cr_assert_geq(sd_event_new(&n.loop), 0);
	cr_assert_eq(client_start(&n), 0);
	serve(LISTENER_ADMIN);
	serve(LISTENER_READ_ONLY);
}

/* What the tests of this file's users have nacred keep. */
static void forget_state(void)
{
	static const char *const names[] = {"", ".new", ".broken"};
	char path[NACRED_PATH_MAX + 48];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/" REPLAY_FILE "%s", n.statedir, names[i]);
		unlink(path);
	}
	cr_assert_eq(rmdir(n.statedir), 0, "%s", n.statedir);
}

void loop_stop(void)
{
	listener_close(&n);
	client_close_all(&n);
	cr_assert_eq(n.nr_waiters, 0);
	job_free_all(&n);
	cr_assert_eq(n.nr_jobs, 0);
	replay_stop(&n);
	events_stop(&n);
	forget_state();
	sd_event_unref(n.loop);
}

void loop_turn(void)
{
	while (sd_event_run(n.loop, 0) > 0)
		;
}

int loop_join_at(enum listener_kind kind)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&addr[kind], addr_len[kind]), 0);
	loop_turn();
	return fd;
}

int loop_join(void)
{
	return loop_join_at(LISTENER_ADMIN);
}

void loop_say(int fd, const char *text)
{
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	loop_turn();
}

size_t loop_hear(int fd)
{
	size_t len = 0;
	ssize_t got;

	while ((got = recv(fd, heard + len, sizeof(heard) - len - 1, 0)) > 0) {
		len += (size_t)got;
		loop_turn();
	}
	heard[len] = '\0';
	return len;
}

bool loop_hung_up(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK) == 0;
}

void loop_answers(int fd, const char *text, const char *start)
{
	loop_say(fd, text);
	loop_hear(fd);
	cr_assert_eq(strncmp(heard, start, strlen(start)), 0, "%s -> %s", text, heard);
}

void loop_heard(const char *word)
{
	cr_assert(strstr(heard, word), "no %s in: %s", word, heard);
}
