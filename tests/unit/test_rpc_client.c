/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The JSON-RPC client against a peer that answers what the test says. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc.h"

struct peer {
	int socket;
	const char *answer; /* raw bytes; NULL: hang up */
	bool with_fd, in_bytes;
	char request[4096];
	pthread_t thread;
};

static void send_fd(int socket, const char *bytes, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {.iov_base = (void *)bytes, .iov_len = len};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&message);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sendmsg(socket, &message, MSG_NOSIGNAL);
}

static void *serve(void *arg)
{
	struct peer *peer = arg;
	size_t used = 0, i;
	ssize_t got;

	while (!memchr(peer->request, '\n', used)) {
		got = read(peer->socket, peer->request + used, sizeof(peer->request) - used - 1);
		if (got <= 0)
			return NULL;
		used += (size_t)got;
	}
	if (!peer->answer) {
		close(peer->socket);
		return NULL;
	}
	if (peer->with_fd) {
		int fd = open("/dev/null", O_RDONLY);

		send_fd(peer->socket, peer->answer, strlen(peer->answer), fd);
		close(fd);
		return NULL;
	}
	for (i = 0; peer->in_bytes && peer->answer[i]; i++)
		send(peer->socket, peer->answer + i, 1, MSG_NOSIGNAL);
	if (!peer->in_bytes)
		send(peer->socket, peer->answer, strlen(peer->answer), MSG_NOSIGNAL);
	return NULL;
}

static struct json *call_peer(struct peer *peer, struct rpc **rpc, int timeout_ms, int *fd,
			      struct rpc_error *error)
{
	struct json *params = json_new_object(), *result;
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	peer->socket = pair[1];
	*rpc = rpc_adopt(pair[0], error);
	cr_assert_not_null(*rpc);
	json_set_string(params, "domain", "g\n1");
	pthread_create(&peer->thread, NULL, serve, peer);
	memset(error, 0, sizeof(*error));
	result = rpc_call(*rpc, "domain.get", params, timeout_ms, fd, error);
	pthread_join(peer->thread, NULL);
	return result;
}

#define OK	      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"domid\":7}}\n"
#define EVENT(number) "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":" number "}}\n"

Test(rpc_client, result)
{
	struct peer peer = {.answer = OK, .in_bytes = true};
	struct rpc_error error;
	struct rpc *rpc;
	struct json *result = call_peer(&peer, &rpc, 5000, NULL, &error);

	cr_assert_not_null(result, "%s", error.text);
	cr_expect_eq(json_int(json_get(result, "domid"), 0), 7);
	cr_expect_str_eq(peer.request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.get\","
				       "\"params\":{\"domain\":\"g\\n1\"}}\n");
	json_free(result);
	rpc_close(rpc);
}

/* Events and late answers between request and answer disturb nothing, and the
 * events are kept. */
Test(rpc_client, events_between)
{
	struct peer peer = {
		.answer =
			EVENT("4") "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":1}\n" OK EVENT("5")};
	struct rpc_error error;
	struct rpc *rpc;
	struct json *result = call_peer(&peer, &rpc, 5000, NULL, &error), *event;

	cr_assert_not_null(result, "%s", error.text);
	event = rpc_event(rpc, 1000, &error);
	cr_expect_eq(json_int(json_get(event, "seq"), 0), 4);
	json_free(event);
	event = rpc_event(rpc, 1000, &error);
	cr_expect_eq(json_int(json_get(event, "seq"), 0), 5);
	json_free(event);
	cr_expect_null(rpc_event(rpc, 10, &error));
	json_free(result);
	rpc_close(rpc);
}

Test(rpc_client, descriptor)
{
	struct peer peer = {.answer = OK, .with_fd = true};
	struct rpc_error error;
	struct rpc *rpc;
	int fd = -1;
	struct json *result = call_peer(&peer, &rpc, 5000, &fd, &error);

	cr_assert_not_null(result);
	cr_assert_geq(fd, 0);
	cr_expect_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	json_free(result);
	rpc_close(rpc);
}

static void expect_failure(const char *answer, int timeout_ms, int libxl, const char *symbol,
			   const char *text)
{
	struct peer peer = {.answer = answer};
	struct rpc_error error;
	struct rpc *rpc;
	struct json *result = call_peer(&peer, &rpc, timeout_ms, NULL, &error);

	cr_expect_null(result);
	cr_expect_eq(error.libxl, libxl, "%d for %s", error.libxl, answer);
	cr_expect_str_eq(error.symbol, symbol);
	cr_expect(strstr(error.text, text), "%s", error.text);
	json_free(result);
	rpc_close(rpc);
	if (answer)
		close(peer.socket);
}

#define ERROR(code, data)                                                                          \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":" code ",\"message\":\"short\"" data    \
	"}}\n"

Test(rpc_client, errors_of_the_daemon)
{
	expect_failure(ERROR("-32003", ""), 5000, 3, "remote.error", "short");
	expect_failure(
		ERROR("-32006", ",\"data\":{\"code\":\"config.invalid\",\"detail\":\"long\"}"),
		5000, 6, "config.invalid", "long");
	expect_failure(ERROR("-32021", ",\"data\":{\"code\":\"domain.not_found\"}"), 5000, 21,
		       "domain.not_found", "short");
	expect_failure(ERROR("-32602", ""), 5000, 6, "remote.error", "short");
	expect_failure(ERROR("-32601", ""), 5000, 3, "remote.error", "short");
	expect_failure("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700}}\n", 5000, 3,
		       "remote.error", "nacred reports");
}

Test(rpc_client, trouble_on_the_way)
{
	expect_failure(NULL, 5000, 3, "rpc.closed", "closed the connection");
	expect_failure("junk\n", 5000, 3, "rpc.failed", "");
	expect_failure("{}\n", 50, 9, "rpc.timeout", "in time");
	expect_failure("", 50, 9, "rpc.timeout", "in time");
	expect_failure("{\"id\":1}\n", 5000, 3, "rpc.failed", "without a result");
}

Test(rpc_client, nobody_there)
{
	struct rpc_error error;

	cr_expect_null(rpc_open("/nonexistent/nacred.sock", &error));
	cr_expect_str_eq(error.symbol, "rpc.unreachable");
	cr_expect(strstr(error.text, "/nonexistent/nacred.sock"));
	cr_expect(strstr(error.hint, "nacre up"));
}

Test(rpc_client, selectors)
{
	struct json *params = rpc_domain("12");

	cr_expect_eq(json_int(json_get(params, "domain"), -1), 12);
	json_free(params);
	params = rpc_domain("12a");
	cr_expect_str_eq(json_string(json_get(params, "domain"), ""), "12a");
	json_free(params);
	params = rpc_domain("99999999999999999999");
	cr_expect_str_eq(json_string(json_get(params, "domain"), ""), "99999999999999999999");
	json_free(params);
}
