/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool.*: over a hypervisor and a xenstore of a few lines. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fake_cpus.h"
#include "revision.h"

TestSuite(cpupool, .init = fake_start, .fini = fake_stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

static void free_up(const char *cpus)
{
	char params[64];

	snprintf(params, sizeof(params), "{\"pool\":\"0\",\"cpus\":%s}", cpus);
	fake_text("cpupool.cpu_remove", params);
	fake.told[0] = '\0';
	fake.nr_changes = 0;
}

static void make(const char *params)
{
	fake_text("cpupool.create", params);
	fake.told[0] = '\0';
	fake.nr_changes = 0;
}

Test(cpupool, lists_what_there_is)
{
	says(fake_text("cpupool.list", "{}"),
	     "\"id\":0,\"name\":\"Pool-0\",\"sched\":\"credit2\",\"cpus\":[0,1,2,3]");
	says(fake_text("cpupool.list", "{}"), "\"nr_domains\":2}],\"free_cpus\":[]");
	says(fake_text("cpupool.get", "{\"pool\":\"Pool-0\"}"), "\"id\":0,");
	says(fake_text("cpupool.get", "{\"pool\":\"0\"}"), "\"name\":\"Pool-0\"");
	fake_refused("cpupool.get", "{\"pool\":\"p1\"}", "cpupool.not_found",
		     "unknown cpupool 'p1'");
	fake_refused("cpupool.get", "{\"pool\":\"1\"}", "cpupool.not_found", "unknown cpupool '1'");
	fake_refused("cpupool.get", "{\"pool\":\"4294967296\"}", "cpupool.not_found", "unknown");
}

Test(cpupool, creates_with_cpus_and_a_name_where_libxl_looks)
{
	const struct json *v;

	free_up("[2,3]");
	v = fake_call("cpupool.create", "{\"name\":\"p1\",\"sched\":\"null\",\"cpus\":[3,2]}");
	cr_assert(v, "%s", fake_error()->message);
	cr_assert_eq(json_int(json_get(v, "id"), -1), 1);
	cr_assert_eq(fake.pools[1].cpus, 0xc);
	cr_assert_eq(fake.pools[1].sched_id, XEN_SCHEDULER_NULL);
	cr_assert_str_eq(fake_node("/local/pool/1/name"), "p1");
	cr_assert_eq(strlen(fake_node("/local/pool/1/uuid")), 36);
	cr_assert_str_eq(fake.told, "cpupool.changed ");
	cr_assert_str_eq(json_string(json_get(fake.last, "change"), ""), "created");
	says(fake_text("cpupool.get", "{\"pool\":\"p1\"}"), "\"sched\":\"null\",\"cpus\":[2,3]");
}

Test(cpupool, creates_with_the_number_that_is_asked_for)
{
	says(fake_text("cpupool.create", "{\"name\":\"p\",\"id\":5,\"dry_run\":true}"),
	     "{\"id\":5,\"name\":\"p\"");
	cr_assert_not(fake.pools[5].there);
	says(fake_text("cpupool.create", "{\"name\":\"p\",\"id\":5}"), "{\"id\":5,\"name\":\"p\"");
	cr_assert(fake.pools[5].there);
	cr_assert_str_eq(fake_node("/local/pool/5/name"), "p");
	fake_refused("cpupool.create", "{\"name\":\"q\",\"id\":5}", "cpupool.exists",
		     "Could not create cpupool: File exists");
	cr_assert_str_eq(fake_error()->field, "id");
	fake_refused("cpupool.create", "{\"name\":\"q\",\"id\":0,\"dry_run\":true}",
		     "cpupool.exists", "File exists");
	fake_refused("cpupool.create", "{\"name\":\"q\",\"id\":-1}", "request.invalid_params",
		     "id");
	fake_refused("cpupool.create", "{\"name\":\"q\",\"id\":4294967295}",
		     "request.invalid_params", "id");
}

Test(cpupool, create_refuses_what_cannot_be)
{
	free_up("[3]");
	make("{\"name\":\"p1\"}");
	fake_refused("cpupool.create", "{\"name\":\"p1\"}", "cpupool.exists",
		     "Pool name \"p1\" already exists");
	fake_refused("cpupool.create", "{\"name\":\"a b\"}", "cpupool.bad_name", "whitespace");
	fake_refused("cpupool.create", "{\"name\":\"a\\u001bb\"}", "cpupool.bad_name", "control");
	fake_refused("cpupool.create", "{\"name\":\"17\"}", "cpupool.bad_name", "digits only");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"cpus\":[3,2]}", "cpupool.cpu_busy",
		     "Error moving cpu 2 to cpupool: No such device");
	says(fake_error()->hint, "Pool-0");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"cpus\":[4]}", "cpupool.no_cpu",
		     "Error moving cpu 4 to cpupool: Invalid argument");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"cpus\":[-1]}", "request.invalid_params",
		     "from 0");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"sched\":\"bogus\"}",
		     "cpupool.no_scheduler", "\"bogus\"");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"sched\":\"credit\"}",
		     "cpupool.no_scheduler", "\"credit\"");
	says(fake_error()->hint, "credit2 and null");
	fake_refused("cpupool.create", "{\"name\":\"p2\",\"sched\":\"rtds\",\"dry_run\":true}",
		     "cpupool.no_scheduler", "\"rtds\"");
}

