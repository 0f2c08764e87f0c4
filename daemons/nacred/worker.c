/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include <store.h>

#include "config.h"
#include "cpuid.h"
#include "ctrl/domain.h"
#include "ctrl/sched.h"
#include "ctrl/vcpu.h"
#include "guest/guest.h"
#include "limits.h"
#include "nodes.h"
#include "pools.h"

_Static_assert(sizeof(struct worker_result) <= PIPE_BUF, "the result must go in one piece");

/* Where the child finds its order and leaves its result. */
#define ORDER_FD  3
#define RESULT_FD 4

struct work {
	const char *uuid, *name;
	const struct json *tree;
	bool dry_run;
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
	return config_read(&w->config, w->tree, &w->result->error);
}

static int choose_pool(struct work *w, struct ctrl_cpupool *info)
{
	/* An id needs no names, each of which is a request to xenstored. */
	bool named = w->config.pool[strspn(w->config.pool, "0123456789")];
	const struct pool *pool;
	struct pools pools;
	int rc = pools_read(&pools, w->ctrl, named ? w->store : NULL, NULL);

	if (rc)
		return refused(w, rc, "list the CPU pools");
	pool = pools_for_domain(&pools, w->config.pool, &w->result->error);
	if (pool)
		*info = pool->info;
	pools_free(&pools);
	return pool ? 0 : -1;
}

static int make_domain(struct work *w)
{
	const struct config *c = &w->config;
	struct xen_domctl_createdomain create;
	struct ctrl_cpupool pool;
	uuid_t handle;
	int rc;

	uuid_parse(w->uuid, handle);
	ctrl_domain_pvh_config(&create, handle, c->max_vcpus);
	create.max_evtchn_port = c->max_evtchn_port;
	create.max_grant_frames = c->max_grant_frames;
	create.grant_opts = XEN_DOMCTL_GRANT_version(c->max_grant_version);
	create.max_maptrack_frames = c->max_maptrack_frames;
	if (choose_pool(w, &pool))
		return -1;
	create.cpupool_id = pool.id;
	w->domid = 0;
	rc = ctrl_domain_create(w->ctrl, &w->domid, &create);
	if (rc)
		return refused(w, rc, "make a domain");
	w->result->domid = w->domid;
	return 0;
}

static struct guest_config guest_of(const struct config *c)
{
	struct guest_config g = GUEST_CONFIG_INIT;

	g.vcpus = c->max_vcpus;
	g.target_kib = c->target_kib;
	g.max_kib = c->max_kib;
	g.paging_kib = c->paging_kib;
	g.kernel = c->kernel;
	g.ramdisk = c->ramdisk;
	g.cmdline = c->cmdline;
	g.tsc_mode = c->tsc_mode;
	return g;
}

static int guest_failed(struct work *w, int rc, const char *why)
{
	struct rpc_error *e = &w->result->error;

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

static int build_guest(struct work *w)
{
	struct guest_config g = guest_of(&w->config);
	char why[GUEST_ERROR_LEN];

	return guest_failed(w, guest_build(w->ctrl, w->domid, &g, &w->guest, why), why);
}

static int no_cpu_for(struct work *w, unsigned int vcpu, bool hard)
{
	struct rpc_error *e = &w->result->error;

	fail(e, XL_FAIL, "config.affinity",
	     "Hard affinity completely outside of domain's cpupool!");
	fail_hint(e, "none of the CPUs of vCPU %u is in the pool", vcpu);
	return fail_field(e, "config.b_info.vcpu_%s_affinity", hard ? "hard" : "soft");
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
		rc = ctrl_vcpu_set_affinity(w->ctrl, w->domid, i, hard, soft, CONFIG_MAX_CPUS,
					    false);
		if (rc == -EINVAL)
			return no_cpu_for(w, i, hard);
		if (rc)
			return refused(w, rc, "set a vCPU's affinity");
	}
	return 0;
}

