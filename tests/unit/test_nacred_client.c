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
#include "nacred_loop.h"
#include "rpc.h"

TestSuite(client, .init = loop_start, .fini = loop_stop);

#define SUBSCRIBE(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"event.subscribe\"}"
#define SUBSCRIBED(id)                                                                             \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"seq\":0,\"instance_id\":\"\"}}"

Test(client, a_call_is_answered)
{
	int fd = loop_join();

	loop_answers(fd, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	loop_answers(fd, "\n\n" SUBSCRIBE("2") "\r\n" SUBSCRIBE("3") "\n",
		     SUBSCRIBED("2") "\n" SUBSCRIBED("3") "\n");
	close(fd);
}

Test(client, byte_by_byte)
{
	const char *text = SUBSCRIBE("1") "\n", *p;
	char one[2] = "";
	int fd = loop_join();

	for (p = text; *p; p++) {
		one[0] = *p;
		loop_say(fd, one);
	}
	loop_hear(fd);
	cr_assert_str_eq(heard, SUBSCRIBED("1") "\n");
	close(fd);
}

Test(client, errors_leave_the_connection_usable)
{
	char deep[200] = "";
	int fd = loop_join(), i;

	loop_answers(fd, "nonsense\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	loop_answers(fd, "{\"a\":1,\"a\":2}\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	for (i = 0; i < 100; i++)
		strcat(deep, "[");
	strcat(deep, "\n");
	loop_answers(fd, deep, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
	loop_answers(fd, "7\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,");
	loop_answers(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,");
	loop_answers(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.get\"}\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,");
	cr_assert(strstr(heard, "\"field\":\"domain\""));
	loop_answers(fd, SUBSCRIBE("\"x\"") "\n", SUBSCRIBED("\"x\"") "\n");
	close(fd);
}

Test(client, notifications_are_not_answered)
{
	int fd = loop_join();

	loop_say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"event.subscribe\"}\n");
	loop_say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}\n");
	loop_say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"domain.get\"}\n");
	cr_assert_eq(loop_hear(fd), 0);
	cr_assert_eq(n.clients->nr_calls, 0);
	close(fd);
}

Test(client, batches)
{
	int fd = loop_join();

	loop_answers(fd, "[]\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,");
	loop_answers(
		fd,
		"[" SUBSCRIBE("1") ",{\"jsonrpc\":\"2.0\",\"method\":\"rpc.discover\"}," SUBSCRIBE(
			"2") ",3]\n",
		"[" SUBSCRIBED("1") "," SUBSCRIBED("2") ",{\"jsonrpc\":\"2.0\",\"id\":null,");
	loop_say(fd, "[{\"jsonrpc\":\"2.0\",\"method\":\"rpc.discover\"}]\n");
	cr_assert_eq(loop_hear(fd), 0);
	loop_answers(fd,
		     "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.console\","
		     "\"params\":{\"domain\":1}}]\n",
		     "[{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,");
	close(fd);
}

Test(client, too_long_a_request_ends_the_connection)
{
	char *much = malloc(LIMIT_REQUEST_BYTES + 8192);
	int fd = loop_join(), other = loop_join();
	size_t sent = 0;
	ssize_t got;

	memset(much, ' ', LIMIT_REQUEST_BYTES + 8192);
	do {
		got = send(fd, much + sent, LIMIT_REQUEST_BYTES + 8192 - sent, MSG_NOSIGNAL);
		if (got > 0)
			sent += (size_t)got;
		loop_turn();
	} while (sent < LIMIT_REQUEST_BYTES + 8192 && (got > 0 || errno == EAGAIN));
	loop_hear(fd);
	cr_assert(strstr(heard, "request.too_long"));
	loop_answers(other, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	cr_assert_eq(n.nr_clients, 1);
	free(much);
	close(fd);
	close(other);
}

Test(client, the_longest_request_is_read)
{
	char *much = malloc(LIMIT_REQUEST_BYTES + 1);
	const char *call = SUBSCRIBE("1");
	int fd = loop_join();
	size_t sent = 0;
	ssize_t got;

	memset(much, ' ', LIMIT_REQUEST_BYTES);
	memcpy(much, call, strlen(call));
	much[LIMIT_REQUEST_BYTES] = '\n';
	while (sent <= LIMIT_REQUEST_BYTES) {
		got = send(fd, much + sent, LIMIT_REQUEST_BYTES + 1 - sent, MSG_NOSIGNAL);
		cr_assert(got > 0 || errno == EAGAIN);
		sent += got > 0 ? (size_t)got : 0;
		loop_turn();
	}
	loop_hear(fd);
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
	int fd = loop_join(), other = loop_join(), calls = 0, lines = 0;
	size_t i, len;

	while (send(fd, call, strlen(call), MSG_NOSIGNAL) == (ssize_t)strlen(call) &&
	       calls < 20000) {
		calls++;
		loop_turn();
	}
	cr_assert_lt(calls, 20000);
	cr_assert_lt(n.clients->next->out.bytes, 2 * LIMIT_OUTPUT_PAUSE);
	loop_answers(other, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	while ((len = loop_hear(fd)))
		for (i = 0; i < len; i++)
			lines += heard[i] == '\n';
	cr_assert_geq(lines, calls);
	close(fd);
	close(other);
}

Test(client, half_closed_gets_its_answer)
{
	int fd = loop_join();

	cr_assert_gt(send(fd, SUBSCRIBE("1") "\n", strlen(SUBSCRIBE("1")) + 1, 0), 0);
	shutdown(fd, SHUT_WR);
	loop_turn();
	loop_hear(fd);
	cr_assert_str_eq(heard, SUBSCRIBED("1") "\n");
	loop_turn();
	cr_assert(loop_hung_up(fd));
	cr_assert_eq(n.nr_clients, 0);
	close(fd);
}

Test(client, an_unfinished_line_at_the_end_is_nothing)
{
	int fd = loop_join();

	cr_assert_gt(send(fd, SUBSCRIBE("1"), strlen(SUBSCRIBE("1")), 0), 0);
	shutdown(fd, SHUT_WR);
	loop_turn();
	cr_assert(loop_hung_up(fd));
	close(fd);
}

Test(client, gone_in_the_middle)
{
	int fd = loop_join();

	cr_assert_gt(send(fd, SUBSCRIBE("1") "\n{", strlen(SUBSCRIBE("1")) + 2, 0), 0);
	close(fd);
	loop_turn();
	cr_assert_eq(n.nr_clients, 0);
	cr_assert_eq(n.nr_subscriptions, 0);
}

Test(client, strangers_may_only_read)
{
	int fd = loop_join();

	n.clients->trusted = false;
	loop_answers(fd, SUBSCRIBE("1") "\n", SUBSCRIBED("1") "\n");
	loop_answers(fd,
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
	int fd = loop_join();

	loop_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n");
	loop_hear(fd);
	v = json_parse(heard, strlen(heard), NULL, why, sizeof(why));
	cr_assert_not_null(v, "%s", why);
	methods = json_path(v, "result.methods");
	cr_assert_not_null(methods);
	cr_assert_geq(methods->nr, 17);
	cr_assert_not_null(json_path(methods->items[0], "result.schema.properties"));
	json_free(v);
	close(fd);
}
