/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where in the order something is wrong; the first fault stays. */
struct reader {
	char *why;
	size_t len;
	bool bad;
};

static void complain(struct reader *r, const char *what, const char *member)
{
	if (!r->bad)
		snprintf(r->why, r->len, "%s: %s is missing or out of range", what, member);
	r->bad = true;
}

static int64_t number(struct reader *r, const struct json *o, const char *what, const char *member,
		      int64_t min, int64_t max)
{
	const struct json *v = json_get(o, member);

	if (v && v->type == JSON_INT && v->integer >= min && v->integer <= max)
		return v->integer;
	complain(r, what, member);
	return min;
}

/* Sets of CPUs come as the number whose bits they are. */
static uint64_t mask(struct reader *r, const struct json *o, const char *what, const char *member)
{
	return (uint64_t)number(r, o, what, member, INT64_MIN, INT64_MAX);
}

static const struct json *list(struct reader *r, const struct json *o, const char *what,
			       const char *member, size_t min, size_t max)
{
	static const struct json none = {.type = JSON_ARRAY};
	const struct json *v = json_get(o, member);

	if (v && v->type == JSON_ARRAY && v->nr >= min && v->nr <= max)
		return v;
	complain(r, what, member);
	return &none;
}

static void read_cpus(struct reader *r, struct forecast_machine *m, const struct json *machine)
{
	const struct json *cpus = list(r, machine, "machine", "cpus", 1, FORECAST_CPUS);

	for (size_t i = 0; i < cpus->nr; i++) {
		struct forecast_cpu *c = &m->cpu[m->cpus++];

		c->core = (uint32_t)number(r, cpus->items[i], "cpu", "core", 0, UINT32_MAX);
		c->socket = (uint32_t)number(r, cpus->items[i], "cpu", "socket", 0, UINT32_MAX);
		c->node = (uint32_t)number(r, cpus->items[i], "cpu", "node", 0, UINT32_MAX);
	}
}

static void read_pools(struct reader *r, struct forecast_machine *m, const struct json *machine)
{
	const struct json *pools = list(r, machine, "machine", "pools", 1, FORECAST_POOLS);

	for (size_t i = 0; i < pools->nr; i++) {
		const struct json *from = pools->items[i];
		struct forecast_pool *p = &m->pool[m->nr_pools++];

		p->id = (uint32_t)number(r, from, "pool", "id", 0, UINT32_MAX);
		p->null = json_bool(json_get(from, "null"), false);
		p->ratelimit_us =
			(uint32_t)(p->null ? 0
					   : number(r, from, "pool", "ratelimit_us", 0, 500000));
		p->cpus = mask(r, from, "pool", "cpus");
	}
}

static void read_domain(struct reader *r, struct forecast_domain *d, struct order_change *after,
			const struct json *from)
{
	const struct json *vcpus = list(r, from, "domain", "vcpus", 1, FORECAST_VCPUS);
	int64_t cap = 100 * (int64_t)vcpus->nr;

	d->domid = (uint32_t)number(r, from, "domain", "domid", 0, 32751);
	d->pool = (uint32_t)number(r, from, "domain", "pool", 0, UINT32_MAX);
	d->weight = (uint16_t)number(r, from, "domain", "weight", 1, 65535);
	d->cap = (uint16_t)number(r, from, "domain", "cap", 0, cap);
	after->weight = (uint16_t)number(r, from, "domain", "weight_after", 1, 65535);
	after->cap = (uint16_t)number(r, from, "domain", "cap_after", 0, cap);
	d->run_ns = number(r, from, "domain", "run_ns", 0, INT64_MAX / 4);
	d->block_ns = number(r, from, "domain", "block_ns", 0, INT64_MAX / 4);
	for (size_t i = 0; i < vcpus->nr; i++) {
		d->hard[d->vcpus] = mask(r, vcpus->items[i], "vcpu", "hard");
		d->soft[d->vcpus] = mask(r, vcpus->items[i], "vcpu", "soft");
		d->down[d->vcpus++] = json_bool(json_get(vcpus->items[i], "down"), false);
	}
}

int order_read(struct order *o, const struct json *text, char *why, size_t len)
{
	const struct json *machine = json_get(text, "machine"), *domains;
	const char *options = json_string(json_get(machine, "options"), "");
	struct reader r = {.why = why, .len = len};
	struct forecast_machine *m = &o->machine;

	*o = (struct order){0};
	o->seconds = (unsigned int)number(&r, text, "order", "seconds", 1, FORECAST_SECONDS);
	o->cpu_seconds = (unsigned int)number(&r, text, "order", "cpu_seconds", 1, 600);
	snprintf(m->options, sizeof(m->options), "%s", options);
	read_cpus(&r, m, machine);
	read_pools(&r, m, machine);
	domains = list(&r, machine, "machine", "domains", 0, FORECAST_DOMAINS);
	m->domain = calloc(domains->nr + 1, sizeof(*m->domain));
	o->after = calloc(domains->nr + 1, sizeof(*o->after));
	if (!m->domain || !o->after) {
		snprintf(why, len, "no memory");
		return -1;
	}
	for (size_t i = 0; i < domains->nr; i++) {
		read_domain(&r, &m->domain[i], &o->after[i], domains->items[i]);
		m->nr_domains++;
	}
	return r.bad ? -1 : 0;
}

void order_free(struct order *o)
{
	free(o->machine.domain);
	free(o->after);
}

struct json *order_answer(const struct order *o, const struct forecast_result *r, double simulated)
{
	struct json *v = json_new_object(), *domains = json_new_array();

	for (unsigned int i = 0; i < o->machine.nr_domains; i++) {
		struct json *d = json_new_object();

		json_set_int(d, "domid", o->machine.domain[i].domid);
		json_set_real(d, "share_percent", r[i].share);
		json_set_int(d, "worst_delay_us", (r[i].worst_wait_ns + 500) / 1000);
		json_set_real(d, "cap_loss_percent", r[i].cap_loss);
		json_append(domains, d);
	}
	json_set_real(v, "simulated_seconds", simulated);
	json_set(v, "domains", domains);
	return v;
}
