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
#include "stores.h"
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

/* What it has too much; a pool that was not there goes. */
static void take_away(struct nacred *n, struct store *s, const struct pool *p,
		      const struct json *was)
{
	uint8_t extra[CTRL_CPUPOOL_MAX_CPUS / 8];
	size_t i;

	cpus_of(was, extra);
	for (i = 0; i < sizeof(extra); i++)
		extra[i] = (uint8_t)(p->info.cpus[i] & ~extra[i]);
	cpupool_undo_add(n, p->info.id, extra);
	if (was)
		return;
	ctrl_cpupool_destroy(n->ctrl, p->info.id);
	pool_nodes_remove(s, p->info.id);
}

/* What it lacks, first of all itself. */
static int give_back(struct nacred *n, struct store *s, const struct json *was)
{
	const char *name = json_string(json_get(was, "name"), NULL);
	uint32_t id = (uint32_t)json_int(json_get(was, "id"), 0), sched_id;
	const struct pool *p = pools_by_id(&n->pools, id);
	uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8];
	size_t i;
	int rc = 0;

	cpus_of(was, cpus);
	if (p) {
		for (i = 0; i < sizeof(cpus); i++)
			cpus[i] = (uint8_t)(cpus[i] & ~p->info.cpus[i]);
	} else {
		if (ctrl_sched_by_name(json_string(json_get(was, "sched"), ""), &sched_id))
			return -EINVAL;
		rc = ctrl_cpupool_create(n->ctrl, &id, sched_id);
	}
	if (rc)
		return rc;
	cpupool_undo_remove(n, id, cpus);
	if (name && (!p || !p->name || strcmp(p->name, name) != 0))
		rc = p ? pool_nodes_rename(s, id, name) : pool_nodes_write(s, id, name);
	return rc;
}

int undo_cpupools(struct nacred *n, const struct json *before)
{
	struct rpc_error e;
	struct store *s = stores_get(n, &e);
	size_t i;
	int rc, first = 0;

	if (!s || pools_refresh(n, &e))
		return -EIO;
	/* Backwards: a later pool's CPUs came from an earlier one. */
	for (i = n->pools.nr; i-- > 0;)
		take_away(n, s, &n->pools.list[i], state_of(before, n->pools.list[i].info.id));
	if (pools_refresh(n, &e))
		return -EIO;
	for (i = 0; before && i < before->nr; i++) {
		rc = give_back(n, s, before->items[i]);
		first = first ? first : rc;
	}
	return pools_refresh(n, &e) ? -EIO : first;
}
