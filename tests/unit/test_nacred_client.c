/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The socket side of nacred: a real loop and real sockets, no hypervisor. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "events.h"
#include "limits.h"
#include "nacred.h"
#include "rpc.h"

static struct nacred n;
static struct sockaddr_un addr;
static socklen_t addr_len;

static void start(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memset(&n, 0, sizeof(n));
	cr_assert_geq(sd_event_new(&n.loop), 0);
	addr.sun_family = AF_UNIX;
	addr_len = sizeof(addr);
	/* An address that the kernel chooses in the abstract name space. */
	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof(sa_family_t)), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&addr, &addr_len), 0);
	cr_assert_eq(listen(fd, 16), 0);
	cr_assert_eq(client_listen(&n, fd), 0);
	sd_event_source_set_io_fd_own(n.listener, true);
}

static void stop(void)
{
	client_close_all(&n);
	sd_event_unref(n.loop);
}

TestSuite(client, .init = start, .fini = stop);

/* Let the daemon work until it has nothing more to do. */
static void turn(void)
{
	while (sd_event_run(n.loop, 0) > 0)
		;
}

static int join(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&addr, addr_len), 0);
	turn();
	return fd;
}

static void say(int fd, const char *text)
{
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	turn();
}

/* Everything that has come, as text. */
static char heard[1 << 20];
static size_t hear(int fd)
{
	size_t len = 0;
	ssize_t got;

	while ((got = recv(fd, heard + len, sizeof(heard) - len - 1, 0)) > 0) {
		len += (size_t)got;
		turn();
	}
	heard[len] = '\0';
	return len;
}

static bool hung_up(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK) == 0;
}

static void answers(int fd, const char *text, const char *start_of_answer)
{
	say(fd, text);
	hear(fd);
	cr_assert_eq(strncmp(heard, start_of_answer, strlen(start_of_answer)), 0, "%s -> %s", text,
		     heard);
}

#define SUBSCRIBE(id)  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"event.subscribe\"}"
#define SUBSCRIBED(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"seq\":0}}"

