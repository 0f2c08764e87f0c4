/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "synthesis.h"

#include <string.h>

#include "ctrl/sched.h"
#include "nodes.h"
#include "vcpus.h"

static void set_type(struct json *build, const char *type)
{
	char key[16] = "type.";

	strncat(key, type, sizeof(key) - 6);
	json_set(build, key, json_new_object());
}

static void set_available(struct nacred *n, const struct domain *d, struct json *build)
{
	struct json *wanted = vcpus_wanted(n, d);

	if (wanted && wanted->nr)
		json_set(build, "avail_vcpus", wanted);
	else
		json_free(wanted);
}

struct json *synthesise_config(struct nacred *n, const struct domain *d)
{
	const char *type = d->info.flags & XEN_DOMINF_hvm_guest ? "pvh" : "pv";
	struct json *v = json_new_object(), *create = json_new_object();
	struct json *build = json_new_object();

	json_set_string(create, "type", type);
	json_set_string(create, "name", d->name ? d->name : "");
	if (d->domid)
		json_set_string(create, "uuid", d->uuid);
	if (d->domid && d->info.max_vcpu_id != XEN_INVALID_MAX_VCPU_ID)
		json_set_int(build, "max_vcpus", (int64_t)d->info.max_vcpu_id + 1);
	set_available(n, d, build);
	json_set_int(
		build, "max_memkb",
		(int64_t)(d->info.max_pages > UINT32_MAX ? d->info.tot_pages : d->info.max_pages) *
			4);
	json_set_int(build, "target_memkb", (int64_t)d->info.tot_pages * 4);
	json_set(build, "sched_params", json_new_object());
	set_type(build, type);
	json_set(build, "arch_arm", json_new_object());
	json_set(build, "arch_x86", json_new_object());
	json_set(v, "c_info", create);
	json_set(v, "b_info", build);
	return v;
}

/* Of another scheduler than Credit2 libxl knows only the name. */
static struct json *sched_params(struct nacred *n, const struct domain *d)
{
	const struct pool *pool = pools_by_id(&n->pools, d->info.cpupool);
	struct xen_domctl_sched_credit2 params;
	struct json *sched;

	if (domain_dying(d))
		return NULL;
	if (ctrl_sched_get_credit2(n->ctrl, d->domid, &params) == 0) {
		sched = json_new_object();
		json_set_string(sched, "sched", "credit2");
		json_set_int(sched, "weight", params.weight);
		json_set_int(sched, "cap", params.cap);
		return sched;
	}
	if (!pool)
		return NULL;
	sched = json_new_object();
	json_set_string(sched, "sched", ctrl_sched_name(pool->info.sched_id));
	return sched;
}

/* As memory.set_target and memory.set_max left it. */
static void set_memory(struct nacred *n, const struct domain *d, struct json *build)
{
	uint64_t target_kib, max_kib;

	if (!d->domid || !n->store || nodes_memory(n->store, d->domid, &target_kib, &max_kib))
		return;
	json_set_int(build, "max_memkb", (int64_t)max_kib);
	json_set_int(build, "target_memkb", (int64_t)target_kib);
}

void complete_running_config(struct nacred *n, const struct domain *d, struct json *config)
{
	struct json *build = json_get(config, "b_info"), *sched = sched_params(n, d);

	set_available(n, d, build);
	set_memory(n, d, build);
	if (sched)
		json_set(build, "sched_params", sched);
}
