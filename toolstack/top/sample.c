/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHUTDOWN_CRASH 3 /* SHUTDOWN_crash of xen/sched.h */

/* max_memkb of a domain without a limit: as many pages of 4 KiB as 32 bits count. */
#define NO_LIMIT_KIB (UINT64_C(0xffffffff) * 4)

const char *const sample_methods[SAMPLE_PARTS] = {
	[SAMPLE_HOST] = "host.info",	 [SAMPLE_DOMAINS] = "domain.list",
	[SAMPLE_VCPUS] = "domain.vcpus", [SAMPLE_SHARES] = "sched.credit2.get",
	[SAMPLE_STATS] = "sched.stats",
};

static uint64_t number(const struct json *object, const char *key)
{
	int64_t v = json_int(json_get(object, key), 0);

	return v < 0 ? 0 : (uint64_t)v;
}

static bool flag(const struct json *object, const char *key)
{
	return json_bool(json_get(object, key), false);
}

/* Never NULL but without memory. */
static char *text(const struct json *object, const char *key)
{
	return strdup(json_string(json_get(object, key), "(null)"));
}

/* The array "domains" of an answer, or NULL. */
static const struct json *domains_of(const struct json *part)
{
	const struct json *list = json_get(part, "domains");

	return list && list->type == JSON_ARRAY ? list : NULL;
}

static void read_host(struct sample *s, const struct json *host)
{
	snprintf(s->version, sizeof(s->version), "%llu.%llu%s",
		 (unsigned long long)number(host, "xen_major"),
		 (unsigned long long)number(host, "xen_minor"),
		 json_string(json_get(host, "xen_extra"), ""));
	s->nr_cpus = (unsigned int)number(host, "nr_cpus");
	s->mhz = (unsigned int)(number(host, "cpu_khz") / 1000);
	s->total_kib = number(host, "total_kib");
	s->free_kib = number(host, "free_kib");
}

static bool read_domain(struct sample_domain *d, const struct json *from)
{
	const struct json *state = json_get(from, "state");
	bool shutdown = flag(state, "shutdown");

	d->domid = json_int(json_get(from, "domid"), -1);
	d->name = text(from, "name");
	d->pool = text(from, "cpupool");
	d->dying = flag(state, "dying");
	d->crashed = shutdown && json_int(json_get(from, "shutdown_reason"), -1) == SHUTDOWN_CRASH;
	d->shutdown = shutdown && !d->crashed;
	d->blocked = flag(state, "blocked");
	d->paused = flag(state, "paused");
	d->running = flag(state, "running");
	d->cpu_ns = number(from, "cpu_time_ns");
	d->mem_kib = number(from, "current_memkb");
	d->max_kib = number(from, "max_memkb");
	if (d->max_kib >= NO_LIMIT_KIB)
		d->max_kib = SAMPLE_NO_LIMIT;
	d->nr_vcpus = (unsigned int)(json_int(json_get(from, "vcpu_max_id"), -1) + 1);
	return d->name && d->pool && d->domid >= 0;
}

static int by_domid(const void *a, const void *b)
{
	const struct sample_domain *x = a, *y = b;

	return (x->domid > y->domid) - (x->domid < y->domid);
}

static bool read_domains(struct sample *s, const struct json *part)
{
	const struct json *list = domains_of(part);
	size_t i;

	if (!list)
		return false;
	s->domains = calloc(list->nr + 1, sizeof(*s->domains));
	if (!s->domains)
		return false;
	for (i = 0; i < list->nr; i++) {
		s->nr++;
		if (!read_domain(&s->domains[i], list->items[i]))
			return false;
	}
	qsort(s->domains, s->nr, sizeof(*s->domains), by_domid);
	return true;
}

static struct sample_domain *find(const struct sample *s, int64_t domid)
{
	struct sample_domain key = {.domid = domid};

	return s && s->nr ? bsearch(&key, s->domains, s->nr, sizeof(key), by_domid) : NULL;
}

static bool read_vcpus(struct sample_domain *d, const struct json *list)
{
	size_t i;

	if (!d || !list || list->type != JSON_ARRAY || d->vcpus)
		return true;
	d->vcpus = calloc(list->nr + 1, sizeof(*d->vcpus));
	if (!d->vcpus)
		return false;
	for (i = 0; i < list->nr; i++) {
		const struct json *from = list->items[i];
		struct sample_vcpu *v = &d->vcpus[d->nr_known++];

		v->id = (unsigned int)number(from, "id");
		v->online = flag(from, "online");
		v->running = flag(from, "running");
		v->blocked = flag(from, "blocked");
		v->cpu = (unsigned int)number(from, "cpu");
		v->time_ns = number(from, "time_ns");
	}
	return true;
}

static void read_share(struct sample_domain *d, const struct json *from)
{
	const struct json *weight = json_get(from, "weight");

	if (!d || !weight || weight->type != JSON_INT)
		return; /* of another scheduler */
	d->sched.has_share = true;
	d->sched.weight = json_int(weight, 0);
	d->sched.cap = json_int(json_get(from, "cap"), 0);
}

static void read_stats(struct sample_domain *d, const struct json *from)
{
	if (!d)
		return;
	d->sched.has_stats = true;
	d->sched.running_ns = number(from, "running_ns");
	d->sched.waiting_ns = number(from, "waiting_ns");
	d->sched.blocked_ns = number(from, "blocked_ns");
	d->sched.parked_ns = number(from, "parked_ns");
	d->sched.parks = number(from, "parks");
	d->sched.wakes = number(from, "wakes");
}

/* Parts about each domain, where they were asked for. */
static bool read_details(struct sample *s, const struct json *const parts[SAMPLE_PARTS])
{
	size_t part, i;

	for (part = SAMPLE_VCPUS; part < SAMPLE_PARTS; part++) {
		const struct json *list = domains_of(parts[part]);

		for (i = 0; list && i < list->nr; i++) {
			const struct json *from = list->items[i];
			/* NULL: it came between the two calls. */
			struct sample_domain *d = find(s, json_int(json_get(from, "domid"), -1));

			if (part == SAMPLE_SHARES)
				read_share(d, from);
			else if (part == SAMPLE_STATS)
				read_stats(d, from);
			else if (!read_vcpus(d, json_get(from, "vcpus")))
				return false;
		}
	}
	return true;
}

struct sample *sample_new(const struct json *const parts[SAMPLE_PARTS], double when)
{
	struct sample *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->when = when;
	read_host(s, parts[SAMPLE_HOST]);
	if (read_domains(s, parts[SAMPLE_DOMAINS]) && read_details(s, parts))
		return s;
	sample_free(s);
	return NULL;
}

void sample_free(struct sample *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nr; i++) {
		free(s->domains[i].name);
		free(s->domains[i].pool);
		free(s->domains[i].vcpus);
	}
	free(s->domains);
	free(s);
}

const struct sample_domain *sample_find(const struct sample *s, int64_t domid)
{
	return find(s, domid);
}

double sample_percent(const struct sample *now, const struct sample *before, uint64_t ns,
		      uint64_t ns_before)
{
	double seconds = before ? now->when - before->when : 0;

	if (seconds <= 0 || ns < ns_before)
		return 0;
	return (double)(ns - ns_before) / seconds / 1e7;
}
