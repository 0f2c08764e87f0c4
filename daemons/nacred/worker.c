/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "worker.h"

#include <errno.h>
#include <linux/limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include <store.h>

#include "config.h"
#include "ctrl/domain.h"
#include "ctrl/sched.h"
#include "ctrl/vcpu.h"
#include "guest/guest.h"
#include "nodes.h"

_Static_assert(sizeof(struct worker_result) <= PIPE_BUF, "the result must go in one piece");

struct work {
	const struct worker_order *order;
	struct config config;
	struct ctrl *ctrl;
	struct store *store;
	uint32_t domid;
	struct guest_result guest;
	struct worker_result *result;
};

static int refused(struct work *w, int rc, const char *step)
{
	return fail_errno(&w->result->error, rc, "hypervisor.refused", "cannot %s", step);
}

static int open_all(struct work *w)
{
	int rc = ctrl_open(&w->ctrl);

	if (rc)
		return fail_errno(&w->result->error, rc, "hypervisor.unreachable",
				  "cannot reach the hypervisor");
	rc = store_open(&w->store);
	if (rc)
		return fail_errno(&w->result->error, rc, "xenstore.unreachable",
				  "cannot reach xenstored");
	return config_read(&w->config, w->order->config, &w->result->error);
}

static int make_domain(struct work *w)
{
	const struct config *c = &w->config;
	struct xen_domctl_createdomain create;
	uuid_t handle;
	int rc;

	uuid_parse(w->order->uuid, handle);
	ctrl_domain_pvh_config(&create, handle, c->max_vcpus);
	create.max_evtchn_port = c->max_evtchn_port;
	create.max_grant_frames = c->max_grant_frames;
	create.max_maptrack_frames = c->max_maptrack_frames;
	w->domid = 0;
	rc = ctrl_domain_create(w->ctrl, &w->domid, &create);
	if (rc)
		return refused(w, rc, "make a domain");
	w->result->domid = w->domid;
	return 0;
}

static int build_guest(struct work *w)
{
	const struct config *c = &w->config;
	struct guest_config g = GUEST_CONFIG_INIT;
	struct rpc_error *e = &w->result->error;
	char why[GUEST_ERROR_LEN];
	int rc;

	g.vcpus = c->max_vcpus;
	g.target_kib = c->target_kib;
	g.max_kib = c->max_kib;
	g.paging_kib = c->paging_kib;
	g.kernel = c->kernel;
	g.ramdisk = c->ramdisk;
	g.cmdline = c->cmdline;
	g.tsc_mode = c->tsc_mode;
	rc = guest_build(w->ctrl, w->domid, &g, &w->guest, why);
	switch (rc) {
	case 0:
		return 0;
	case -ENOMEM:
		fail(e, XL_NOMEM, "host.no_memory", "%s", why);
		return fail_hint(e, "`xl info free_memory` tells how much the host has left");
	case -ENOSPC:
		fail(e, XL_FAIL, "config.memory_too_small", "%s", why);
		return fail_field(e, "config.b_info.target_memkb");
	case -ENOEXEC:
		fail(e, XL_FAIL, "image.refused", "%s", why);
		return fail_field(e, "config.b_info.kernel");
	default:
		return fail(e, XL_FAIL, "guest.build", "%s", why);
	}
}

/* Affinities; where the config gives none the hypervisor's "all" stays. */
static int pin_vcpus(struct work *w)
{
	const struct config *c = &w->config;
	unsigned int i;
	int rc;

	for (i = 0; i < c->max_vcpus; i++) {
		uint8_t *hard = c->hard && c->hard[i].given ? c->hard[i].cpus : NULL;
		uint8_t *soft = c->soft && c->soft[i].given ? c->soft[i].cpus : NULL;

		if (!hard && !soft)
			continue;
		rc = ctrl_vcpu_set_affinity(w->ctrl, w->domid, i, hard, soft, CONFIG_MAX_CPUS);
		if (rc == -EINVAL) {
			fail(&w->result->error, XL_INVAL, "config.affinity",
			     "vCPU %u: none of the CPUs it is pinned to is online", i);
			return fail_field(&w->result->error, "config.b_info.vcpu_%s_affinity",
					  hard ? "hard" : "soft");
		}
		if (rc)
			return refused(w, rc, "set a vCPU's affinity");
	}
	return 0;
}

static int set_shares(struct work *w)
{
	const struct config *c = &w->config;
	struct xen_domctl_sched_credit2 params;
	int rc;

	if (c->weight < 0 && c->cap < 0)
		return 0;
	rc = ctrl_sched_get_credit2(w->ctrl, w->domid, &params);
	if (rc)
		return refused(w, rc, "read the scheduler's parameters");
	if (c->weight >= 0)
		params.weight = (uint16_t)c->weight;
	if (c->cap >= 0)
		params.cap = (uint16_t)c->cap;
	rc = ctrl_sched_set_credit2(w->ctrl, w->domid, &params);
	return rc ? refused(w, rc, "set the scheduler's parameters") : 0;
}

static int write_nodes(struct work *w)
{
	const struct config *c = &w->config;
	struct timespec now;
	struct nodes_spec spec = {
		.domid = w->domid,
		.uuid = w->order->uuid,
		.name = w->order->name,
		.type = c->type,
		.max_vcpus = c->max_vcpus,
		.online = c->online,
		.max_kib = c->max_kib,
		.target_kib = c->target_kib,
		.store_gfn = w->guest.store_gfn,
		.console_gfn = w->guest.console_gfn,
		.store_port = w->guest.store_port,
		.console_port = w->guest.console_port,
	};
	int rc;

	clock_gettime(CLOCK_REALTIME, &now);
	w->result->start_time = spec.start_time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	rc = nodes_write(w->store, &spec);
	if (!rc)
		return 0;
	return fail_errno(&w->result->error, rc, "xenstore.refused",
			  "cannot introduce the domain to xenstored");
}

static int work(struct work *w)
{
	if (open_all(w) || make_domain(w) || build_guest(w) || pin_vcpus(w) || set_shares(w))
		return -1;
	return write_nodes(w);
}

/* Nothing of the parent but the pipe and stderr may live on in here: neither its
 * clients' sockets nor its signal set-up. */
static void leave_parent(const struct worker_order *order)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != order->parent)
		_exit(1);
	prctl(PR_SET_NAME, "nacred-build");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (order->pipe > 3)
		close_range(3, (unsigned int)order->pipe - 1, 0);
	close_range((unsigned int)order->pipe + 1, ~0u, 0);
}

void worker_main(const struct worker_order *order)
{
	struct worker_result result = {.domid = -1};
	struct work w = {.order = order, .result = &result};
	ssize_t sent;

	leave_parent(order);
	if (work(&w) == 0)
		result.error.number = 0;
	sent = write(order->pipe, &result, sizeof(result));
	_exit(sent == (ssize_t)sizeof(result) ? 0 : 1);
}
