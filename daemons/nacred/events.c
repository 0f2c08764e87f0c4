/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "jsonrpc.h"
#include "limits.h"
#include "world.h"

const char *const event_types[] = {
	"domain.created",
	"domain.started",
	"domain.paused",
	"domain.unpaused",
	"domain.shutdown",
	"domain.crashed",
	"domain.destroyed",
	"domain.renamed",
	"console.ready",
	"cpupool.changed",
	"vcpu.changed",
	"sched.changed",
	"job.progress",
	"job.done",
	"patch.uploaded",
	"patch.applied",
	"patch.reverted",
	"patch.unloaded",
	"patch.failed",
	"patch.policy",
	"advisory.changed",
	"memory.changed",
	NULL,
};

struct event {
	uint64_t type; /* its bit */
	size_t len;
	char *text; /* the notification with its newline; NULL: no memory was left for it */
};

/* The latest events: number s is in slot s % LIMIT_EVENTS. */
struct event_ring {
	struct event slot[LIMIT_EVENTS];
	uint64_t oldest; /* number of the oldest that is kept; above n->event_seq: none */
	size_t bytes;
};

struct subscription {
	struct subscription *next;
	struct client *client;
	uint64_t types; /* bit i: event_types[i] */
	uint64_t at;	/* number of the event that it gets next */
};

_Static_assert(sizeof(event_types) / sizeof(event_types[0]) <= 65, "a bit for each");

