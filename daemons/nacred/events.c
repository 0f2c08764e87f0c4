/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "jsonrpc.h"
#include "limits.h"
#include "world.h"

const char *const event_types[] = {
	"domain.created",  "domain.started", "domain.paused",	 "domain.unpaused",
	"domain.shutdown", "domain.crashed", "domain.destroyed", "domain.renamed",
	"cpupool.changed", "vcpu.changed",   "sched.changed",	 "job.progress",
	"job.done",	   "patch.uploaded", "patch.applied",	 "patch.reverted",
	"patch.unloaded",  "patch.failed",   "patch.policy",	 NULL,
};

struct subscription {
	struct subscription *next;
	struct client *client;
	uint32_t types; /* bit i: event_types[i] */
};

_Static_assert(sizeof(event_types) / sizeof(event_types[0]) <= 33, "a bit for each");

static uint32_t type_bit(const char *type)
{
	uint32_t i;

	for (i = 0; event_types[i]; i++)
		if (strcmp(event_types[i], type) == 0)
			return 1u << i;
	return 0;
}

int events_subscribe(struct nacred *n, struct client *c, const struct json *types,
		     struct rpc_error *e)
{
	struct subscription *s = c->subscription;
	size_t i;

	if (!s) {
		if (n->nr_subscriptions >= LIMIT_SUBSCRIBERS)
			return fail(e, XL_BUFFERFULL, "daemon.busy",
				    "more than %d clients want events", LIMIT_SUBSCRIBERS);
		s = calloc(1, sizeof(*s));
		if (!s)
			return fail_memory(e);
		s->client = c;
		s->next = n->subscriptions;
		n->subscriptions = s;
		n->nr_subscriptions++;
		c->subscription = s;
	}
	s->types = types ? 0 : UINT32_MAX;
	for (i = 0; types && i < types->nr; i++)
		s->types |= type_bit(json_string(types->items[i], ""));
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

static struct json *event_line(uint64_t seq, const char *type, const char *member,
			       struct json *subject)
{
	struct json *params = json_new_object();

	if (params && subject && json_set_int(params, "seq", (int64_t)seq) &&
	    json_set_string(params, "type", type) && json_set(params, member, json_copy(subject)))
		return jsonrpc_notification("event", params);
	json_free(params);
	return NULL;
}

/* A client that does not keep up misses events and sees it by their numbers. */
void events_tell(struct nacred *n, const char *type, const char *member, struct json *subject)
{
	uint64_t seq = ++n->event_seq;
	struct subscription *s, *next;
	uint32_t bit = type_bit(type);
	struct json *line = NULL;

	if (n->subscriptions)
		line = event_line(seq, type, member, subject);
	for (s = n->subscriptions; line && s; s = next) {
		next = s->next; /* sending may end this client, and only this one */
		if ((s->types & bit) && s->client->out_bytes < LIMIT_OUTPUT_MAX)
			client_send(s->client, line, -1);
	}
	json_free(line);
	json_free(subject);
}

void events_domain(struct nacred *n, const char *type, const struct domain *d)
{
	struct json *domain = n->subscriptions ? world_identity(d) : NULL;
	int reason = domain_shutdown_reason(d);

	if (domain && reason >= 0)
		json_set_int(domain, "shutdown_reason", reason);
	events_tell(n, type, "domain", domain);
}
