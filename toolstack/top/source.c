/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rpc_stream.h"

#define REQUEST_BYTES 128 /* enough for one call without parameters */

struct source {
	struct sockaddr_un address;
	bool open; /* the stream is */
	struct rpc_stream stream;
	int64_t turn;	      /* number of the sample asked for last */
	unsigned int missing; /* parts that have not come; 0: nothing is asked for */
	double when;
	struct json *parts[SAMPLE_PARTS];
};

static void fail(struct rpc_error *e, const char *symbol, const char *text, const char *hint)
{
	memset(e, 0, sizeof(*e));
	e->libxl = RPC_ERROR_FAIL;
	snprintf(e->symbol, sizeof(e->symbol), "%s", symbol);
	snprintf(e->text, sizeof(e->text), "%s", text);
	snprintf(e->hint, sizeof(e->hint), "%s", hint);
}

struct source *source_new(const char *path)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->address.sun_family = AF_UNIX;
	snprintf(s->address.sun_path, sizeof(s->address.sun_path), "%s", path);
	return s;
}

static void forget(struct source *s)
{
	size_t i;

	for (i = 0; i < SAMPLE_PARTS; i++) {
		json_free(s->parts[i]);
		s->parts[i] = NULL;
	}
	s->missing = 0;
}

static void hang_up(struct source *s)
{
	forget(s);
	if (s->open)
		rpc_stream_close(&s->stream);
	memset(&s->stream, 0, sizeof(s->stream));
	s->open = false;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	hang_up(s);
	free(s);
}

/* A nacred that is stuck and has a full queue of clients must not make us wait, either. */
static bool connect_now(struct source *s, struct rpc_error *error)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[256];

	if (fd < 0 || connect(fd, (const struct sockaddr *)&s->address, sizeof(s->address))) {
		snprintf(text, sizeof(text), "cannot reach nacred at %s: %s", s->address.sun_path,
			 strerror(errno));
		fail(error, "rpc.unreachable", text, "");
		if (fd >= 0)
			close(fd);
		return false;
	}
	s->stream = (struct rpc_stream){.socket = fd, .fd = -1};
	s->open = true;
	return true;
}

/* Which sample and which part an answer belongs to. */
static int64_t id_of(const struct source *s, size_t part)
{
	return s->turn * SAMPLE_PARTS + (int64_t)part;
}

static bool broken(struct source *s, int rc, struct rpc_error *error)
{
	char text[128];

	if (rc == -EPIPE || rc == -ECONNRESET)
		snprintf(text, sizeof(text), "nacred closed the connection");
	else
		snprintf(text, sizeof(text), "talking to nacred: %s", strerror(-rc));
	fail(error, "rpc.closed", text, "");
	hang_up(s);
	return false;
}

bool source_ask(struct source *s, unsigned int parts, struct rpc_error *error)
{
	char text[SAMPLE_PARTS * REQUEST_BYTES];
	size_t i, len = 0;
	int rc;

	forget(s);
	if (!s->open && !connect_now(s, error))
		return false;
	s->turn++;
	for (i = 0; i < SAMPLE_PARTS; i++)
		if (parts & 1u << i)
			len += (size_t)snprintf(
				text + len, sizeof(text) - len,
				"{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\"}\n",
				(long long)id_of(s, i), sample_methods[i]);
	rc = rpc_stream_send(&s->stream, text, len, rpc_deadline(0));
	if (rc)
		return broken(s, rc, error);
	s->missing = parts;
	return true;
}

int source_fd(const struct source *s)
{
	return s->open && s->missing ? s->stream.socket : -1;
}

/* What every sample needs must be there; the scheduler of another hypervisor may not know the
 * rest, which is then left empty. */
static bool told_error(struct source *s, size_t part, const struct json *answer,
		       struct rpc_error *error)
{
	const struct json *told = json_get(answer, "error");

	if (!told || part > SAMPLE_DOMAINS)
		return false;
	fail(error, json_string(json_path(told, "data.code"), "remote.error"),
	     json_string(json_path(told, "data.detail"),
			 json_string(json_get(told, "message"), "nacred reports an error")),
	     json_string(json_path(told, "data.hint"), ""));
	forget(s);
	return true;
}

/* One line of nacred's. False with @error filled: there will be no sample. */
static bool take_line(struct source *s, const char *line, size_t len, struct rpc_error *error)
{
	static const struct json_limits limits = {
		.max_bytes = RPC_MAX_REPLY, .max_depth = 64, .max_values = 4u << 20};
	struct json *answer = json_parse(line, len, &limits, NULL, 0);
	int64_t id = json_int(json_get(answer, "id"), -1);
	struct timespec now;
	size_t part;

	if (!answer)
		return broken(s, -EPROTO, error);
	for (part = 0; part < SAMPLE_PARTS; part++)
		if (id == id_of(s, part) && (s->missing & 1u << part))
			break;
	if (part < SAMPLE_PARTS) {
		if (told_error(s, part, answer, error)) {
			json_free(answer);
			return false;
		}
		s->missing &= ~(1u << part);
		s->parts[part] = json_take(answer, "result");
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (part == SAMPLE_DOMAINS)
			s->when = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	}
	json_free(answer);
	return true;
}

struct sample *source_take(struct source *s, bool *failed, struct rpc_error *error)
{
	struct sample *sample;
	const char *line;
	size_t len;
	int rc = 0;

	*failed = false;
	while (s->missing && !rc) {
		rc = rpc_stream_line(&s->stream, &line, &len, rpc_deadline(0));
		if (!rc && !take_line(s, line, len, error)) {
			*failed = true;
			return NULL;
		}
	}
	if (rc == -ETIMEDOUT)
		return NULL;
	*failed = true;
	if (rc) {
		broken(s, rc, error);
		return NULL;
	}
	sample = sample_new((const struct json *const *)s->parts, s->when);
	forget(s);
	*failed = !sample;
	if (!sample)
		fail(error, "rpc.failed", "nacred's answer is not what it should be", "");
	return sample;
}