/* Each step fails once: afterwards everything is as it was. */
Test(cpupool, create_leaves_nothing_when_a_step_fails)
{
	unsigned int at;

	free_up("[2,3]");
	for (at = 1; at <= 4; at++) {
		fake.calls_left = at == 4 ? 0 : at;
		fake.no_store = at == 4;
		cr_assert_null(fake_call("cpupool.create", "{\"name\":\"p1\",\"cpus\":[2,3]}"));
		fake.calls_left = 0;
		cr_assert_not(fake.pools[1].there, "step %u", at);
		says(fake_text("cpupool.list", "{}"), "\"free_cpus\":[2,3]");
		cr_assert_str_empty(fake.told);
	}
}

Test(cpupool, dry_run_changes_nothing_and_tells_what_would)
{
	const char *text;

	free_up("[3]");
	text = fake_text("cpupool.create", "{\"name\":\"p1\",\"cpus\":[3],\"dry_run\":true}");
	says(text, "\"id\":null,\"name\":\"p1\",\"sched\":\"credit2\",\"cpus\":[3]");
	says(text, "{\"path\":\"cpus\",\"from\":null,\"to\":[3]}");
	text = fake_text("cpupool.cpu_add", "{\"pool\":\"0\",\"cpus\":[3],\"dry_run\":true}");
	says(text, "{\"path\":\"cpus\",\"from\":[0,1,2],\"to\":[0,1,2,3]}");
	says(text, "\"dry_run\":true");
	text = fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[1],\"dry_run\":true}");
	says(text, "{\"path\":\"cpus\",\"from\":[0,1,2],\"to\":[0,2]}");
	text = fake_text("cpupool.rename",
			 "{\"pool\":\"0\",\"new_name\":\"zero\",\"dry_run\":true}");
	says(text, "\"from\":\"Pool-0\",\"to\":\"zero\"");
	cr_assert_eq(fake.nr_changes, 0);
	cr_assert_str_empty(fake.told);
}

/* The revision that a dry run promises is the one that the change has. */
Test(cpupool, dry_run_promises_the_revision)
{
	char promised[REVISION_TEXT];
	const struct json *v;

	free_up("[3]");
	v = fake_call("cpupool.cpu_add", "{\"pool\":\"0\",\"cpus\":[3],\"dry_run\":true}");
	snprintf(promised, sizeof(promised), "%s", json_string(json_get(v, "revision"), ""));
	v = fake_call("cpupool.cpu_add", "{\"pool\":\"0\",\"cpus\":[3]}");
	cr_assert_str_eq(json_string(json_get(v, "revision"), ""), promised);
	v = fake_call("cpupool.get", "{\"pool\":\"0\"}");
	cr_assert_str_eq(json_string(json_get(v, "revision"), ""), promised);
}

