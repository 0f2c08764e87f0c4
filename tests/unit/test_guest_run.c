/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A tiny guest as a test, with a daemon that plays the guest's part. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest_run.h"

#include <xen/sched.h>

struct daemon {
	int socket;
	const char *console; /* what the guest writes */
	int reason;	     /* SHUTDOWN_*; -1: it runs until it is destroyed */
	bool refuse;	     /* domain.create fails */
	bool interrupt;	     /* after the guest was started */
	int console_end;
	bool destroyed, config_right;
	int stop[2]; /* a pipe */
	pthread_t thread;
};

static void say(const struct daemon *d, int fd, const char *form, ...)
	__attribute__((format(printf, 3, 4)));

static void say(const struct daemon *d, int fd, const char *form, ...)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	char text[1024];
	struct iovec iov = {.iov_base = text};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	va_list ap;

	va_start(ap, form);
	iov.iov_len = (size_t)vsnprintf(text, sizeof(text), form, ap);
	va_end(ap);
	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	cr_assert_eq(sendmsg(d->socket, &m, MSG_NOSIGNAL), (ssize_t)iov.iov_len);
}

static void event(const struct daemon *d, const char *type, int reason)
{
	char tail[48] = "";

	if (reason >= 0)
		snprintf(tail, sizeof(tail), ",\"shutdown_reason\":%d", reason);
	say(d, -1,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"type\":\"%s\",\"domain\":"
	    "{\"domid\":5,\"uuid\":\"u-1\"%s}}}\n",
	    type, tail);
}

/* The guest's whole life. */
static void live(struct daemon *d)
{
	cr_assert(write(d->console_end, d->console, strlen(d->console)) >= 0);
	if (d->interrupt)
		cr_assert_eq(write(d->stop[1], "", 1), 1);
	if (d->reason < 0)
		return;
	event(d, d->reason == SHUTDOWN_crash ? "domain.crashed" : "domain.shutdown", d->reason);
	event(d, "domain.destroyed", d->reason);
	close(d->console_end);
}

static void answer(struct daemon *d, const struct json *request)
{
	const char *method = json_string(json_get(request, "method"), "");
	long long id = json_int(json_get(request, "id"), 0);
	int pair[2];

	if (!strcmp(method, "domain.console")) {
		cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		d->console_end = pair[1];
		say(d, pair[0], "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{}}\n", id);
		close(pair[0]);
		return;
	}
	if (!strcmp(method, "domain.create")) {
		const struct json *config = json_path(request, "params.config");

		d->config_right =
			!strcmp(json_string(json_path(config, "b_info.kernel"), ""), "/g.elf") &&
			json_int(json_path(config, "b_info.max_vcpus"), 0) == 2;
		if (d->refuse) {
			say(d, -1,
			    "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32003,"
			    "\"message\":\"no memory for it\"}}\n",
			    id);
			return;
		}
		event(d, "domain.created", -1);
	}
	say(d, -1, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"uuid\":\"u-1\"}}\n", id);
	if (!strcmp(method, "domain.unpause"))
		live(d);
	if (!strcmp(method, "domain.destroy")) {
		d->destroyed = true;
		event(d, "domain.destroyed", -1);
	}
}

static void *serve(void *arg)
{
	struct daemon *d = arg;
	FILE *in = fdopen(dup(d->socket), "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, in)) > 0) {
		struct json *request = json_parse(line, (size_t)n, NULL, NULL, 0);

		cr_assert_not_null(request);
		answer(d, request);
		json_free(request);
	}
	free(line);
	fclose(in);
	return NULL;
}

static struct guest_result run(struct daemon *d, unsigned int seconds)
{
	struct guest_result result = {.verdict = GUEST_ERROR};
	struct rpc_error error;
	struct rpc *rpc;
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	cr_assert_eq(pipe(d->stop), 0);
	d->socket = pair[1];
	d->console_end = -1;
	rpc = rpc_adopt(pair[0], &error);
	cr_assert_not_null(rpc);
	pthread_create(&d->thread, NULL, serve, d);
	guest_run(rpc, "t", "/g.elf", 2, seconds, d->stop[0], &result);
	rpc_close(rpc);
	shutdown(pair[1], SHUT_RDWR);
	pthread_join(d->thread, NULL);
	close(pair[1]);
	close(d->stop[0]);
	close(d->stop[1]);
	return result;
}

#define EXPECT_RUN(what, seconds, v, text, ...)                                                    \
	do {                                                                                       \
		struct daemon d = {__VA_ARGS__};                                                   \
		struct guest_result r = run(&d, seconds);                                          \
		cr_expect_eq(r.verdict, v, "%s: %s", what, r.line);                                \
		cr_expect_str_eq(r.line, text, "%s: %s", what, r.line);                            \
	} while (0)

Test(guest_run, the_last_verdict_counts)
{
	struct daemon d = {.console = "boot\r\nFAIL early\nPASS late\r\ntail", .reason = 0};
	struct guest_result r = run(&d, 60);

	cr_expect_eq(r.verdict, GUEST_PASS);
	cr_expect_str_eq(r.line, "PASS late");
	cr_expect(d.config_right);
	cr_expect_not(d.destroyed);
}

Test(guest_run, words)
{
	EXPECT_RUN("fail", 60, GUEST_FAIL, "FAIL x: ?[31m", .console = "FAIL x: \033[31m\n");
	EXPECT_RUN("skip", 60, GUEST_SKIP, "SKIP no AVX", .console = "SKIP no AVX\n");
	EXPECT_RUN("error", 60, GUEST_ERROR, "ERROR x", .console = "ERROR x\n");
	EXPECT_RUN("not a word", 60, GUEST_ERROR, "no verdict; ended, reason 0",
		   .console = "PASSED x\n PASS y\n");
}

Test(guest_run, ends)
{
	EXPECT_RUN("crash", 60, GUEST_FAIL, "no verdict; ended, reason 3", .console = "hello\n",
		   .reason = SHUTDOWN_crash);
	EXPECT_RUN("expected", 60, GUEST_PASS, "expected crash; ended, reason 3",
		   .console = "EXPECT crash\n", .reason = SHUTDOWN_crash);
	EXPECT_RUN("another end", 60, GUEST_FAIL, "expected crash; ended, reason 0",
		   .console = "EXPECT crash\n", .reason = SHUTDOWN_poweroff);
	EXPECT_RUN("said after", 60, GUEST_FAIL, "FAIL still here",
		   .console = "EXPECT crash\nFAIL still here\n", .reason = SHUTDOWN_crash);
	EXPECT_RUN("said before", 60, GUEST_FAIL, "expected crash; ended, reason 0",
		   .console = "PASS a\nEXPECT crash\n", .reason = SHUTDOWN_poweroff);
}

Test(guest_run, time_is_up)
{
	EXPECT_RUN("no end", 1, GUEST_ERROR, "no verdict; time is up, reason -1",
		   .console = "working\n", .reason = -1);
	EXPECT_RUN("spin", 1, GUEST_PASS, "expected spin; time is up, reason -1",
		   .console = "EXPECT spin\n", .reason = -1);
}

Test(guest_run, interrupted)
{
	EXPECT_RUN("stop", 600, GUEST_ERROR, "interrupted", .console = "PASS x\n", .reason = -1,
		   .interrupt = true);
}

Test(guest_run, refused)
{
	EXPECT_RUN("create", 60, GUEST_ERROR, "no memory for it", .refuse = true);
}
