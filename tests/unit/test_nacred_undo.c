/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What a nacred that was killed within a change left, taken back by the next one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/cpupool.h"
#include "fake_cpus.h"
#include "methods/cpupool.h"
#include "pools.h"
#include "undo.h"

TestSuite(undo, .init = fake_start, .fini = fake_stop);

static void path_of(char path[NACRED_PATH_MAX + 32], const char *name)
{
	snprintf(path, NACRED_PATH_MAX + 32, "%s/%s", n.statedir, name);
}

static bool file_there(void)
{
	char path[NACRED_PATH_MAX + 32];

	path_of(path, UNDO_FILE);
	return access(path, F_OK) == 0;
}

/* Steps of a change: the file is kept for later. */
static int keep_file(struct nacred *nacred, void *arg, struct rpc_error *e)
{
	char path[NACRED_PATH_MAX + 32], kept[NACRED_PATH_MAX + 32];

	path_of(path, UNDO_FILE);
	path_of(kept, "kept");
	cr_assert_eq(link(path, kept), 0);
	return 0;
}

/* From here on it is as if the daemon had been killed within that change. */
static void begin(enum undo_kind kind, struct json *before)
{
	char path[NACRED_PATH_MAX + 32], kept[NACRED_PATH_MAX + 32];
	struct rpc_error e;

	cr_assert_eq(undo_run(&n, kind, before, keep_file, NULL, &e), 0, "%s", e.message);
	cr_assert_not(file_there());
	path_of(path, UNDO_FILE);
	path_of(kept, "kept");
	cr_assert_eq(rename(kept, path), 0);
	n.undone = false;
}

static void begin_pools(void)
{
	struct rpc_error e;

	cr_assert_eq(pools_refresh(&n, &e), 0);
	begin(UNDO_CPUPOOLS, pools_state(&n.pools));
}

static void recover(void)
{
	undo_recover(&n);
	cr_assert(n.undone);
	cr_assert_not(file_there());
}

Test(undo, nothing_left_is_nothing_to_do)
{
	recover();
	cr_assert_eq(fake.nr_changes, 0);
}

Test(undo, half_made_pool_goes)
{
	uint32_t id = CTRL_CPUPOOL_ANY;

	fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[2,3]}");
	begin_pools();
	cr_assert_eq(ctrl_cpupool_create(n.ctrl, &id, XEN_SCHEDULER_NULL), 0);
	cr_assert_eq(ctrl_cpupool_add_cpu(n.ctrl, id, 3), 0);
	recover();
	cr_assert_not(fake.pools[id].there);
	cr_assert_eq(fake.pools[0].cpus, 0x3);
}

Test(undo, half_destroyed_pool_comes_back)
{
	fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[2,3]}");
	fake_text("cpupool.create", "{\"name\":\"p\",\"sched\":\"null\",\"cpus\":[2,3]}");
	begin_pools();
	cr_assert_eq(ctrl_cpupool_remove_cpu(n.ctrl, 1, 2), 0);
	cr_assert_eq(ctrl_cpupool_remove_cpu(n.ctrl, 1, 3), 0);
	cr_assert_eq(ctrl_cpupool_destroy(n.ctrl, 1), 0);
	recover();
	cr_assert(fake.pools[1].there);
	cr_assert_eq(fake.pools[1].cpus, 0xc);
	cr_assert_eq(fake.pools[1].sched_id, XEN_SCHEDULER_NULL);
	cr_assert_str_eq(fake_node("/local/pool/1/name"), "p");
}

Test(undo, half_split_pool_is_whole)
{
	uint32_t id = CTRL_CPUPOOL_ANY;

	begin_pools();
	cr_assert_eq(pool_nodes_rename(n.store, 0, "Pool-node0"), 0);
	cr_assert_eq(ctrl_cpupool_remove_cpu(n.ctrl, 0, 3), 0);
	cr_assert_eq(ctrl_cpupool_create(n.ctrl, &id, XEN_SCHEDULER_CREDIT2), 0);
	cr_assert_eq(ctrl_cpupool_add_cpu(n.ctrl, id, 3), 0);
	cr_assert_eq(pool_nodes_write(n.store, id, "Pool-node1"), 0);
	recover();
	cr_assert_eq(fake.pools[0].cpus, 0xf);
	cr_assert_str_eq(fake_node("/local/pool/0/name"), "Pool-0");
	cr_assert_not(fake.pools[id].there);
}