Test(cpupool, changes_only_the_revision_that_was_seen)
{
	static const char *const methods[][2] = {
		{"cpupool.cpu_add", "\"cpus\":[3]"},
		{"cpupool.cpu_remove", "\"cpus\":[1]"},
		{"cpupool.rename", "\"new_name\":\"zero\""},
		{"cpupool.destroy", "\"dry_run\":false"},
	};
	char params[128], seen[REVISION_TEXT];
	size_t i;

	snprintf(seen, sizeof(seen), "%s",
		 json_string(json_get(fake_call("cpupool.get", "{\"pool\":\"0\"}"), "revision"),
			     ""));
	free_up("[3]"); /* somebody else */
	for (i = 0; i < 4; i++) {
		snprintf(params, sizeof(params), "{\"pool\":\"0\",%s,\"if_revision\":\"%s\"}",
			 methods[i][1], seen);
		fake_refused(methods[i][0], params, "revision.mismatch", "the CPU pool");
	}
	snprintf(seen, sizeof(seen), "%s",
		 json_string(json_get(fake_call("cpupool.get", "{\"pool\":\"0\"}"), "revision"),
			     ""));
	snprintf(params, sizeof(params), "{\"pool\":\"0\",\"cpus\":[3],\"if_revision\":\"%s\"}",
		 seen);
	fake_text("cpupool.cpu_add", params);
}

Test(cpupool, cpus_come_and_go_all_or_none)
{
	free_up("[2,3]");
	make("{\"name\":\"p1\",\"cpus\":[3]}");
	fake_refused("cpupool.cpu_add", "{\"pool\":\"p1\",\"cpus\":[2,0]}", "cpupool.cpu_busy",
		     "Error moving cpu 0 to cpupool: No such device");
	fake_refused("cpupool.cpu_remove", "{\"pool\":\"p1\",\"cpus\":[3,2]}",
		     "cpupool.not_its_cpu",
		     "Error removing cpu 2 from cpupool: Cannot assign requested address");
	fake_refused("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[1,0]}", "cpupool.no_cpu",
		     "Error removing cpu 0 from cpupool: Invalid argument");
	fake_refused("cpupool.cpu_remove", "{\"pool\":\"p1\",\"cpus\":[9]}", "cpupool.no_cpu",
		     "Invalid argument");
	fake_text("cpupool.cpu_add", "{\"pool\":\"p1\",\"cpus\":[2]}");
	cr_assert_eq(fake.pools[1].cpus, 0xc);
	cr_assert_str_eq(fake.told, "cpupool.changed ");
	/* A CPU that goes wrong after the first: the first comes back. */
	fake.calls_left = 2;
	cr_assert_null(fake_call("cpupool.cpu_remove", "{\"pool\":\"p1\",\"cpus\":[2,3]}"));
	cr_assert_eq(fake.pools[1].cpus, 0xc);
}

Test(cpupool, keeps_a_cpu_for_its_domains)
{
	free_up("[2,3]");
	make("{\"name\":\"p1\",\"cpus\":[2,3]}");
	fake_text("cpupool.move_domain", "{\"domain\":1,\"pool\":\"p1\"}");
	fake_refused("cpupool.cpu_remove", "{\"pool\":\"p1\",\"cpus\":[2,3]}", "cpupool.last_cpu",
		     "Error removing cpu 3 from cpupool: Device or resource busy");
	fake_refused("cpupool.destroy", "{\"pool\":\"p1\"}", "cpupool.has_domains", "has 1 domain");
	fake_refused("cpupool.destroy", "{\"pool\":\"0\"}", "cpupool.has_domains", "has 1 domain");
	fake_text("cpupool.move_domain", "{\"domain\":1,\"pool\":\"Pool-0\"}");
	fake_text("cpupool.cpu_remove", "{\"pool\":\"p1\",\"cpus\":[2,3]}");
}

Test(cpupool, destroy_gives_its_cpus_back)
{
	const struct json *v;

	free_up("[2,3]");
	make("{\"name\":\"p1\",\"cpus\":[2,3]}");
	/* The second CPU does not go: the first comes back, the pool stays. */
	fake.calls_left = 2;
	cr_assert_null(fake_call("cpupool.destroy", "{\"pool\":\"p1\"}"));
	cr_assert(fake.pools[1].there && fake.pools[1].cpus == 0xc);
	fake.calls_left = 3;
	cr_assert_null(fake_call("cpupool.destroy", "{\"pool\":\"p1\"}"));
	cr_assert(fake.pools[1].there && fake.pools[1].cpus == 0xc);
	v = fake_call("cpupool.destroy", "{\"pool\":\"p1\"}");
	cr_assert(v, "%s", fake_error()->message);
	cr_assert_not(fake.pools[1].there);
	cr_assert_null(fake_node("/local/pool/1/name"));
	cr_assert_str_eq(json_string(json_get(fake.last, "change"), ""), "destroyed");
	says(fake_text("cpupool.list", "{}"), "\"free_cpus\":[2,3]");
}

