/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.list, domain.get, domain.vcpus: what there is. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "nacred.h"
#include "rpc.h"
#include "synthesis.h"
#include "world.h"
#include "fields.h"

#include "ctrl/host.h"
#include "ctrl/vcpu.h"

const struct field fields_identity[] = {FIELDS_IDENTITY, FIELDS_END};

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct json *v, *domains;
	size_t i;

	if (world_refresh(n, e))
		return RPC_FAILED;
	domains = json_new_array();
	for (i = 0; i < n->model.nr; i++)
		json_append(domains, world_describe(n, n->model.domains[i]));
	v = json_new_object();
	json_set(v, "domains", domains);
	*result = v;
	return RPC_DONE;
}

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find(n, params, e);
	const struct record *r;
	struct json *config, *v;

	if (!d)
		return RPC_FAILED;
	r = world_record(n, d);
	config = r ? json_copy(r->config) : synthesise_config(n, d);
	complete_running_config(n, d, config);
	v = world_describe(n, d);
	json_set(v, "config", config);
	*result = v;
	return RPC_DONE;
}

/* CPUs of a bitmap that exist, as a list, or "all". */
static struct json *cpu_list(const uint8_t *cpus, uint32_t nr_cpus)
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

static struct json *describe_vcpu(struct nacred *n, const struct domain *d, uint32_t id,
				  uint32_t nr_cpus)
{
	uint8_t hard[CONFIG_MAX_CPUS / 8] = {0}, soft[CONFIG_MAX_CPUS / 8] = {0};
	struct xen_domctl_getvcpuinfo info;
	struct json *v;

	if (ctrl_vcpu_info(n->ctrl, d->domid, id, &info) ||
	    ctrl_vcpu_get_affinity(n->ctrl, d->domid, id, hard, soft, CONFIG_MAX_CPUS))
		return NULL; /* the domain went meanwhile */
	v = json_new_object();
	json_set_int(v, "id", id);
	json_set_bool(v, "online", info.online);
	json_set_bool(v, "running", info.running);
	json_set_bool(v, "blocked", info.blocked);
	json_set_int(v, "cpu", info.cpu);
	json_set_int(v, "time_ns", (int64_t)info.cpu_time);
	json_set(v, "hard", cpu_list(hard, nr_cpus));
	json_set(v, "soft", cpu_list(soft, nr_cpus));
	return v;
}

static struct json *describe_vcpus(struct nacred *n, const struct domain *d, uint32_t nr_cpus)
{
	struct json *v = world_identity(d), *vcpus = json_new_array(), *one;
	uint32_t id;

	for (id = 0; d->info.max_vcpu_id != XEN_INVALID_MAX_VCPU_ID && id <= d->info.max_vcpu_id;
	     id++) {
		one = describe_vcpu(n, d, id, nr_cpus);
		if (!one)
			break;
		json_append(vcpus, one);
	}
	json_set(v, "vcpus", vcpus);
	return v;
}

static int vcpus(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	struct xen_sysctl_physinfo phys;
	struct json *v, *domains;
	struct domain *d = NULL;
	size_t i;
	int rc;

	if (json_get(params, "domain") ? !(d = world_find(n, params, e)) : world_refresh(n, e) != 0)
		return RPC_FAILED;
	rc = ctrl_host_physinfo(n->ctrl, &phys);
	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot read the host's figures");
	if (phys.max_cpu_id >= CONFIG_MAX_CPUS)
		phys.max_cpu_id = CONFIG_MAX_CPUS - 1;
	domains = json_new_array();
	for (i = 0; i < n->model.nr; i++)
		if (!d || d == n->model.domains[i])
			json_append(domains,
				    describe_vcpus(n, n->model.domains[i], phys.max_cpu_id + 1));
	v = json_new_object();
	json_set(v, "domains", domains);
	*result = v;
	return RPC_DONE;
}

static const struct field state_fields[] = {
	{.name = "running", .type = F_BOOL},
	{.name = "blocked", .type = F_BOOL},
	{.name = "paused", .type = F_BOOL},
	{.name = "shutdown", .type = F_BOOL},
	{.name = "dying", .type = F_BOOL},
	{.name = "building", .type = F_BOOL},
	FIELDS_END,
};

#define FIELDS_DOMAIN                                                                              \
	FIELDS_IDENTITY, {.name = "type", .type = F_STRING, .summary = "pvh, hvm or pv"},          \
		{.name = "state", .type = F_OBJECT, .of = state_fields}, FIELD_REASON,             \
		{.name = "current_memkb", .type = F_INT, .summary = "KiB"},                        \
		{.name = "outstanding_memkb",                                                      \
		 .type = F_INT,                                                                    \
		 .summary = "KiB claimed, not yet given"},                                         \
		{.name = "max_memkb", .type = F_INT, .summary = "KiB"},                            \
		{.name = "cpu_time_ns", .type = F_INT}, {.name = "vcpu_online", .type = F_INT},    \
		{.name = "vcpu_max_id", .type = F_INT, .summary = "-1: it has no vCPU"},           \
		{.name = "cpupool", .type = F_STRING},                                             \
		{.name = "start_time",                                                             \
		 .type = F_REAL,                                                                   \
		 .summary = "seconds since the epoch, 0: unknown"},                                \
	{                                                                                          \
		.name = "has_config", .type = F_BOOL,                                              \
		.summary = "made by nacred, which has its config"                                  \
	}

static const struct field domain_fields[] = {FIELDS_DOMAIN, FIELDS_END};

static const struct field get_fields[] = {
	FIELDS_DOMAIN,
	{.name = "config", .type = F_OBJECT, .summary = "libxl's JSON form"},
	FIELDS_END,
};

static const struct field vcpu_fields[] = {
	{.name = "id", .type = F_INT},
	{.name = "online", .type = F_BOOL},
	{.name = "running", .type = F_BOOL},
	{.name = "blocked", .type = F_BOOL},
	{.name = "cpu", .type = F_INT, .summary = "where it ran last"},
	{.name = "time_ns", .type = F_INT},
	{.name = "hard", .type = F_CPUS},
	{.name = "soft", .type = F_CPUS},
	FIELDS_END,
};

static const struct field domain_vcpus_fields[] = {
	FIELDS_IDENTITY,
	{.name = "vcpus", .type = F_ARRAY, .of = vcpu_fields},
	FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "domains", .type = F_ARRAY, .of = domain_fields},
	FIELDS_END,
};

static const struct field vcpus_result[] = {
	{.name = "domains", .type = F_ARRAY, .of = domain_vcpus_fields},
	FIELDS_END,
};

static const struct field one_domain[] = {FIELD_DOMAIN, FIELDS_END};

static const struct field maybe_domain[] = {
	{.name = "domain", .type = F_DOMAIN, .optional = true, .summary = "all when absent"},
	FIELDS_END,
};

const struct method methods_domain[] = {
	{
		.name = "domain.list",
		.summary = "All domains, domain 0 among them",
		.result = list_result,
		.handle = list,
	},
	{
		.name = "domain.get",
		.summary = "One domain with its configuration",
		.params = one_domain,
		.result = get_fields,
		.handle = get,
	},
	{
		.name = "domain.vcpus",
		.summary = "Virtual CPUs of one domain or all",
		.params = maybe_domain,
		.result = vcpus_result,
		.handle = vcpus,
	},
	{.name = NULL},
};
