/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fake_cpus.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/cpupool.h"
#include "ctrl/host.h"
#include "rpc.h"
#include "store.h"

#define ALL ((1u << FAKE_CPUS) - 1)

struct fake_cpus fake;
struct nacred n;

static struct {
	char path[64], value[64];
} nodes[64];
static size_t nr_nodes;
static struct json *result;
static char *text;
static struct rpc_error error;

/* --- the hypervisor ------------------------------------------------------------------- */

static int change(void)
{
	if (fake.calls_left && --fake.calls_left == 0)
		return -EIO;
	fake.nr_changes++;
	return 0;
}

static uint32_t count_domains(uint32_t pool)
{
	uint32_t nr = 0, i;

	for (i = 0; i < 4; i++)
		nr += fake.domains[i].there && fake.domains[i].pool == pool;
	return nr;
}

static uint8_t used_cpus(void)
{
	uint8_t used = 0;
	uint32_t i;

	for (i = 0; i < 8; i++)
		used |= fake.pools[i].there ? fake.pools[i].cpus : 0;
	return used;
}

int __wrap_ctrl_cpupool_info(struct ctrl *c, uint32_t first, struct ctrl_cpupool *pool)
{
	while (first < 8 && !fake.pools[first].there)
		first++;
	if (first >= 8)
		return -ENOENT;
	*pool = (struct ctrl_cpupool){.id = first,
				      .sched_id = fake.pools[first].sched_id,
				      .nr_domains = count_domains(first)};
	pool->cpus[0] = fake.pools[first].cpus;
	return 0;
}

int __wrap_ctrl_cpupool_free_cpus(struct ctrl *c, uint8_t *cpus)
{
	memset(cpus, 0, CTRL_CPUPOOL_MAX_CPUS / 8);
	cpus[0] = ALL & ~used_cpus();
	return 0;
}

int __wrap_ctrl_cpupool_create(struct ctrl *c, uint32_t *id, uint32_t sched_id)
{
	int rc;

	if (sched_id != XEN_SCHEDULER_CREDIT2 && sched_id != XEN_SCHEDULER_NULL)
		return -ENOENT;
	if (*id != CTRL_CPUPOOL_ANY && fake.pools[*id].there)
		return -EEXIST;
	rc = change();
	if (rc)
		return rc;
	if (*id == CTRL_CPUPOOL_ANY)
		for (*id = 1; fake.pools[*id].there; ++*id)
			;
	fake.pools[*id] = (struct fake_pool){.there = true, .sched_id = sched_id};
	return 0;
}

int __wrap_ctrl_cpupool_destroy(struct ctrl *c, uint32_t id)
{
	int rc = fake.pools[id].cpus || count_domains(id) ? -EBUSY : change();

	if (!rc)
		fake.pools[id].there = false;
	return rc;
}

int __wrap_ctrl_cpupool_add_cpu(struct ctrl *c, uint32_t id, uint32_t cpu)
{
	int rc = cpu >= FAKE_CPUS ? -EINVAL : used_cpus() >> cpu & 1 ? -ENODEV : change();

	if (!rc)
		fake.pools[id].cpus |= (uint8_t)(1u << cpu);
	return rc;
}

int __wrap_ctrl_cpupool_remove_cpu(struct ctrl *c, uint32_t id, uint32_t cpu)
{
	uint8_t bit = (uint8_t)(1u << cpu % 8);
	int rc;

	if ((!id && !cpu) || cpu >= FAKE_CPUS)
		return -EINVAL;
	if (!(fake.pools[id].cpus & bit))
		return -EADDRNOTAVAIL;
	if (fake.pools[id].cpus == bit && count_domains(id))
		return -EBUSY;
	rc = change();
	if (!rc)
		fake.pools[id].cpus &= (uint8_t)~bit;
	return rc;
}

int __wrap_ctrl_cpupool_move_domain(struct ctrl *c, uint32_t id, uint32_t domid)
{
	struct fake_domain *d = &fake.domains[domid];
	uint32_t i;
	int rc = !domid ? -EPERM : fake.pools[id].cpus ? change() : -ENOENT;

	if (rc)
		return rc;
	d->pool = id;
	for (i = 0; i < d->nr_vcpus; i++)
		d->hard[i] = d->soft[i] = 0xff;
	return 0;
}

int __wrap_ctrl_sched_id(struct ctrl *c, uint32_t *id)
{
	*id = XEN_SCHEDULER_CREDIT2;
	return 0;
}