Test(cpupool, rename_keeps_names_apart)
{
	make("{\"name\":\"p1\"}");
	make("{\"name\":\"p2\"}");
	fake_refused("cpupool.rename", "{\"pool\":\"p1\",\"new_name\":\"p2\"}", "cpupool.exists",
		     "Pool name \"p2\" already exists");
	fake_refused("cpupool.rename", "{\"pool\":\"p1\",\"new_name\":\"2\"}", "cpupool.bad_name",
		     "digits");
	fake_text("cpupool.rename", "{\"pool\":\"p1\",\"new_name\":\"p1\"}");
	cr_assert_str_empty(fake.told);
	fake_text("cpupool.rename", "{\"pool\":\"1\",\"new_name\":\"fast\"}");
	cr_assert_str_eq(fake_node("/local/pool/1/name"), "fast");
	cr_assert_str_eq(fake.told, "cpupool.changed ");
}

Test(cpupool, tells_what_others_did)
{
	struct rpc_error e;

	fake.pools[0].cpus = 7;
	fake.pools[5] = (struct fake_pool){true, XEN_SCHEDULER_NULL, 8};
	cr_assert_eq(pools_refresh(&n, &e), 0);
	cr_assert_str_eq(fake.told, "cpupool.changed cpupool.changed ");
	says(fake_text("cpupool.get", "{\"pool\":\"5\"}"), "\"name\":null");
	fake_set_node("/local/pool/5/name", "theirs");
	cr_assert_eq(pools_refresh(&n, &e), 0);
	cr_assert_str_eq(json_string(json_get(fake.last, "name"), ""), "theirs");
	says(fake_text("cpupool.get", "{\"pool\":\"theirs\"}"), "\"id\":5");
	/* While xenstored is away the names that were known stay. */
	n.store = NULL;
	fake.told[0] = '\0';
	says(fake_text("cpupool.get", "{\"pool\":\"theirs\"}"), "\"id\":5");
	cr_assert_str_empty(fake.told);
	fake_refused("cpupool.create", "{\"name\":\"p1\"}", "xenstore.unreachable", "xenstored");
}

/* --- domains ------------------------------------------------------------------------ */

Test(cpupool, moves_domains_and_what_they_are_pinned_to)
{
	const char *text;

	free_up("[2,3]");
	make("{\"name\":\"p1\",\"cpus\":[2,3]}");
	make("{\"name\":\"empty\"}");
	fake.domains[1].hard[0] = 3;
	fake.domains[1].soft[1] = 4;
	text = fake_text("cpupool.move_domain",
			 "{\"domain\":\"web\",\"pool\":\"p1\",\"dry_run\":true}");
	says(text, "{\"path\":\"cpupool\",\"from\":\"Pool-0\",\"to\":\"p1\"}");
	says(text, "{\"path\":\"vcpus.0.hard\",\"from\":[0,1],\"to\":\"all\"}");
	says(text, "{\"path\":\"vcpus.1.soft\",\"from\":[2],\"to\":\"all\"}");
	cr_assert_eq(fake.domains[1].pool, 0);
	says(fake_text("cpupool.move_domain", "{\"domain\":\"web\",\"pool\":\"p1\"}"),
	     "{\"path\":\"vcpus.0.hard\",\"from\":[0,1],\"to\":\"all\"}");
	cr_assert_eq(fake.domains[1].pool, 1);
	cr_assert_str_eq(fake.told, "vcpu.changed ");
	says(fake_text("domain.list", "{}"), "\"cpupool\":\"p1\"");
	fake_refused("cpupool.move_domain", "{\"domain\":1,\"pool\":\"empty\"}", "cpupool.no_cpus",
		     "Domain 1:Error moving domain to cpupool");
	fake_refused("cpupool.move_domain", "{\"domain\":1,\"pool\":\"p9\"}", "cpupool.not_found",
		     "unknown cpupool 'p9'");
	fake_refused("cpupool.move_domain", "{\"domain\":0,\"pool\":\"p1\"}", "domain.is_dom0",
		     "Error moving domain to cpupool");
	fake_refused("cpupool.move_domain", "{\"domain\":3,\"pool\":\"p1\"}", "domain.not_found",
		     "no domain");
	fake.domains[1].dying = true;
	fake_refused("cpupool.move_domain", "{\"domain\":1,\"pool\":\"0\"}", "domain.dying",
		     "being destroyed");
}

