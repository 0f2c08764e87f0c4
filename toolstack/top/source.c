/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rpc_post.h"

struct source {
	char path[108];
	struct rpc *rpc;	   /* NULL: not connected */
	int64_t ids[SAMPLE_PARTS]; /* of the calls whose answers are missing; 0: none */
	double when;
	struct json *parts[SAMPLE_PARTS];
};

static void fail(struct rpc_error *e, const char *symbol, const char *text)
{
	memset(e, 0, sizeof(*e));
	e->libxl = RPC_ERROR_FAIL;
	snprintf(e->symbol, sizeof(e->symbol), "%s", symbol);
	snprintf(e->text, sizeof(e->text), "%s", text);
}

struct source *source_new(const char *path)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s)
		snprintf(s->path, sizeof(s->path), "%s", path);
	return s;
}

static void forget(struct source *s)
{
	size_t i;

	for (i = 0; i < SAMPLE_PARTS; i++) {
		json_free(s->parts[i]);
		s->parts[i] = NULL;
		s->ids[i] = 0;
	}
}

static bool hang_up(struct source *s, int rc, struct rpc_error *error)
{
	rpc_transport_error(error, "a sample", rc);
	forget(s);
	rpc_close(s->rpc);
	s->rpc = NULL;
	return false;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	forget(s);
	rpc_close(s->rpc);
	free(s);
}

bool source_ask(struct source *s, unsigned int parts, struct rpc_error *error)
{
	size_t i;
	int rc;

	forget(s);
	if (!s->rpc && !(s->rpc = rpc_open_at_once(s->path, error)))
		return false;
	for (i = 0; i < SAMPLE_PARTS; i++) {
		if (!(parts & 1u << i))
			continue;
		s->ids[i] = rpc_post(s->rpc, sample_methods[i], NULL);
		if (s->ids[i] < 0)
			return hang_up(s, (int)s->ids[i], error);
	}
	/* One whose queue does not even take this is stuck. */
	rc = rpc_flush(s->rpc);
	return rc ? hang_up(s, rc > 0 ? -EAGAIN : rc, error) : true;
}

static bool is_missing(const struct source *s)
{
	size_t i;

	for (i = 0; i < SAMPLE_PARTS; i++)
		if (s->ids[i])
			return true;
	return false;
}

int source_fd(const struct source *s)
{
	return s->rpc && is_missing(s) ? rpc_socket(s->rpc) : -1;
}

/* False with @error filled: there will be no sample.  What every sample needs must be there; the
 * scheduler of another hypervisor may not know the rest, which is then left empty. */
static bool take_answer(struct source *s, struct rpc_message *m, struct rpc_error *error)
{
	struct timespec now;
	size_t part;

	for (part = 0; part < SAMPLE_PARTS; part++)
		if (m->kind == RPC_ANSWER && m->id && m->id == s->ids[part])
			break;
	if (part == SAMPLE_PARTS) { /* of a sample that was forgotten */
		json_free(m->value);
		return true;
	}
	s->ids[part] = 0;
	s->parts[part] = m->value;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (part == SAMPLE_DOMAINS)
		s->when = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	if (m->value || part > SAMPLE_DOMAINS)
		return true;
	*error = m->error;
	forget(s);
	return false;
}

/* Until all of it is here. False: not yet, or with *failed: never. */
static bool take_answers(struct source *s, bool *failed, struct rpc_error *error)
{
	struct rpc_message m;
	int rc;

	while (is_missing(s)) {
		rc = rpc_receive(s->rpc, &m);
		if (!rc && m.kind == RPC_NOTHING)
			return false;
		*failed = rc ? !hang_up(s, rc, error) : !take_answer(s, &m, error);
		if (*failed)
			return false;
	}
	return true;
}

struct sample *source_take(struct source *s, bool *failed, struct rpc_error *error)
{
	struct sample *sample;

	*failed = false;
	if (!take_answers(s, failed, error))
		return NULL;
	sample = sample_new((const struct json *const *)s->parts, s->when);
	forget(s);
	*failed = !sample;
	if (!sample)
		fail(error, "rpc.failed", "nacred's answer is not what it should be");
	return sample;
}