/* Weak: test_nacred_sched.c has one that can be set. */
__attribute__((weak)) int __wrap_ctrl_sched_get_credit2(struct ctrl *c, uint32_t domid,
							struct xen_domctl_sched_credit2 *params)
{
	*params = (struct xen_domctl_sched_credit2){.weight = 300, .cap = 20};
	return fake.pools[fake.domains[domid].pool].sched_id == XEN_SCHEDULER_CREDIT2 ? 0 : -EINVAL;
}

int __wrap_ctrl_host_physinfo(struct ctrl *c, struct xen_sysctl_physinfo *info)
{
	*info = (struct xen_sysctl_physinfo){.nr_cpus = FAKE_CPUS, .max_cpu_id = FAKE_CPUS - 1};
	return 0;
}

int __wrap_ctrl_host_cpu_topology(struct ctrl *c, struct xen_sysctl_cputopo *topo, uint32_t *nr)
{
	uint32_t i;

	for (i = 0; topo && i < FAKE_CPUS && i < *nr; i++)
		topo[i] = (struct xen_sysctl_cputopo){.core = i, .node = fake.node_of[i]};
	*nr = FAKE_CPUS;
	return 0;
}

int __wrap_ctrl_domain_list(struct ctrl *c, uint32_t first, struct xen_domctl_getdomaininfo *info,
			    unsigned int max)
{
	int nr = 0;
	uint32_t i;

	for (i = first; i < 4 && (unsigned int)nr < max; i++) {
		if (!fake.domains[i].there)
			continue;
		info[nr] = (struct xen_domctl_getdomaininfo){
			.domain = (domid_t)i,
			.max_vcpu_id = fake.domains[i].nr_vcpus - 1,
			.nr_online_vcpus = fake.domains[i].nr_vcpus,
			.cpupool = fake.domains[i].pool,
			.flags = fake.domains[i].dying ? XEN_DOMINF_dying : 0,
		};
		info[nr++].handle[15] = (uint8_t)i;
	}
	return nr;
}

int __wrap_ctrl_vcpu_info(struct ctrl *c, uint32_t domid, uint32_t vcpu,
			  struct xen_domctl_getvcpuinfo *info)
{
	*info = (struct xen_domctl_getvcpuinfo){.online = 1, .cpu = vcpu};
	return 0;
}

int __wrap_ctrl_vcpu_get_affinity(struct ctrl *c, uint32_t domid, uint32_t vcpu, uint8_t *hard,
				  uint8_t *soft, unsigned int nr_bits)
{
	memset(hard, 0, nr_bits / 8);
	memset(soft, 0, nr_bits / 8);
	hard[0] = fake.domains[domid].hard[vcpu] & ALL;
	soft[0] = fake.domains[domid].soft[vcpu] & ALL;
	return 0;
}

int __wrap_ctrl_vcpu_set_affinity(struct ctrl *c, uint32_t domid, uint32_t vcpu, uint8_t *hard,
				  uint8_t *soft, unsigned int nr_bits, bool force)
{
	struct fake_domain *d = &fake.domains[domid];
	int rc = vcpu >= d->nr_vcpus || (hard && !(hard[0] & fake.pools[d->pool].cpus)) ? -EINVAL
											: change();

	if (!rc && hard)
		d->hard[vcpu] = hard[0];
	if (!rc && soft)
		d->soft[vcpu] = soft[0];
	return rc;
}

/* --- xenstore ------------------------------------------------------------------------ */

const char *fake_node(const char *path)
{
	size_t i;

	for (i = 0; i < nr_nodes; i++)
		if (strcmp(nodes[i].path, path) == 0)
			return nodes[i].value;
	return NULL;
}

void fake_set_node(const char *path, const char *value)
{
	size_t i;

	for (i = 0; i < nr_nodes && strcmp(nodes[i].path, path) != 0; i++)
		;
	if (i == nr_nodes)
		nr_nodes++;
	cr_assert_leq(nr_nodes, sizeof(nodes) / sizeof(nodes[0]));
	snprintf(nodes[i].path, sizeof(nodes[i].path), "%s", path);
	snprintf(nodes[i].value, sizeof(nodes[i].value), "%s", value);
}