/* --- memory nodes ------------------------------------------------------------------- */

static void two_nodes(void)
{
	fake.node_of[2] = fake.node_of[3] = 1;
}

Test(cpupool, splits_by_memory_node)
{
	const char *text;

	two_nodes();
	fake.domains[0].nr_vcpus = 4;
	text = fake_text("cpupool.numa_split", "{\"dry_run\":true}");
	says(text, "{\"path\":\"0.name\",\"from\":\"Pool-0\",\"to\":\"Pool-node0\"}");
	says(text, "{\"path\":\"0.cpus\",\"from\":[0,1,2,3],\"to\":[0,1]}");
	cr_assert_eq(fake.nr_changes, 0);
	fake_text("cpupool.numa_split", "{}");
	cr_assert(fake.pools[0].cpus == 3 && fake.pools[1].cpus == 0xc);
	cr_assert_str_eq(fake_node("/local/pool/0/name"), "Pool-node0");
	cr_assert_str_eq(fake_node("/local/pool/1/name"), "Pool-node1");
	cr_assert_str_eq(fake.told, "cpupool.changed cpupool.changed ");
	/* Domain 0 is asked to do with what its pool has. */
	cr_assert_str_eq(fake_node("/local/domain/0/cpu/1/availability"), "online");
	cr_assert_str_eq(fake_node("/local/domain/0/cpu/2/availability"), "offline");
	fake_refused("cpupool.numa_split", "{}", "cpupool.in_use",
		     "splitting not possible, already cpupools in use");
}

Test(cpupool, split_takes_up_free_cpus_of_its_node)
{
	two_nodes();
	free_up("[1,3]");
	fake_text("cpupool.numa_split", "{}");
	cr_assert(fake.pools[0].cpus == 3 && fake.pools[1].cpus == 0xc);
}

Test(cpupool, split_of_one_node_is_a_new_name)
{
	fake_text("cpupool.numa_split", "{}");
	cr_assert_eq(fake.pools[0].cpus, 0xf);
	cr_assert_str_eq(fake_node("/local/pool/0/name"), "Pool-node0");
	/* As in Xen it may be repeated. */
	says(fake_text("cpupool.numa_split", "{}"), "\"changes\":[]");
}

Test(cpupool, split_leaves_everything_when_a_step_fails)
{
	unsigned int at;

	two_nodes();
	free_up("[1]");
	for (at = 1; at <= 6; at++) {
		fake.calls_left = at;
		cr_assert_null(fake_call("cpupool.numa_split", "{}"), "step %u", at);
		cr_assert_eq(fake.calls_left, 0);
		cr_assert_eq(fake.pools[0].cpus, 0xd, "step %u: %x", at, fake.pools[0].cpus);
		cr_assert_not(fake.pools[1].there, "step %u", at);
		cr_assert_str_eq(fake_node("/local/pool/0/name"), "Pool-0", "step %u", at);
		cr_assert_null(fake_node("/local/pool/1/name"), "step %u", at);
	}
	fake_text("cpupool.numa_split", "{}");
}

Test(cpupool, split_heeds_the_revision)
{
	char params[64], seen[REVISION_TEXT];
	const struct json *v = fake_call("cpupool.list", "{}");

	snprintf(seen, sizeof(seen), "%s", json_string(json_get(v, "revision"), ""));
	free_up("[3]");
	snprintf(params, sizeof(params), "{\"if_revision\":\"%s\"}", seen);
	fake_refused("cpupool.numa_split", params, "revision.mismatch", "the list of CPU pools");
}
