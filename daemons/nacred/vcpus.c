/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "vcpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store.h>
#include <string.h>

#include "ctrl/host.h"
#include "ctrl/vcpu.h"
#include "events.h"
#include "pools.h"
#include "world.h"

static int read_wanted(struct nacred *n, uint32_t domid, uint32_t id)
{
	char *value;
	int wanted;

	if (!n->store || store_readf(n->store, XBT_NULL, &value,
				     "/local/domain/%u/cpu/%u/availability", domid, id))
		return -1;
	wanted = strcmp(value, "online") == 0;
	free(value);
	return wanted;
}

int vcpus_read(struct vcpus *v, struct nacred *n, const struct domain *d, struct rpc_error *e)
{
	struct xen_sysctl_physinfo phys;
	uint32_t i;
	int rc = ctrl_host_physinfo(n->ctrl, &phys);

	*v = (struct vcpus){.nr = vcpus_count(d), .pool = d->info.cpupool};
	v->place = calloc(v->nr + 1, sizeof(*v->place));
	if (!v->place)
		return fail_memory(e);
	for (i = 0; !rc && i < v->nr; i++) {
		struct vcpu_place *p = &v->place[i];

		rc = ctrl_vcpu_get_affinity(n->ctrl, d->domid, i, p->hard, p->soft,
					    CONFIG_MAX_CPUS);
		p->wanted = read_wanted(n, d->domid, i);
	}
	if (!rc) {
		v->nr_cpus =
			phys.max_cpu_id < CONFIG_MAX_CPUS ? phys.max_cpu_id + 1 : CONFIG_MAX_CPUS;
		return 0;
	}
	vcpus_free(v);
	return fail_errno(e, rc, "hypervisor.refused", "cannot read the vCPUs of domain %u",
			  d->domid);
}

void vcpus_free(struct vcpus *v)
{
	free(v->place);
	*v = (struct vcpus){0};
}

struct json *vcpus_cpu_list(const uint8_t *cpus, uint32_t nr_cpus)
{
	struct json *v = json_new_array();
	bool all = true;
	uint32_t i;

	for (i = 0; i < nr_cpus; i++) {
		if ((cpus[i / 8] >> (i % 8)) & 1)
			json_append(v, json_new_int(i));
		else
			all = false;
	}
	if (!all)
		return v;
	json_free(v);
	return json_new_string("all");
}

struct json *vcpus_state(const struct vcpus *v, const struct pools *pools)
{
	struct json *state = json_new_object(), *list = json_new_object();
	char number[16];
	uint32_t i;

	json_set(state, "cpupool", pool_label(pools, v->pool));
	for (i = 0; i < v->nr; i++) {
		const struct vcpu_place *p = &v->place[i];
		struct json *one = json_new_object();

		snprintf(number, sizeof(number), "%u", i);
		json_set(one, "hard", vcpus_cpu_list(p->hard, v->nr_cpus));
		json_set(one, "soft", vcpus_cpu_list(p->soft, v->nr_cpus));
		json_set(one, "wanted", p->wanted < 0 ? json_new_null() : json_new_bool(p->wanted));
		json_set(list, number, one);
	}
	json_set(state, "vcpus", list);
	return state;
}

struct want {
	uint32_t domid, nr;
	const bool *wanted;
};

static int write_wanted(struct store *s, store_tx tx, void *arg)
{
	const struct want *w = arg;
	char path[64];
	uint32_t i;
	int rc = 0;

	for (i = 0; i < w->nr && !rc; i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/cpu/%u/availability", w->domid, i);
		rc = store_write(s, tx, path, w->wanted[i] ? "online" : "offline");
	}
	return rc;
}

int vcpus_want(struct store *s, uint32_t domid, uint32_t nr, const bool *wanted)
{
	struct want w = {.domid = domid, .nr = nr, .wanted = wanted};

	return store_transaction(s, write_wanted, &w);
}

int vcpus_want_first(struct store *s, uint32_t domid, uint32_t nr, uint32_t count)
{
	bool *wanted = calloc(nr + 1, sizeof(*wanted));
	uint32_t i;
	int rc;

	if (!wanted)
		return -ENOMEM;
	for (i = 0; i < nr && i < count; i++)
		wanted[i] = true;
	rc = vcpus_want(s, domid, nr, wanted);
	free(wanted);
	return rc;
}

struct json *vcpus_wanted(struct nacred *n, const struct domain *d)
{
	struct json *v = json_new_array();
	uint32_t i;

	for (i = 0; i < vcpus_count(d); i++) {
		int wanted = read_wanted(n, d->domid, i);

		if (wanted < 0) {
			json_free(v);
			return NULL;
		}
		if (wanted)
			json_append(v, json_new_int(i));
	}
	return v;
}

void vcpus_tell(struct nacred *n, const struct domain *d, const struct json *changes)
{
	struct json *subject;

	if (!changes || !changes->nr)
		return;
	subject = world_identity(d);
	json_set(subject, "changes", json_copy(changes));
	events_tell(n, "vcpu.changed", "domain", subject);
}
