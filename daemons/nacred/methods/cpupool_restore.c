/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The CPU pools as they were before a change that was not finished. */
#include "cpupool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sched.h"
#include "nacred.h"
#include "undo.h"

/* Bits of member "cpus" of a pool's state; none for NULL. */
static void cpus_of(const struct json *state, uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8])
{
	const struct json *list = json_get(state, "cpus");
	size_t i;

	memset(cpus, 0, CTRL_CPUPOOL_MAX_CPUS / 8);
	for (i = 0; list && i < list->nr; i++) {
		int64_t cpu = json_int(list->items[i], -1);

		if (cpu >= 0 && cpu < CTRL_CPUPOOL_MAX_CPUS)
			cpus[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
	}
}

static const struct json *state_of(const struct json *before, uint32_t id)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", id);
	return json_get(before, key);
}

static void take_cpus(struct nacred *n, uint32_t pool, const uint8_t *cpus)
{
	uint32_t cpu;

	for (cpu = 0; cpu < CTRL_CPUPOOL_MAX_CPUS; cpu++)
		if (cpus[cpu / 8] >> (cpu % 8) & 1)
			ctrl_cpupool_remove_cpu(n->ctrl, pool, cpu);
}

/* What it has too much; a pool that was not there goes. */
static int take_away(struct nacred *n, const struct pool *p, const struct json *was)
{
	uint8_t extra[CTRL_CPUPOOL_MAX_CPUS / 8];
	size_t i;
	int rc;

	cpus_of(was, extra);
	for (i = 0; i < sizeof(extra); i++)
		extra[i] = (uint8_t)(p->info.cpus[i] & ~extra[i]);
	take_cpus(n, p->info.id, extra);
	if (was)
		return 0;
	ctrl_cpupool_destroy(n->ctrl, p->info.id);
	rc = pool_nodes_remove(n->store, p->info.id);
	return rc == -ENOENT ? 0 : rc;
}

/* What it lacks, first of all itself. */
static int give_back(struct nacred *n, const struct pools *now, const struct json *was)
{
	const char *name = json_string(json_get(was, "name"), NULL);
	uint32_t id = (uint32_t)json_int(json_get(was, "id"), 0), sched_id, cpu;
	const struct pool *p = pools_by_id(now, id);
	uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8];
	int rc = 0;

	cpus_of(was, cpus);
	if (!p) {
		if (ctrl_sched_by_name(json_string(json_get(was, "sched"), ""), &sched_id))
			return -EINVAL;
		rc = ctrl_cpupool_create(n->ctrl, &id, sched_id);
	}
	if (rc)
		return rc;
	for (cpu = 0; cpu < CTRL_CPUPOOL_MAX_CPUS; cpu++)
		if (cpus[cpu / 8] >> (cpu % 8) & 1 && !(p && pool_has_cpu(p, cpu)))
			ctrl_cpupool_add_cpu(n->ctrl, id, cpu);
	if (name && (!p || !p->name || strcmp(p->name, name) != 0))
		rc = p ? pool_nodes_rename(n->store, id, name)
		       : pool_nodes_write(n->store, id, name);
	return rc;
}

/* Nobody is told of what was there for a moment: n->pools is read anew at the end. */
int undo_cpupools(struct nacred *n, const struct json *before)
{
	struct rpc_error e;
	struct pools now;
	size_t i;
	int rc, first = n->store ? pools_read(&now, n->ctrl, n->store, NULL) : -ENOTCONN;

	if (first)
		return first;
	/* What knows no Pool-0 was not written by us. */
	if (!state_of(before, 0)) {
		pools_free(&now);
		return -EINVAL;
	}
	/* Backwards: a later pool's CPUs came from an earlier one. */
	for (i = now.nr; i-- > 0;) {
		rc = take_away(n, &now.list[i], state_of(before, now.list[i].info.id));
		first = first ? first : rc;
	}
	for (i = 0; before && i < before->nr; i++) {
		rc = give_back(n, &now, before->items[i]);
		first = first ? first : rc;
	}
	pools_free(&now);
	return pools_refresh(n, &e) ? -EIO : first;
}