Test(client, a_call_is_answered)
{
	int fd = join();

	answers(fd, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	answers(fd, "\n\n" SUBSCRIBE("2") "\r\n" SUBSCRIBE("3") "\n",
		SUBSCRIBED("2") "\n" SUBSCRIBED("3") "\n");
	close(fd);
}

Test(client, byte_by_byte)
{
	const char *text = SUBSCRIBE("1") "\n", *p;
	char one[2] = "";
	int fd = join();

	for (p = text; *p; p++) {
		one[0] = *p;
		say(fd, one);
	}
	hear(fd);
	cr_assert_str_eq(heard, SUBSCRIBED("1") "\n");
	close(fd);
}

Test(client, errors_leave_the_connection_usable)
{
	char deep[200] = "";
	int fd = join(), i;

	answers(fd, "nonsense\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	answers(fd, "{\"a\":1,\"a\":2}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	for (i = 0; i < 100; i++)
		strcat(deep, "[");
	strcat(deep, "\n");
	answers(fd, deep, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	answers(fd, "7\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,");
	answers(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,");
	answers(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.get\"}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,");
	cr_assert(strstr(heard, "\"field\":\"domain\""));
	answers(fd, SUBSCRIBE("\"x\"") "\n", SUBSCRIBED("\"x\"") "\n");
	close(fd);
}

Test(client, notifications_are_not_answered)
{
	int fd = join();

	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"event.subscribe\"}\n");
	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}\n");
	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"domain.get\"}\n");
	cr_assert_eq(hear(fd), 0);
	cr_assert_eq(n.clients->nr_calls, 0);
	close(fd);
}

Test(client, batches)
{
	int fd = join();

	answers(fd, "[]\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,");
	answers(fd,
		"[" SUBSCRIBE("1") ",{\"jsonrpc\":\"2.0\",\"method\":\"rpc.discover\"}," SUBSCRIBE(
			"2") ",3]\n",
		"[" SUBSCRIBED("1") "," SUBSCRIBED("2") ",{\"jsonrpc\":\"2.0\",\"id\":null,");
	say(fd, "[{\"jsonrpc\":\"2.0\",\"method\":\"rpc.discover\"}]\n");
	cr_assert_eq(hear(fd), 0);
	answers(fd,
		"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.console\","
		"\"params\":{\"domain\":1}}]\n",
		"[{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,");
	close(fd);
}

Test(client, too_long_a_request_ends_the_connection)
{
	char *much = malloc(LIMIT_REQUEST_BYTES + 8192);
	int fd = join(), other = join();
	size_t sent = 0;
	ssize_t got;

	memset(much, ' ', LIMIT_REQUEST_BYTES + 8192);
	do {
		got = send(fd, much + sent, LIMIT_REQUEST_BYTES + 8192 - sent, MSG_NOSIGNAL);
		if (got > 0)
			sent += (size_t)got;
		turn();
	} while (sent < LIMIT_REQUEST_BYTES + 8192 && (got > 0 || errno == EAGAIN));
	hear(fd);
	cr_assert(strstr(heard, "request.too_long"));
	answers(other, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	cr_assert_eq(n.nr_clients, 1);
	free(much);
	close(fd);
	close(other);
}

Test(client, the_longest_request_is_read)
{
	char *much = malloc(LIMIT_REQUEST_BYTES + 1);
	const char *call = SUBSCRIBE("1");
	int fd = join();
	size_t sent = 0;
	ssize_t got;

	memset(much, ' ', LIMIT_REQUEST_BYTES);
	memcpy(much, call, strlen(call));
	much[LIMIT_REQUEST_BYTES] = '\n';
	while (sent <= LIMIT_REQUEST_BYTES) {
		got = send(fd, much + sent, LIMIT_REQUEST_BYTES + 1 - sent, MSG_NOSIGNAL);
		cr_assert(got > 0 || errno == EAGAIN);
		sent += got > 0 ? (size_t)got : 0;
		turn();
	}
	hear(fd);
	cr_assert_str_eq(heard, SUBSCRIBED("1") "\n");
	cr_assert_leq(n.clients->in_cap, 4096, "the buffer is given back");
	free(much);
	close(fd);
}

/* Who sends without reading is not read from any more; what waits is bounded,
 * and nothing is lost when it reads at last. */
Test(client, a_client_that_does_not_read)
{
	const char *call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n";
	int fd = join(), other = join(), calls = 0, lines = 0;
	size_t i, len;

	while (send(fd, call, strlen(call), MSG_NOSIGNAL) == (ssize_t)strlen(call) &&
	       calls < 20000) {
		calls++;
		turn();
	}
	cr_assert_lt(calls, 20000);
	cr_assert_lt(n.clients->next->out_bytes, LIMIT_OUTPUT_PAUSE + 65536);
	answers(other, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	while ((len = hear(fd)))
		for (i = 0; i < len; i++)
			lines += heard[i] == '\n';
	cr_assert_geq(lines, calls);
	close(fd);
	close(other);
}

Test(client, half_closed_gets_its_answer)
{
	int fd = join();

	cr_assert_gt(send(fd, SUBSCRIBE("1") "\n", strlen(SUBSCRIBE("1")) + 1, 0), 0);
	shutdown(fd, SHUT_WR);
	turn();
	hear(fd);
	cr_assert_str_eq(heard, SUBSCRIBED("1") "\n");
	turn();
	cr_assert(hung_up(fd));
	cr_assert_eq(n.nr_clients, 0);
	close(fd);
}

Test(client, an_unfinished_line_at_the_end_is_nothing)
{
	int fd = join();

	cr_assert_gt(send(fd, SUBSCRIBE("1"), strlen(SUBSCRIBE("1")), 0), 0);
	shutdown(fd, SHUT_WR);
	turn();
	cr_assert(hung_up(fd));
	close(fd);
}

Test(client, gone_in_the_middle)
{
	int fd = join();

	cr_assert_gt(send(fd, SUBSCRIBE("1") "\n{", strlen(SUBSCRIBE("1")) + 2, 0), 0);
	close(fd);
	turn();
	cr_assert_eq(n.nr_clients, 0);
	cr_assert_eq(n.nr_subscriptions, 0);
}

Test(client, events_reach_who_wants_them)
{
	struct domain d = {.domid = 5, .generation = 1, .name = (char *)"w\xff\n", .uuid = "u"};
	int all = join(), some = join(), none = join();

	say(all, SUBSCRIBE("1") "\n");
	say(some, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\","
		  "\"params\":{\"types\":[\"domain.destroyed\"]}}\n");
	hear(all);
	hear(some);
	events_domain(&n, "domain.paused", &d);
	hear(all);
	cr_assert_str_eq(heard,
			 "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":1,"
			 "\"type\":\"domain.paused\",\"domain\":{\"domid\":5,"
			 "\"name\":\"w\xef\xbf\xbd\\n\",\"uuid\":\"u\",\"generation\":1}}}\n");
	cr_assert_eq(hear(some), 0);
	events_domain(&n, "domain.destroyed", &d);
	hear(some);
	cr_assert(strstr(heard, "\"seq\":2"));
	cr_assert_eq(hear(none), 0);
	close(all);
	turn();
	events_domain(&n, "domain.destroyed", &d);
	hear(some);
	cr_assert(strstr(heard, "\"seq\":3"));
	close(some);
	close(none);
}

Test(client, strangers_may_only_read)
{
	int fd = join();

	n.clients->trusted = false;
	answers(fd, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	answers(fd,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.destroy\","
		"\"params\":{\"domain\":1}}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32003,");
	cr_assert(strstr(heard, "request.forbidden"));
	close(fd);
}

Test(client, discover_describes_itself)
{
	char why[160];
	struct json *v, *methods;
	int fd = join();

	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n");
	hear(fd);
	v = json_parse(heard, strlen(heard), NULL, why, sizeof(why));
	cr_assert_not_null(v, "%s", why);
	methods = json_path(v, "result.methods");
	cr_assert_not_null(methods);
	cr_assert_geq(methods->nr, 17);
	cr_assert_not_null(json_path(methods->items[0], "result.schema.properties"));
	json_free(v);
	close(fd);
}