Test(undo, half_moved_domain_is_where_it_was)
{
	struct json *before, *vcpus, *one;
	unsigned int i;

	fake_text("domain.vcpus", "{}");
	before = json_new_object();
	vcpus = json_new_object();
	for (i = 0; i < 2; i++) {
		one = json_new_object();
		json_set_string(one, "hard", "all");
		json_set_string(one, "soft", "all");
		json_set(vcpus, i ? "1" : "0", one);
	}
	json_set_string(before, "uuid", n.model.domains[1]->uuid);
	json_set(before, "vcpus", vcpus);
	begin(UNDO_AFFINITY, before);
	fake.domains[1].hard[0] = 0x1;
	recover();
	cr_assert_eq(fake.domains[1].hard[0], 0xff);
	cr_assert_eq(fake.domains[1].hard[1], 0xff);
}

Test(undo, unreadable_file_is_put_away)
{
	char path[NACRED_PATH_MAX + 32];
	FILE *f;

	path_of(path, UNDO_FILE);
	f = fopen(path, "w");
	cr_assert(f);
	fputs("{\"what\":\"cpup", f);
	fclose(f);
	recover();
	cr_assert_eq(fake.nr_changes, 0);
	strcat(path, ".broken");
	cr_assert_eq(unlink(path), 0);
}

/* A state without Pool-0 would take every CPU from every pool. */
Test(undo, what_nobody_wrote_is_kept_aside)
{
	static const char *const texts[] = {"{\"what\":\"cpupools\",\"before\":{}}",
					    "{\"what\":\"cpupools\"}",
					    "{\"what\":\"cpupools\",\"before\":[1]}",
					    "{\"what\":\"moon\",\"before\":{}}",
					    "{}",
					    "[]"};
	char path[NACRED_PATH_MAX + 32];
	size_t i;
	FILE *f;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(path, sizeof(path), "%s/" UNDO_FILE, n.statedir);
		f = fopen(path, "w");
		cr_assert(f);
		fputs(texts[i], f);
		fclose(f);
		n.undone = false;
		recover();
		cr_assert_eq(fake.nr_changes, 0, "%s", texts[i]);
		strcat(path, ".broken");
		cr_assert_eq(unlink(path), 0, "%s", texts[i]);
	}
}

/* Steps of a change: xenstored goes, and the change cannot be completed. */
static int lose_store(struct nacred *nacred, void *arg, struct rpc_error *e)
{
	uint32_t id = CTRL_CPUPOOL_ANY;

	undo_recover(nacred);
	cr_assert(file_there(), "a change that is under way was taken back");
	cr_assert_eq(ctrl_cpupool_create(nacred->ctrl, &id, XEN_SCHEDULER_NULL), 0);
	cr_assert_eq(pool_nodes_write(nacred->store, id, "p"), 0);
	nacred->store = NULL;
	return fail(e, XL_FAIL, "xenstore.refused", "no");
}

Test(undo, waits_for_xenstored)
{
	struct store *store = n.store;
	struct rpc_error e;

	recover();
	cr_assert_eq(pools_refresh(&n, &e), 0);
	cr_assert_eq(cpupool_change(&n, lose_store, NULL, &e), -1);
	cr_assert_str_eq(e.message, "no");
	cr_assert(file_there());

	/* Nor does another change begin, whose file would take the place of that one. */
	cr_assert_eq(cpupool_change(&n, keep_file, NULL, &e), -1);
	cr_assert_str_eq(e.code, "xenstore.unreachable");

	n.store = store;
	recover();
	cr_assert_not(fake.pools[1].there);
	cr_assert_null(fake_node("/local/pool/1/name"));
	cr_assert_eq(cpupool_change(&n, keep_file, NULL, &e), 0);
}
