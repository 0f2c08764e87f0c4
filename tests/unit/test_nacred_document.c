/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* config.save, and what config.load finds missing: over a hypervisor of a few lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/sched.h"
#include "fake_cpus.h"
#include "patches.h"

#define UUID_ONE "11111111-2222-3333-4444-555555555555"

static uint32_t ratelimit[8];
static struct patches patches;

int __wrap_ctrl_sched_pool_op(struct ctrl *c, struct xen_sysctl_scheduler_op *op)
{
	if (op->sched_id != fake.pools[op->cpupool_id].sched_id)
		return -EINVAL;
	if (op->cmd == XEN_SYSCTL_SCHEDOP_getinfo)
		op->u.sched_credit2.ratelimit_us = ratelimit[op->cpupool_id];
	else
		ratelimit[op->cpupool_id] = op->u.sched_credit2.ratelimit_us;
	return 0;
}

static void start(void)
{
	fake_start();
	ratelimit[0] = 1000;
	patches.store.wanted = json_new_array();
	n.patches = &patches;
}

static void stop(void)
{
	json_free(patches.store.wanted);
	patches.store.wanted = NULL;
	n.patches = NULL;
	fake_stop();
}

TestSuite(document, .init = start, .fini = stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

/* The steps of a dry run, which must change nothing. */
static const char *steps(const char *document)
{
	unsigned int before = fake.nr_changes;
	static char params[4096];
	const char *text;

	snprintf(params, sizeof(params), "{\"dry_run\":true,\"config\":%s}", document);
	text = fake_text("config.load", params);
	cr_assert_eq(fake.nr_changes, before);
	return text;
}

static void refused(const char *document, const char *code, const char *field)
{
	static char params[4096];

	snprintf(params, sizeof(params), "{\"config\":%s}", document);
	fake_refused("config.load", params, code, "");
	cr_assert_str_eq(fake_error()->field, field, "%s: %s", document, fake_error()->field);
}

Test(document, says_what_was_set_and_what_it_leaves_out)
{
	const char *text;

	fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[2,3]}");
	fake_text("cpupool.create", "{\"name\":\"fast\",\"sched\":\"null\",\"cpus\":[3]}");
	text = fake_text("config.save", "{}");
	says(text,
	     "{\"config\":{\"format\":1,\"cpupools\":[{\"name\":\"Pool-0\",\"sched\":\"credit2\","
	     "\"cpus\":[0,1],\"ratelimit_us\":1000},{\"name\":\"fast\",\"sched\":\"null\","
	     "\"cpus\":[3],\"ratelimit_us\":null}],");
	says(text, "\"patch_policy\":{\"allow_unsigned\":false,\"wanted\":[]},\"domains\":[]}");
	says(text, "{\"what\":\"domain 1");
	says(text, "\"why\":\"nacred did not make it\"");
}

/* What was saved is missing nowhere, so that loading again does nothing. */
Test(document, finds_nothing_missing_where_it_was_saved)
{
	char *document;

	fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[3]}");
	fake_text("cpupool.create", "{\"name\":\"fast\",\"cpus\":[3]}");
	document = json_print(json_get(fake_call("config.save", "{}"), "config"), false);
	says(steps(document), "{\"steps\":[],\"dry_run\":true}");
	free(document);
}

Test(document, gives_cpus_up_before_it_takes_them)
{
	says(steps("{\"format\":1,\"cpupools\":["
		   "{\"name\":\"fast\",\"sched\":\"null\",\"cpus\":[3]},"
		   "{\"name\":\"Rest\",\"sched\":\"credit2\",\"cpus\":[0,1,2],\"ratelimit_us\":500}"
		   "]}"),
	     "\"steps\":[{\"method\":\"cpupool.rename\",\"subject\":\"Rest\"},"
	     "{\"method\":\"cpupool.cpu_remove\",\"subject\":\"Rest\"},"
	     "{\"method\":\"cpupool.create\",\"subject\":\"fast\"},"
	     "{\"method\":\"sched.params.set\",\"subject\":\"Rest\"}]");
	says(steps("{\"format\":1,\"patch_policy\":{\"allow_unsigned\":true,\"wanted\":[]}}"),
	     "\"steps\":[{\"method\":\"patch.policy.set\",\"subject\":\"\"}]");
	says(steps("{\"format\":1}"), "\"steps\":[]");
}

#define POOL_0	    "{\"name\":\"Pool-0\",\"sched\":\"credit2\",\"cpus\":[0]}"
#define POOLS(more) "{\"format\":1,\"cpupools\":[" POOL_0 "," more "]}"