/* The scheduler of its pool is another one: the defaults mean nothing there, and are what
 * a domain has that ran under credit2 before. */
static int no_shares(struct work *w)
{
	bool weight = w->config.weight >= 0 && w->config.weight != CREDIT2_WEIGHT;

	if (!weight && w->config.cap <= 0)
		return 0;
	fail(&w->result->error, XL_INVAL, "sched.unknown_parameter",
	     "the scheduler of the domain's CPU pool knows no %s", weight ? "weight" : "cap");
	return fail_field(&w->result->error, "config.b_info.sched_params.%s",
			  weight ? "weight" : "cap");
}

static int set_shares(struct work *w)
{
	const struct config *c = &w->config;
	struct xen_domctl_sched_credit2 params;
	int rc;

	if (c->weight < 0 && c->cap < 0)
		return 0;
	rc = ctrl_sched_get_credit2(w->ctrl, w->domid, &params);
	if (rc == -EINVAL)
		return no_shares(w);
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
		.uuid = w->uuid,
		.name = w->name,
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

static const struct {
	const char *word;
	unsigned int percent;
} phases[] = {
	[WORKER_DOMAIN] = {"domain", 5},
	[WORKER_IMAGE] = {"memory and image", 10},
	[WORKER_VCPUS] = {"vCPUs and scheduler", 70},
	[WORKER_STORE] = {"xenstore", 80},
};

const char *worker_phase_word(enum worker_phase phase)
{
	return phase < sizeof(phases) / sizeof(phases[0]) ? phases[phase].word : NULL;
}

unsigned int worker_phase_percent(enum worker_phase phase)
{
	return phase < sizeof(phases) / sizeof(phases[0]) ? phases[phase].percent : 0;
}

/* The parent hears of it; whether it does is no matter for the work. */
static void enter(struct work *w, enum worker_phase phase)
{
	struct worker_result now = *w->result;

	now.phase = phase;
	if (write(RESULT_FD, &now, sizeof(now)) != (ssize_t)sizeof(now))
		return;
}

static int work(struct work *w)
{
	enter(w, WORKER_DOMAIN);
	if (open_all(w) || make_domain(w) ||
	    cpuid_apply(w->ctrl, w->domid, json_get(w->tree, "b_info"), &w->result->error))
		return -1;
	enter(w, WORKER_IMAGE);
	if (build_guest(w))
		return -1;
	enter(w, WORKER_VCPUS);
	if (pin_vcpus(w) || set_shares(w))
		return -1;
	enter(w, WORKER_STORE);
	return write_nodes(w);
}

/* --- a dry run ---------------------------------------------------------------------- */

_Static_assert(CONFIG_MAX_CPUS == CTRL_CPUPOOL_MAX_CPUS, "the same bitmaps");

static int check_place(struct work *w, const struct ctrl_cpupool *pool)
{
	const struct config *c = &w->config;
	unsigned int i, k;

	for (i = 0; c->hard && i < c->max_vcpus; i++) {
		bool any = !c->hard[i].given;

		for (k = 0; k < sizeof(pool->cpus); k++)
			any = any || (c->hard[i].cpus[k] & pool->cpus[k]);
		if (!any)
			return no_cpu_for(w, i, true);
	}
	return pool->sched_id == XEN_SCHEDULER_CREDIT2 ? 0 : no_shares(w);
}

static int look(struct work *w)
{
	struct guest_config g;
	struct ctrl_cpupool pool;
	char why[GUEST_ERROR_LEN];

	if (open_all(w) || choose_pool(w, &pool) || check_place(w, &pool))
		return -1;
	g = guest_of(&w->config);
	return guest_failed(w, guest_check_memory(w->ctrl, &g, why), why) ||
			       guest_failed(w, guest_check_kernel(&g, why), why)
		       ? -1
		       : 0;
}

static int check_order(struct work *w, const struct json *order)
{
	w->uuid = json_string(json_get(order, "uuid"), NULL);
	w->name = json_string(json_get(order, "name"), NULL);
	w->tree = json_get(order, "config");
	w->dry_run = json_bool(json_get(order, "dry_run"), true);
	if (w->uuid && w->name && w->tree &&
	    json_int(json_get(order, "parent"), 0) == (int64_t)getppid())
		return 0;
	return fail(&w->result->error, XL_FAIL, "daemon.builder", "the builder got no order");
}

static struct json *read_order(void)
{
	static const struct json_limits limits = {
		.max_bytes = 2 * LIMIT_REQUEST_BYTES,
		.max_depth = LIMIT_REQUEST_DEPTH + 2,
		.max_values = LIMIT_REQUEST_VALUES + 64,
	};
	struct json *order = NULL;
	struct stat st;
	char *text;

	if (fstat(ORDER_FD, &st) || st.st_size <= 0)
		return NULL;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, ORDER_FD, 0);
	if (text == MAP_FAILED)
		return NULL;
	order = json_parse(text, (size_t)st.st_size, &limits, NULL, 0);
	munmap(text, (size_t)st.st_size);
	return order;
}

