/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "events.h"
#include "job.h"
#include "jsonrpc.h"
#include "limits.h"
#include "log.h"
#include "nacred.h"
#include "rpc.h"
#include "wait.h"

#define IN_STEP 4096

static void update_io(struct client *c);
static int on_again(sd_event_source *s, void *arg);

static int bury(sd_event_source *s, void *arg)
{
	struct nacred *n = arg;
	struct client *c;

	while ((c = n->graveyard)) {
		n->graveyard = c->next;
		free(c->in);
		free(c);
	}
	return 0;
}

void client_drop(struct client *c, const char *why)
{
	struct nacred *n = c->n;
	struct request *rq;

	if (c->gone)
		return;
	c->gone = true;
	if (why)
		log_notice("client uid %u pid %d dropped: %s", (unsigned int)c->peer.uid,
			   (int)c->peer.pid, why);
	c->io = sd_event_source_disable_unref(c->io);
	c->stall = sd_event_source_disable_unref(c->stall);
	c->again = sd_event_source_disable_unref(c->again);
	c->rest = sd_event_source_disable_unref(c->rest);
	close(c->fd);
	outbox_free(&c->out);
	wait_forget(n, c);
	job_forget(n, c);
	while ((rq = c->calls)) {
		c->calls = rq->next;
		request_orphan(rq);
	}
	events_forget(n, c);
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	n->nr_clients--;
	n->nr_strangers -= !c->trusted;
	c->next = n->graveyard;
	n->graveyard = c;
	sd_event_source_set_enabled(n->bury, SD_EVENT_ONESHOT);
}

void client_check_end(struct client *c)
{
	if (!c->gone && outbox_empty(&c->out) &&
	    (c->last || (c->eof && c->nr_calls == 0 && !c->turn)))
		client_drop(c, NULL);
}

static int on_stall(sd_event_source *s, uint64_t usec, void *arg)
{
	struct client *c = arg;

	client_drop(c, !outbox_empty(&c->out) ? "it does not read its answers"
					      : "its request does not end");
	return 0;
}

/* The stall clock runs from the last progress on, and only while something is
 * unfinished: idle clients cause no wake-up. */
