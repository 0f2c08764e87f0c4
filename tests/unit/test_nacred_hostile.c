/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Peers that mean harm, on each of the sockets: they cost themselves only. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "nacred_loop.h"
#include "rpc.h"

TestSuite(hostile, .init = loop_start, .fini = loop_stop);

#define CALL(id)   "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"job.list\"}\n"
#define ANSWER(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"jobs\":[]}}\n"

/* An honest client is served as if nothing were. */
static void others_are_served(enum listener_kind kind)
{
	int fd = loop_join_at(kind);

	loop_answers(fd, CALL("1"), ANSWER("1"));
	close(fd);
	loop_turn();
}

static unsigned int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* As much of @len bytes as the daemon takes. */
static size_t push(int fd, const char *bytes, size_t len)
{
	size_t sent = 0;
	ssize_t got;

	do {
		got = send(fd, bytes + sent, len - sent, MSG_NOSIGNAL);
		if (got > 0)
			sent += (size_t)got;
		loop_turn();
	} while (sent < len && got > 0);
	return sent;
}

Test(hostile, garbage)
{
	unsigned int seed = 7, i, round;
	static char bytes[20000];

	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		for (round = 0; round < 50; round++) {
			int fd = loop_join_at(kind);

			for (i = 0; i < sizeof(bytes); i++)
				bytes[i] = (char)rand_r(&seed);
			push(fd, bytes, sizeof(bytes));
			while (loop_hear(fd))
				cr_assert_eq(
					strncmp(heard, "{\"jsonrpc\":\"2.0\",\"id\":null,", 27), 0);
			close(fd);
			loop_turn();
		}
		cr_assert_eq(n.nr_clients, 0);
		others_are_served(kind);
	}
}

Test(hostile, a_line_without_end)
{
	char *much = malloc(2 * LIMIT_REQUEST_BYTES);

	memset(much, '[', 2 * LIMIT_REQUEST_BYTES);
	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		int fd = loop_join_at(kind);

		cr_assert_lt(push(fd, much, 2 * LIMIT_REQUEST_BYTES), 2 * LIMIT_REQUEST_BYTES);
		loop_hear(fd);
		loop_heard("request.too_long");
		others_are_served(kind);
		close(fd);
		loop_turn();
		cr_assert_eq(n.nr_clients, 0);
	}
	free(much);
}

/* The whole of the longest line is brackets. */
Test(hostile, deep_nesting)
{
	char *deep = malloc(LIMIT_REQUEST_BYTES);

	memset(deep, '[', LIMIT_REQUEST_BYTES);
	deep[LIMIT_REQUEST_BYTES - 1] = '\n';
	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		int fd = loop_join_at(kind);

		while (push(fd, deep, LIMIT_REQUEST_BYTES) < LIMIT_REQUEST_BYTES)
			cr_assert_neq(errno, EPIPE);
		loop_hear(fd);
		loop_heard("request.parse");
		loop_answers(fd, CALL("2"), ANSWER("2"));
		close(fd);
		loop_turn();
	}
	free(deep);
}

Test(hostile, half_closed_without_a_word)
{
	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		int fd = loop_join_at(kind);

		shutdown(fd, SHUT_WR);
		loop_turn();
		cr_assert(loop_hung_up(fd));
		cr_assert_eq(n.nr_clients, 0);
		close(fd);
	}
}

/* It asks, takes nothing, and closes its reading half. */
Test(hostile, deaf)
{
	const char *call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n";

	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		int fd = loop_join_at(kind), i;

		for (i = 0; i < 2000; i++)
			if (push(fd, call, strlen(call)) < strlen(call))
				break;
		cr_assert_lt(i, 2000);
		cr_assert_lt(n.clients->out.bytes, 2 * LIMIT_OUTPUT_PAUSE);
		others_are_served(kind);
		shutdown(fd, SHUT_RD);
		sd_event_source_set_time_relative(n.clients->stall, 0);
		while (n.nr_clients)
			cr_assert_geq(sd_event_run(n.loop, 5000000), 0);
		close(fd);
	}
}

/* Time is not waited for: the clock that ends a stalled client runs exactly while one is. */
Test(hostile, a_line_that_never_ends)
{
	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		int fd = loop_join_at(kind), on = -1;

		sd_event_source_get_enabled(n.clients->stall, &on);
		cr_assert_eq(on, SD_EVENT_OFF, "idle clients wake nobody");
		loop_say(fd, "{\"json");
		sd_event_source_get_enabled(n.clients->stall, &on);
		cr_assert_eq(on, SD_EVENT_ONESHOT);
		others_are_served(kind);
		sd_event_source_set_time_relative(n.clients->stall, 0);
		while (n.nr_clients)
			cr_assert_geq(sd_event_run(n.loop, 5000000), 0);
		cr_assert(loop_hung_up(fd));
		close(fd);
	}
}

