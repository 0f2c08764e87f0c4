/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fake_nacred.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "json.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct fake_answer *script;
static size_t script_nr;
static char requests[64 * 1024];
static int listener = -1;

/* First answer for the method whose text occurs in the request. */
static const struct fake_answer *choose(const char *method, const char *line)
{
	size_t i;

	for (i = 0; i < script_nr; i++)
		if (!strcmp(script[i].method, method) &&
		    (!script[i].needle || strstr(line, script[i].needle)))
			return &script[i];
	return NULL;
}

static void send_with_fd(int client, const char *text, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {.iov_base = (void *)text, .iov_len = len};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *cmsg;

		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		cmsg = CMSG_FIRSTHDR(&message);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	sendmsg(client, &message, MSG_NOSIGNAL);
}

/* A console on which the guest said @text and then ended. */
static int console_of(const char *text)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	send(pair[0], text, strlen(text), MSG_NOSIGNAL);
	close(pair[0]);
	return pair[1];
}

static void answer(int client, const char *line)
{
	struct json *request = json_parse(line, strlen(line), &json_default_limits, NULL, 0);
	const char *method = json_string(json_get(request, "method"), "");
	long long id = json_int(json_get(request, "id"), -1);
	const struct fake_answer *chosen = choose(method, line);
	char text[16384];
	int len, fd = -1;

	pthread_mutex_lock(&lock);
	strncat(requests, line, sizeof(requests) - strlen(requests) - 2);
	strcat(requests, "\n");
	pthread_mutex_unlock(&lock);
	if (!chosen)
		len = snprintf(text, sizeof(text),
			       "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32021,"
			       "\"message\":\"no such domain\",\"data\":{\"code\":"
			       "\"domain.not_found\"}}}\n",
			       id);
	else
		len = snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"%s\":%s}\n",
			       id, chosen->is_error ? "error" : "result", chosen->json);
	if (chosen && chosen->console)
		fd = console_of(chosen->console);
	send_with_fd(client, text, (size_t)len, fd);
	if (fd >= 0)
		close(fd);
	json_free(request);
}

static void serve_client(int client)
{
	char line[32768];
	size_t used = 0;
	ssize_t got;

	while (used < sizeof(line) && (got = read(client, line + used, 1)) == 1) {
		if (line[used++] != '\n')
			continue;
		line[used - 1] = '\0';
		answer(client, line);
		used = 0;
	}
	close(client);
}

static void *serve(void *arg)
{
	int client;

	while ((client = accept(listener, NULL, NULL)) >= 0)
		serve_client(client);
	return NULL;
}

int fake_nacred_start(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	pthread_t thread;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 8) || pthread_create(&thread, NULL, serve, NULL))
		return -1;
	pthread_detach(thread);
	return 0;
}

void fake_nacred_script(const struct fake_answer *answers, size_t nr)
{
	script = answers;
	script_nr = nr;
	pthread_mutex_lock(&lock);
	requests[0] = '\0';
	pthread_mutex_unlock(&lock);
}

const char *fake_nacred_requests(void)
{
	return requests;
}