static void restart_stall(struct client *c)
{
	if (c->gone || !c->stall)
		return;
	if (outbox_empty(&c->out) && !c->in_len) {
		sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(c->stall, LIMIT_STALL_SEC * 1000000ull);
	sd_event_source_set_enabled(c->stall, SD_EVENT_ONESHOT);
}

static void flush(struct client *c)
{
	if (outbox_send(&c->out, c->fd))
		client_drop(c, NULL);
	else
		restart_stall(c);
}

void client_send_text(struct client *c, const char *text, size_t len, int fd)
{
	if (c->gone)
		return;
	if (c->out.bytes + len > 2 * LIMIT_OUTPUT_MAX) {
		client_drop(c, "too many answers wait to be read");
		return;
	}
	if (outbox_add(&c->out, text, len, fd)) {
		client_drop(c, "no memory for an answer");
		return;
	}
	/* In a turn of several calls all answers go at once: run_lines(). */
	if (c->in_turn)
		return;
	if (c->out.bytes == len)
		flush(c);
	if (c->gone)
		return;
	update_io(c);
	client_check_end(c);
}

void client_send(struct client *c, const struct json *line, int fd)
{
	char *text = json_print(line, false);
	size_t len;

	if (!text) {
		client_drop(c, "no memory for an answer");
		return;
	}
	len = strlen(text);
	text[len] = '\n'; /* in place of the NUL: the length says where it ends */
	client_send_text(c, text, len + 1, fd);
	free(text);
}

/* Interest in the socket as the buffers are. */
static void update_io(struct client *c)
{
	uint32_t events = 0;

	if (c->gone)
		return;
	if (!c->eof && !c->last && !c->turn && c->out.bytes < LIMIT_OUTPUT_PAUSE)
		events |= EPOLLIN;
	if (!outbox_empty(&c->out))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(c->io, events);
}

/* --- rate ----------------------------------------------------------------------------------- */

static uint64_t cost_of_call(const struct client *c)
{
	return 1000000 / (c->trusted ? LIMIT_RATE : LIMIT_RATE_STRANGERS);
}

static uint64_t loop_now(const struct client *c)
{
	uint64_t usec = 0;

	sd_event_now(c->n->loop, CLOCK_MONOTONIC, &usec);
	return usec;
}

void client_charge(struct client *c)
{
	uint64_t now = loop_now(c);

	if (c->paid_until < now)
		c->paid_until = now;
	c->paid_until += cost_of_call(c);
}

unsigned int client_share(const struct client *c, unsigned int limit)
{
	return c && !c->trusted ? limit / 2 : limit;
}

/* Microseconds until it may go on; a second's calls may come at once. */
static uint64_t over_rate(const struct client *c)
{
	uint64_t allowed = loop_now(c) + 1000000;

	return c->paid_until > allowed ? c->paid_until - allowed : 0;
}

static int on_rested(sd_event_source *s, uint64_t usec, void *arg)
{
	return on_again(NULL, arg);
}

static void rest(struct client *c, uint64_t usec)
{
	if (c->rest ? sd_event_source_set_time_relative(c->rest, usec) < 0 ||
			      sd_event_source_set_enabled(c->rest, SD_EVENT_ONESHOT) < 0
		    : sd_event_add_time_relative(c->n->loop, &c->rest, CLOCK_MONOTONIC, usec, 1000,
						 on_rested, c) < 0)
		client_drop(c, "no memory for a timer");
}

/* Carry out the complete lines of the buffer, at most a turn's worth. */
static void run_lines(struct client *c)
{
	size_t at = 0, from = c->in_scanned;
	unsigned int calls = 0;
	bool pause = false;
	uint64_t wait = 0;
	char *nl = NULL;

	c->in_turn = true;
	while (!c->gone && !c->last) {
		wait = over_rate(c);
		pause = wait || calls == LIMIT_CALLS_TURN || c->out.bytes >= LIMIT_OUTPUT_PAUSE;
		nl = c->in_len ? memchr(c->in + from, '\n', c->in_len - from) : NULL;
		if (pause || !nl)
			break;
		if (nl != c->in + at) {
			rpc_line(c->n, c, c->in + at, (size_t)(nl - c->in) - at);
			calls++;
		}
		at = from = (size_t)(nl - c->in) + 1;
	}
	c->in_turn = false;
	if (!c->gone)
		flush(c);
	if (c->gone)
		return;
	if (at)
		memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	c->turn = pause && nl;
	c->in_scanned = c->turn ? from - at : c->in_len;
	if (c->turn && wait)
		rest(c, wait);
	else if (c->turn && c->out.bytes < LIMIT_OUTPUT_PAUSE)
		sd_event_source_set_enabled(c->again, SD_EVENT_ONESHOT);
}

/* Say why and hang up. */
static void refuse(struct client *c, int number, const char *code, const char *why)
{
	struct rpc_error e;
	struct json *reply;

	fail(&e, number, code, "%s", why);
	reply = jsonrpc_error(NULL, &e);
	c->last = true;
	c->in_len = c->in_scanned = 0;
	if (reply)
		client_send(c, reply, -1);
	json_free(reply);
}

/* Room for the next read; the buffer never grows past one request. */
static bool make_room(struct client *c)
{
	size_t cap = c->in_cap ? c->in_cap * 2 : IN_STEP;
	char *in;

	if (c->in_cap - c->in_len >= IN_STEP / 2)
		return true;
	if (cap > LIMIT_REQUEST_BYTES + 2 * IN_STEP)
		cap = LIMIT_REQUEST_BYTES + 2 * IN_STEP;
	in = realloc(c->in, cap);
	if (!in)
		return false;
	c->in = in;
	c->in_cap = cap;
	return true;
}

static void after_lines(struct client *c)
{
	if (c->gone)
		return;
	if (!c->turn && c->in_len > LIMIT_REQUEST_BYTES)
		refuse(c, RPC_INVALID_REQUEST, "request.too_long",
		       "the request is longer than 1 MiB");
	if (c->gone)
		return;
	if (c->in_len == 0 && c->in_cap > IN_STEP) {
		free(c->in);
		c->in = NULL;
		c->in_cap = 0;
	}
	restart_stall(c);
	update_io(c);
	client_check_end(c);
}

static void read_input(struct client *c)
{
	ssize_t got;

	if (!make_room(c)) {
		client_drop(c, "no memory for a request");
		return;
	}
	got = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, MSG_DONTWAIT);
	if (got < 0) {
		if (errno != EAGAIN && errno != EINTR)
			client_drop(c, NULL);
		return;
	}
	if (got == 0) {
		c->eof = true;
		c->in_len = c->in_scanned = 0; /* a line that was not ended is no request */
	}
	c->in_len += (size_t)got;
	run_lines(c);
	after_lines(c);
}