Test(hostile, descriptors_are_not_taken)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 50)];
	} control;
	char text[] = CALL("1");
	struct iovec iov = {.iov_base = text, .iov_len = sizeof(text) - 1};
	unsigned int before, i;

	for (enum listener_kind kind = LISTENER_ADMIN; kind < NR_LISTENERS; kind++) {
		struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
		int fd = loop_join_at(kind);
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		memset(&control, 0, sizeof(control));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * 50);
		for (i = 0; i < 50; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
		before = open_descriptors();
		for (i = 0; i < 20; i++) {
			cr_assert_eq(sendmsg(fd, &msg, MSG_NOSIGNAL), (ssize_t)iov.iov_len);
			loop_turn();
			loop_hear(fd);
			cr_assert_str_eq(heard, ANSWER("1"));
		}
		cr_assert_eq(open_descriptors(), before);
		close(fd);
		loop_turn();
	}
}

static void room_for_descriptors(void)
{
	struct rlimit lim;

	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
}

/* Strangers fill what is theirs; who may change things still comes in. */
Test(hostile, thousands_of_connections)
{
	static int fds[3000];
	unsigned int i, refused = 0;

	room_for_descriptors();
	for (i = 0; i < 3000; i++)
		fds[i] = loop_join_at(LISTENER_READ_ONLY);
	cr_assert_eq(n.nr_strangers, LIMIT_STRANGERS);
	for (i = 0; i < 3000; i++) {
		loop_hear(fds[i]);
		refused += strstr(heard, "daemon.busy") != NULL;
	}
	cr_assert_eq(refused, 3000 - LIMIT_STRANGERS);
	others_are_served(LISTENER_ADMIN);
	for (i = 0; i < 3000; i++)
		close(fds[i]);
	loop_turn();
	cr_assert_eq(n.nr_clients, 0);
	others_are_served(LISTENER_READ_ONLY);
	for (i = 0; i < LIMIT_CLIENTS + 5; i++)
		fds[i] = loop_join();
	cr_assert_eq(n.nr_clients, LIMIT_CLIENTS);
	others_are_served(LISTENER_READ_ONLY);
	for (i = 0; i < LIMIT_CLIENTS + 5; i++)
		close(fds[i]);
}

/* Waits and subscriptions are shared: strangers cannot take the last of them. */
Test(hostile, strangers_leave_half)
{
	static int fds[LIMIT_SUBSCRIBERS];
	const char *call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\"}\n";
	unsigned int i;
	int fd;

	for (i = 0; i < LIMIT_SUBSCRIBERS / 2; i++) {
		fds[i] = loop_join_at(LISTENER_READ_ONLY);
		loop_answers(fds[i], call, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\"");
	}
	fd = loop_join_at(LISTENER_READ_ONLY);
	loop_answers(fd, call, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\"");
	close(fd);
	fd = loop_join();
	loop_answers(fd, call, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\"");
	close(fd);
	for (i = 0; i < LIMIT_SUBSCRIBERS / 2; i++)
		close(fds[i]);
}

/* Calls of stranger @fd that are answered at once, of @nr. */
static unsigned int flood(int fd, unsigned int nr)
{
	unsigned int answered = 0, sent = 0;
	const char *p;

	while (sent < nr && push(fd, CALL("1"), sizeof(CALL("1")) - 1)) {
		sent++;
		if (sent % 100)
			continue;
		loop_hear(fd);
		for (p = heard; (p = strchr(p, '\n')); p++)
			answered++;
	}
	return answered;
}

/* A second's calls come at once, then the rate holds; others go on, and so does it. */
Test(hostile, greedy)
{
	int fd = loop_join_at(LISTENER_READ_ONLY);
	struct client *c = n.clients;
	unsigned int answered = flood(fd, 3 * LIMIT_RATE_STRANGERS);

	cr_assert_geq(answered, LIMIT_RATE_STRANGERS);
	cr_assert_lt(answered, 2 * LIMIT_RATE_STRANGERS);
	cr_assert(c->turn);
	others_are_served(LISTENER_READ_ONLY);
	others_are_served(LISTENER_ADMIN);
	c->paid_until = 0; /* as if time had gone by */
	sd_event_source_set_time_relative(c->rest, 0);
	for (answered = 0; !answered; answered = (unsigned int)loop_hear(fd))
		cr_assert_geq(sd_event_run(n.loop, 5000000), 0);
	close(fd);
	fd = loop_join();
	cr_assert_eq(flood(fd, 3 * LIMIT_RATE_STRANGERS), 3 * LIMIT_RATE_STRANGERS,
		     "who may change things has another rate");
	close(fd);
}

Test(hostile, nothing_is_changed_by_the_socket_for_reading)
{
	const struct method *m;
	char text[200];
	unsigned int i;
	int fd = loop_join_at(LISTENER_READ_ONLY);

	for (i = 0; (m = rpc_method_at(i)); i++) {
		if (m->class == METHOD_READ)
			continue;
		snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}\n",
			 m->name);
		loop_answers(fd, text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32003,");
		loop_heard("request.forbidden");
		loop_heard("nacred.sock");
	}
	close(fd);
}