int __wrap_store_readf(struct store *s, store_tx tx, char **value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

int __wrap_store_readf(struct store *s, store_tx tx, char **value, const char *fmt, ...)
{
	char path[64];
	const char *found;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	found = fake_node(path);
	if (!found)
		return -ENOENT;
	*value = strdup(found);
	return 0;
}

int __wrap_store_mkdir(struct store *s, store_tx tx, const char *path)
{
	return 0;
}

int __wrap_store_write(struct store *s, store_tx tx, const char *path, const char *value)
{
	if (fake.no_store)
		return -EACCES;
	fake.nr_changes++;
	fake_set_node(path, value);
	return 0;
}

int __wrap_store_rm(struct store *s, store_tx tx, const char *path)
{
	size_t i;

	for (i = 0; i < nr_nodes; i++)
		if (strncmp(nodes[i].path, path, strlen(path)) == 0)
			nodes[i].path[0] = '\0';
	fake.nr_changes++;
	return 0;
}

int __wrap_store_transaction(struct store *s, int (*fn)(struct store *, store_tx, void *),
			     void *arg)
{
	return fn(s, XBT_NULL, arg);
}

/* --- nacred -------------------------------------------------------------------------- */

void __wrap_events_tell(struct nacred *d, const char *type, const char *member,
			struct json *subject)
{
	size_t len = strlen(fake.told);

	snprintf(fake.told + len, sizeof(fake.told) - len, "%s ", type);
	json_free(fake.last);
	fake.last = subject;
}

void fake_start(void)
{
	static char store;
	struct rpc_error e;
	uint32_t i;

	n.store = (struct store *)&store;
	snprintf(n.statedir, sizeof(n.statedir), "/tmp/nacre-fake.XXXXXX");
	cr_assert(mkdtemp(n.statedir));
	fake.pools[0] =
		(struct fake_pool){.there = true, .sched_id = XEN_SCHEDULER_CREDIT2, .cpus = ALL};
	for (i = 0; i < 4; i++) {
		memset(fake.domains[i].hard, 0xff, 8);
		memset(fake.domains[i].soft, 0xff, 8);
	}
	fake.domains[0].there = fake.domains[1].there = true;
	fake.domains[0].nr_vcpus = 1;
	fake.domains[1].nr_vcpus = 2;
	fake_set_node("/local/pool/0/name", "Pool-0");
	fake_set_node("/local/domain/1/name", "web");
	fake_set_node("/local/domain/1/cpu/0/availability", "online");
	fake_set_node("/local/domain/1/cpu/1/availability", "online");
	cr_assert_eq(pools_refresh(&n, &e), 0);
	cr_assert_str_empty(fake.told, "the first look is no event");
}

void fake_stop(void)
{
	/* Nothing is left of a change that was completed or refused. */
	cr_expect_eq(rmdir(n.statedir), 0, "files in %s", n.statedir);
	model_free(&n.model);
	pools_free(&n.pools);
	json_free(result);
	json_free(fake.last);
	free(text);
}

const struct rpc_error *fake_error(void)
{
	return &error;
}

const struct json *fake_call(const char *method, const char *params)
{
	const struct method *m = rpc_method(method);
	struct json *p = json_parse(params, strlen(params), NULL, NULL, 0);
	int rc;

	cr_assert(m && p, "%s %s", method, params);
	json_free(result);
	result = NULL;
	memset(&error, 0, sizeof(error));
	rc = schema_check(m->params, p, &error);
	if (!rc)
		rc = m->handle(&n, NULL, p, &result, &error);
	json_free(p);
	cr_assert_eq(rc == 0, result != NULL, "%s", method);
	if (result && schema_check_result(m->result, result, &error))
		cr_assert_fail("%s: its result: %s (%s)", method, error.message, error.field);
	cr_assert_eq(rc != 0, error.number != 0, "%s: %s", method, error.message);
	return result;
}

const char *fake_text(const char *method, const char *params)
{
	const struct json *v = fake_call(method, params);

	cr_assert(v, "%s %s: %s", method, params, error.message);
	free(text);
	text = json_print(v, false);
	return text;
}

void fake_refused(const char *method, const char *params, const char *code, const char *words)
{
	unsigned int before = fake.nr_changes;

	cr_assert_null(fake_call(method, params), "%s %s", method, params);
	cr_assert_str_eq(error.code, code, "%s: %s", params, error.code);
	cr_assert(strstr(error.message, words), "%s", error.message);
	cr_assert_eq(fake.nr_changes, before, "%s %s changed something", method, params);
}