static int on_again(sd_event_source *s, void *arg)
{
	struct client *c = arg;

	c->turn = false;
	run_lines(c);
	after_lines(c);
	return 0;
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct client *c = arg;

	if (revents & EPOLLOUT) {
		flush(c);
		if (!c->gone && c->turn && c->out.bytes < LIMIT_OUTPUT_PAUSE)
			on_again(NULL, c);
		if (!c->gone)
			events_pump(c->n, c);
		if (c->gone)
			return 0;
		update_io(c);
		client_check_end(c);
	}
	if (!c->gone && (revents & EPOLLIN))
		read_input(c);
	else if (!c->gone && (revents & (EPOLLHUP | EPOLLERR)))
		client_drop(c, NULL);
	return 0;
}

static int client_events(struct client *c)
{
	struct nacred *n = c->n;
	int rc;

	rc = sd_event_add_io(n->loop, &c->io, c->fd, EPOLLIN, on_io, c);
	if (rc >= 0)
		rc = sd_event_add_time_relative(n->loop, &c->stall, CLOCK_MONOTONIC,
						LIMIT_STALL_SEC * 1000000ull, 1000000, on_stall, c);
	if (rc >= 0)
		rc = sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
	if (rc >= 0)
		rc = sd_event_add_defer(n->loop, &c->again, on_again, c);
	if (rc >= 0)
		rc = sd_event_source_set_enabled(c->again, SD_EVENT_OFF);
	return rc;
}

static void client_link(struct nacred *n, struct client *c)
{
	c->next = n->clients;
	c->prev = &n->clients;
	if (c->next)
		c->next->prev = &c->next;
	n->clients = c;
	n->nr_clients++;
	n->nr_strangers += !c->trusted;
}

void client_new(struct nacred *n, int fd, enum listener_kind kind)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c || peer_read(&c->peer, fd, n->admin_group)) {
		close(fd);
		free(c);
		return;
	}
	c->n = n;
	c->fd = fd;
	c->read_only = kind == LISTENER_READ_ONLY;
	c->trusted = c->peer.trusted && !c->read_only;
	client_link(n, c);
	if (client_events(c) < 0)
		client_drop(c, "no memory for a connection");
	else if (c->trusted ? n->nr_clients - n->nr_strangers > LIMIT_CLIENTS
			    : n->nr_strangers > LIMIT_STRANGERS)
		refuse(c, XL_BUFFERFULL, "daemon.busy", "nacred has too many connections");
}

int client_start(struct nacred *n)
{
	int rc = sd_event_add_defer(n->loop, &n->bury, bury, n);

	n->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (rc >= 0)
		rc = sd_event_source_set_enabled(n->bury, SD_EVENT_OFF);
	return rc < 0 ? rc : 0;
}

void client_close_all(struct nacred *n)
{
	while (n->clients)
		client_drop(n->clients, NULL);
	bury(NULL, n);
	n->bury = sd_event_source_disable_unref(n->bury);
	if (n->spare_fd >= 0)
		close(n->spare_fd);
}