Test(document, refuses_pools_that_cannot_be)
{
	refused("{\"format\":1,\"cpupools\":[{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[1]}]}",
		"config.conflict", "config.cpupools[0].cpus");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[4]}"), "config.conflict",
		"config.cpupools[1].cpus");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[0]}"), "config.conflict",
		"config.cpupools[1].sched");
	refused(POOLS("{\"name\":\"Pool-0\",\"sched\":\"null\",\"cpus\":[1]}"), "config.conflict",
		"config.cpupools[1].name");
	refused(POOLS("{\"name\":\"7\",\"sched\":\"null\",\"cpus\":[1]}"), "cpupool.bad_name",
		"config.cpupools[1].name");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"best\",\"cpus\":[1]}"), "cpupool.no_scheduler",
		"config.cpupools[1].sched");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[1],\"ratelimit_us\":500}"),
		"sched.unknown_parameter", "config.cpupools[1].ratelimit_us");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"credit2\",\"cpus\":[1],\"ratelimit_us\":7}"),
		"sched.ratelimit_out_of_range", "config.cpupools[1].ratelimit_us");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[-1]}"),
		"request.invalid_params", "config.cpupools[1].cpus");
	/* A pool that others made and the document does not have keeps its CPUs. */
	fake_text("cpupool.cpu_remove", "{\"pool\":\"0\",\"cpus\":[3]}");
	fake_text("cpupool.create", "{\"name\":\"theirs\",\"cpus\":[3]}");
	refused(POOLS("{\"name\":\"a\",\"sched\":\"null\",\"cpus\":[3]}"), "config.conflict",
		"config.cpupools[1].cpus");
	/* Nor does one with domains lose all of them. */
	fake.domains[1].pool = 1;
	refused(POOLS("{\"name\":\"theirs\",\"sched\":\"credit2\",\"cpus\":[2]}"),
		"config.conflict", "config.cpupools[1].cpus");
}

#define CONFIG(name, uuid, more)                                                                   \
	"{\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"" name "\"" uuid more                \
	"},\"b_info\":{\"kernel\":\"/k\",\"max_memkb\":8192}}}"
#define UUID	      ",\"uuid\":\"" UUID_ONE "\""
#define DOMAINS(list) "{\"format\":1,\"domains\":[" list "]}"

Test(document, refuses_domains_that_cannot_be)
{
	refused(DOMAINS(CONFIG("a", "", "")), "config.conflict",
		"config.domains[0].config.c_info.uuid");
	refused(DOMAINS(CONFIG("a b", UUID, "")), "domain.bad_name",
		"config.domains[0].config.c_info.name");
	refused(DOMAINS(CONFIG("a", UUID, "") "," CONFIG("b", UUID, "")), "config.conflict",
		"config.domains[1].config.c_info.uuid");
	refused(DOMAINS(CONFIG("a", UUID, ",\"pool_name\":\"fast\"")), "cpupool.not_found",
		"config.domains[0].config.c_info.pool_name");
	/* The pool may come with the domain. */
	says(steps("{\"format\":1,\"cpupools\":[{\"name\":\"Pool-0\",\"sched\":\"credit2\","
		   "\"cpus\":[0]},{\"name\":\"fast\",\"sched\":\"null\",\"cpus\":[1]}],"
		   "\"domains\":[" CONFIG("a", UUID, ",\"pool_name\":\"fast\"") "]}"),
	     "{\"method\":\"domain.create\",\"subject\":\"a\"}]");
}

Test(document, refuses_what_is_no_document)
{
	static const char *const bad[] = {
		"{\"config\":{}}",
		"{\"config\":[]}",
		"{\"config\":{\"format\":\"1\"}}",
		"{\"config\":{\"format\":1,\"pools\":[]}}",
		"{\"config\":{\"format\":1,\"cpupools\":{}}}",
		"{\"config\":{\"format\":1,\"cpupools\":[{\"name\":\"a\"}]}}",
		"{\"config\":{\"format\":1,\"patch_policy\":{\"wanted\":[]}}}",
		"{\"config\":{\"format\":1,\"domains\":[{}]}}",
		"{\"config\":{\"format\":1,\"domains\":[{\"config\":1}]}}",
		"{}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_null(fake_call("config.load", bad[i]), "%s", bad[i]);
		cr_assert(strncmp(fake_error()->code, "request.", 8) == 0, "%s: %s", bad[i],
			  fake_error()->code);
	}
	refused("{\"format\":2}", "config.format", "config.format");
	refused("{\"format\":1,\"patch_policy\":{\"allow_unsigned\":false,\"wanted\":[\"p\"]}}",
		"patch.not_found", "config.patch_policy.wanted");
	cr_assert_null(n.load);
}
