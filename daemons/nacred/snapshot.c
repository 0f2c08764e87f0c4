/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "snapshot.h"

#include <stdio.h>
#include <time.h>

#include "ctrl/host.h"
#include "rpc.h"

/* The parts are what these methods answer, under names of their own. */
static const struct {
	const char *method, *member, *as;
} parts[] = {
	{"domain.list", "domains", "domains"},
	{"domain.vcpus", "domains", "vcpus"},
	{"sched.credit2.get", "domains", "shares"},
	{"cpupool.list", "pools", "cpupools"},
};

static int add_part(struct nacred *n, struct json *v, size_t part, struct rpc_error *e)
{
	const struct method *m = rpc_method(parts[part].method);
	struct json *none = json_new_object(), *result = NULL;
	int rc = none ? m->handle(n, NULL, none, &result, e) : fail_memory(e);

	json_free(none);
	if (rc == RPC_DONE &&
	    !json_set(v, parts[part].as, json_copy(json_get(result, parts[part].member))))
		rc = fail_memory(e);
	json_free(result);
	return rc;
}

static int64_t kib(uint64_t pages)
{
	return (int64_t)(pages * (CTRL_PAGE_SIZE / 1024));
}

static int add_host(struct nacred *n, struct json *v, struct rpc_error *e)
{
	struct json *host = json_new_object();
	struct xen_sysctl_physinfo p;
	int rc = ctrl_host_physinfo(n->ctrl, &p);
	char version[64];

	if (rc) {
		json_free(host);
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot read the host's figures");
	}
	snprintf(version, sizeof(version), "%u.%u%s", n->version.major, n->version.minor,
		 n->version.extra);
	json_set_string(host, "version", version);
	json_set_string(host, "build_id", n->version.build_id);
	json_set_int(host, "nr_cpus", p.nr_cpus);
	json_set_int(host, "total_kib", kib(p.total_pages));
	json_set_int(host, "free_kib", kib(p.free_pages + p.scrub_pages));
	json_set_int(host, "outstanding_kib", kib(p.outstanding_pages));
	return json_set(v, "host", host) ? 0 : fail_memory(e);
}

struct json *snapshot_make(struct nacred *n, struct rpc_error *e)
{
	struct json *v = json_new_object();
	struct timespec now;
	size_t part;
	int rc;

	clock_gettime(CLOCK_REALTIME, &now);
	json_set_real(v, "time", (double)now.tv_sec + (double)now.tv_nsec / 1e9);
	json_set_string(v, "instance_id", n->instance_id);
	rc = add_host(n, v, e);
	for (part = 0; !rc && part < sizeof(parts) / sizeof(parts[0]); part++)
		rc = add_part(n, v, part, e);
	/* What the parts found to be new has been told by now: events after this number are
	 * news for who has the snapshot. */
	if (!rc && !json_set_int(v, "event_seq", (int64_t)n->event_seq))
		rc = fail_memory(e);
	if (!rc)
		return v;
	json_free(v);
	return NULL;
}