static uint64_t type_bit(const char *type)
{
	unsigned int i;

	for (i = 0; event_types[i]; i++)
		if (strcmp(event_types[i], type) == 0)
			return UINT64_C(1) << i;
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void events_start(struct nacred *n)
{
	n->event_seq = (uint64_t)(now() * 1e6);
}

void events_stop(struct nacred *n)
{
	unsigned int i;

	for (i = 0; n->events && i < LIMIT_EVENTS; i++)
		free(n->events->slot[i].text);
	free(n->events);
	n->events = NULL;
}

/* --- the ring ---------------------------------------------------------------------------- */

static struct event *slot_of(struct event_ring *ring, uint64_t seq)
{
	return &ring->slot[seq % LIMIT_EVENTS];
}

static void forget_oldest(struct event_ring *ring)
{
	struct event *old = slot_of(ring, ring->oldest++);

	ring->bytes -= old->len;
	free(old->text);
	*old = (struct event){0};
}

static struct event_ring *ring_of(struct nacred *n)
{
	if (!n->events) {
		n->events = calloc(1, sizeof(*n->events));
		if (n->events)
			n->events->oldest = n->event_seq; /* the event that is being told */
	}
	return n->events;
}

/* @text, which may be NULL, becomes the event n->event_seq. */
static void keep(struct nacred *n, uint64_t type, char *text)
{
	struct event_ring *ring = ring_of(n);
	size_t len = text ? strlen(text) : 0;

	if (!ring) {
		free(text);
		return;
	}
	if (text)
		text[len++] = '\n'; /* in place of the NUL: the length says where it ends */
	while (ring->oldest < n->event_seq && (n->event_seq - ring->oldest >= LIMIT_EVENTS ||
					       ring->bytes + len > LIMIT_EVENT_BYTES))
		forget_oldest(ring);
	*slot_of(ring, n->event_seq) = (struct event){.type = type, .len = len, .text = text};
	ring->bytes += len;
}

/* The event @seq, or NULL: it is lost. */
static const struct event *kept(const struct nacred *n, uint64_t seq)
{
	if (!n->events || seq < n->events->oldest || seq > n->event_seq)
		return NULL;
	return n->events->slot[seq % LIMIT_EVENTS].text ? &n->events->slot[seq % LIMIT_EVENTS]
							: NULL;
}

/* The notification of event @seq; @subject is taken.  NULL: no memory. */
static struct json *event_line(uint64_t seq, const char *type, const char *member,
			       struct json *subject)
{
	struct json *params = json_new_object();

	if (params && json_set_int(params, "seq", (int64_t)seq) &&
	    json_set_string(params, "type", type)) {
		if (json_set(params, member, subject) && json_set_real(params, "time", now()))
			return jsonrpc_notification("event", params);
	} else {
		json_free(subject);
	}
	json_free(params);
	return NULL;
}

/* --- who listens -------------------------------------------------------------------------- */

static struct subscription *subscription_new(struct nacred *n, struct client *c,
					     struct rpc_error *e)
{
	struct subscription *s;

	unsigned int limit = client_share(c, LIMIT_SUBSCRIBERS);

	if (n->nr_subscriptions >= limit) {
		fail(e, XL_BUFFERFULL, "daemon.busy", "more than %u clients want events", limit);
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		fail_memory(e);
		return NULL;
	}
	s->client = c;
	s->next = n->subscriptions;
	n->subscriptions = s;
	n->nr_subscriptions++;
	c->subscription = s;
	return s;
}

int events_subscribe(struct nacred *n, struct client *c, const struct json *types, int64_t since,
		     struct rpc_error *e)
{
	struct subscription *s = c->subscription;
	size_t i;

	if (!s && !(s = subscription_new(n, c, e)))
		return -1;
	s->types = types ? 0 : UINT64_MAX;
	for (i = 0; types && i < types->nr; i++)
		s->types |= type_bit(json_string(types->items[i], ""));
	s->at = since < 0 ? n->event_seq + 1 : (uint64_t)since + 1;
	/* A number that was never given: the clock went back between two runs of nacred. */
	if (s->at > n->event_seq + 1)
		s->at = 0;
	return 0;
}

void events_forget(struct nacred *n, struct client *c)
{
	struct subscription **at;

	for (at = &n->subscriptions; *at; at = &(*at)->next) {
		struct subscription *s = *at;

		if (s->client != c)
			continue;
		*at = s->next;
		n->nr_subscriptions--;
		free(s);
		break;
	}
	c->subscription = NULL;
}

/* Pass over what is lost, and say so. */
static void tell_gap(struct nacred *n, struct subscription *s)
{
	struct client *c = s->client;
	struct json *lost = json_new_object(), *line;
	uint64_t first = s->at;

	if (!n->events)
		s->at = n->event_seq + 1;
	else if (s->at < n->events->oldest)
		s->at = n->events->oldest;
	else
		s->at++;
	json_set_int(lost, "first", (int64_t)first);
	json_set_int(lost, "last", (int64_t)s->at - 1);
	line = event_line(s->at - 1, "event.gap", "lost", lost);
	if (line)
		client_send(c, line, -1);
	else
		client_drop(c, "no memory for an event");
	json_free(line);
}

void events_pump(struct nacred *n, struct client *c)
{
	const struct event *event;
	struct subscription *s;

	/* Sending may end the client, and with it the subscription. */
	while ((s = c->subscription) && s->at <= n->event_seq &&
	       c->out.bytes < LIMIT_OUTPUT_PAUSE) {
		event = kept(n, s->at);
		if (!event) {
			tell_gap(n, s);
			continue;
		}
		s->at++;
		if (event->type & s->types)
			client_send_text(c, event->text, event->len, -1);
	}
}

void events_tell(struct nacred *n, const char *type, const char *member, struct json *subject)
{
	struct subscription *s, *next;
	struct json *line = event_line(++n->event_seq, type, member, subject);

	keep(n, type_bit(type), line ? json_print(line, false) : NULL);
	json_free(line);
	for (s = n->subscriptions; s; s = next) {
		next = s->next; /* sending may end this client, and only this one */
		events_pump(n, s->client);
	}
}

void events_domain(struct nacred *n, const char *type, const struct domain *d)
{
	struct json *domain = world_identity(d);
	int reason = domain_shutdown_reason(d);

	if (domain && reason >= 0)
		json_set_int(domain, "shutdown_reason", reason);
	events_tell(n, type, "domain", domain);
}