int worker_main(void)
{
	struct worker_result result = {.domid = -1};
	struct work w = {.result = &result};
	struct json *order;
	ssize_t sent;

	/* Die with the parent; if it died before this, check_order() notices. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return 1;
	prctl(PR_SET_NAME, "nacred-build");
	order = read_order();
	if (check_order(&w, order) == 0 && (w.dry_run ? look(&w) : work(&w)) == 0)
		result.error.number = 0;
	sent = write(RESULT_FD, &result, sizeof(result));
	config_free(&w.config);
	json_free(order);
	if (w.store)
		store_close(w.store);
	ctrl_close(w.ctrl);
	return sent == (ssize_t)sizeof(result) ? 0 : 1;
}

/* The order as a memory file above the descriptors that the child gets. */
static int write_order(const struct record *r, bool dry_run)
{
	struct json *v = json_new_object();
	bool ok = json_set_string(v, "uuid", r->uuid) && json_set_string(v, "name", r->name) &&
		  json_set_int(v, "parent", getpid()) && json_set_bool(v, "dry_run", dry_run) &&
		  json_set(v, "config", json_copy(r->config));
	char *text = ok ? json_print(v, false) : NULL;
	int fd = -1, high = -1;
	size_t len = text ? strlen(text) : 0;

	json_free(v);
	errno = ENOMEM;
	if (text)
		fd = memfd_create("order", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, text, len) == (ssize_t)len)
		high = fcntl(fd, F_DUPFD_CLOEXEC, RESULT_FD + 1);
	if (fd >= 0)
		close(fd);
	free(text);
	return high;
}

static int spawn(int order, int result, pid_t *pid)
{
	static char *const argv[] = {(char *)"nacred", (char *)WORKER_OPTION, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe_signal;
	int rc;

	sigemptyset(&none);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	rc = posix_spawn_file_actions_adddup2(&files, order, ORDER_FD);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, result, RESULT_FD);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, RESULT_FD + 1);
	if (!rc)
		rc = posix_spawnattr_setflags(&attr,
					      POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe_signal);
	if (!rc)
		rc = posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

int worker_spawn(const struct record *r, bool dry_run, pid_t *pid, int *pipe)
{
	int ends[2], order = write_order(r, dry_run), high, rc;

	if (order < 0)
		return -errno;
	if (pipe2(ends, O_CLOEXEC)) {
		rc = -errno;
		close(order);
		return rc;
	}
	high = fcntl(ends[1], F_DUPFD_CLOEXEC, RESULT_FD + 1);
	rc = high < 0 ? -errno : spawn(order, high, pid);
	if (high >= 0)
		close(high);
	close(ends[1]);
	close(order);
	if (rc || fcntl(ends[0], F_SETFL, O_NONBLOCK)) {
		rc = rc ? rc : -errno;
		close(ends[0]);
		return rc;
	}
	*pipe = ends[0];
	return 0;
}
