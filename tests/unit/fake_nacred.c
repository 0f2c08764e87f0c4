/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fake_nacred.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

#define MAX_CLIENTS 64

struct fake_client {
	int socket; /* -1: free */
	bool subscribed;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static const struct fake_answer *script;
static size_t script_nr;
static char requests[256 * 1024];
static struct fake_client clients[MAX_CLIENTS];
static unsigned int nr_clients;
static bool holding, frozen;
static int listener = -1;
static pthread_t server; /* of the listener */
static char listener_path[108];

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
static int console_of(const char *text, size_t len)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	send(pair[0], text, len ? len : strlen(text), MSG_NOSIGNAL);
	close(pair[0]);
	return pair[1];
}

static void send_answer(int client, long long id, const struct fake_answer *chosen)
{
	int len, fd = -1;
	char *text;

	if (!chosen)
		len = asprintf(&text,
			       "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32021,"
			       "\"message\":\"no such domain\",\"data\":{\"code\":"
			       "\"domain.not_found\"}}}\n",
			       id);
	else
		len = asprintf(&text, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"%s\":%s}\n", id,
			       chosen->is_error ? "error" : "result", chosen->json);
	if (chosen && chosen->console)
		fd = console_of(chosen->console, chosen->console_len);
	if (len > 0) {
		send_with_fd(client, text, (size_t)len, fd);
		free(text);
	}
	if (fd >= 0)
		close(fd);
}

struct held {
	struct held *next;
	struct fake_client *client;
	int socket;
	long long id;
	const struct fake_answer *answer;
};
static struct held *held;

static void hold(struct fake_client *client, long long id, const struct fake_answer *chosen)
{
	struct held *h = malloc(sizeof(*h)), **at;

	*h = (struct held){NULL, client, client->socket, id, chosen};
	for (at = &held; *at; at = &(*at)->next)
		;
	*at = h;
}

/* Lock held. */
static void answer(struct fake_client *client, const char *line)
{
	struct json *request = json_parse(line, strlen(line), &json_default_limits, NULL, 0);
	const char *method = json_string(json_get(request, "method"), "");
	long long id = json_int(json_get(request, "id"), -1);
	const struct fake_answer *chosen = choose(method, line);
	size_t used = strlen(requests);

	if (used + strlen(line) + 2 < sizeof(requests))
		snprintf(requests + used, sizeof(requests) - used, "%s\n", line);
	if (!strcmp(method, "event.subscribe"))
		client->subscribed = true;
	if (chosen && chosen->hang_up)
		shutdown(client->socket, SHUT_RDWR);
	else if (chosen && chosen->hold && holding)
		hold(client, id, chosen);
	else
		send_answer(client->socket, id, chosen);
	json_free(request);
	pthread_cond_broadcast(&changed);
}

static void thaw(void)
{
	pthread_mutex_lock(&lock);
	while (frozen)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void *serve_client(void *arg)
{
	struct fake_client *client = arg;
	char line[32768];
	size_t used = 0;
	ssize_t got;

	while (used < sizeof(line) && (got = read(client->socket, line + used, 1)) == 1) {
		if (line[used++] != '\n')
			continue;
		line[used - 1] = '\0';
		pthread_mutex_lock(&lock);
		answer(client, line);
		pthread_mutex_unlock(&lock);
		used = 0;
		thaw();
	}
	pthread_mutex_lock(&lock);
	close(client->socket);
	client->socket = -1;
	nr_clients--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Lock held. False: there are too many. */
static bool add_client(int socket)
{
	pthread_t thread;
	size_t i;

	for (i = 0; i < MAX_CLIENTS && clients[i].socket >= 0; i++)
		;
	if (i == MAX_CLIENTS)
		return false;
	clients[i] = (struct fake_client){.socket = socket};
	if (pthread_create(&thread, NULL, serve_client, &clients[i])) {
		clients[i].socket = -1;
		return false;
	}
	pthread_detach(thread);
	nr_clients++;
	return true;
}

static void *serve(void *arg)
{
	int socket = *(int *)arg, client;

	free(arg);
	while ((client = accept4(socket, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		pthread_mutex_lock(&lock);
		if (!add_client(client))
			close(client);
		pthread_mutex_unlock(&lock);
	}
	close(socket);
	return NULL;
}

int fake_nacred_start(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int *own = malloc(sizeof(*own));
	size_t i;

	for (i = 0; i < MAX_CLIENTS && !nr_clients; i++)
		clients[i].socket = -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	snprintf(listener_path, sizeof(listener_path), "%s", path);
	listener = *own = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 64) || pthread_create(&server, NULL, serve, own)) {
		free(own);
		close(listener);
		listener = -1;
		return -1;
	}
	return 0;
}

static void forget_held(void)
{
	while (held) {
		struct held *next = held->next;

		free(held);
		held = next;
	}
}

void fake_nacred_stop(void)
{
	size_t i;

	if (listener >= 0) {
		unlink(listener_path);
		shutdown(listener, SHUT_RDWR);
		/* It closes the socket, and may just have accepted somebody. */
		pthread_join(server, NULL);
		listener = -1;
	}
	pthread_mutex_lock(&lock);
	forget_held();
	for (i = 0; i < MAX_CLIENTS; i++)
		if (clients[i].socket >= 0)
			shutdown(clients[i].socket, SHUT_RDWR);
	while (nr_clients)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

void fake_nacred_script(const struct fake_answer *answers, size_t nr)
{
	pthread_mutex_lock(&lock);
	script = answers;
	script_nr = nr;
	requests[0] = '\0';
	holding = true;
	pthread_mutex_unlock(&lock);
}

void fake_nacred_release(void)
{
	struct held *h;

	pthread_mutex_lock(&lock);
	holding = false;
	for (h = held; h; h = h->next)
		if (h->client->socket == h->socket)
			send_answer(h->socket, h->id, h->answer);
	forget_held();
	pthread_mutex_unlock(&lock);
}

void fake_nacred_event(const char *params)
{
	char text[4096];
	int len = snprintf(text, sizeof(text),
			   "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":%s}\n", params);
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < MAX_CLIENTS; i++)
		if (clients[i].socket >= 0 && clients[i].subscribed)
			send_with_fd(clients[i].socket, text, (size_t)len, -1);
	pthread_mutex_unlock(&lock);
}

void fake_nacred_freeze(bool yes)
{
	pthread_mutex_lock(&lock);
	frozen = yes;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

const char *fake_nacred_requests(void)
{
	return requests;
}

bool fake_nacred_await(const char *text, int timeout_ms)
{
	struct timespec end;
	bool found;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += timeout_ms / 1000;
	end.tv_nsec += timeout_ms % 1000 * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lock);
	while (!(found = strstr(requests, text)))
		if (pthread_cond_timedwait(&changed, &lock, &end) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&lock);
	return found;
}

unsigned int fake_nacred_clients(void)
{
	unsigned int nr;

	pthread_mutex_lock(&lock);
	nr = nr_clients;
	pthread_mutex_unlock(&lock);
	return nr;
}
