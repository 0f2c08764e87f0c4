/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Every state of a payload with every action, as a table; plans and their reasons. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nacred.h"
#include "patch_daemon.h"

TestSuite(patch_states, .init = patch_daemon_start, .fini = patch_daemon_stop);

/* Payloads "a" on the hypervisor, "b" on a, "c" on b, "lone" on what nobody has, "other" on
 * the hypervisor too. */
static void make_all(void)
{
	patch_make_plain("a", 1, PATCH_BUILD);
	patch_make_plain("b", 2, 1);
	patch_make_plain("c", 3, 2);
	patch_make_plain("lone", 4, 99);
	patch_make_plain("other", 5, PATCH_BUILD);
	patch_upload_file("a", "");
	patch_upload_file("b", "");
	patch_upload_file("c", "");
	patch_upload_file("lone", "");
	patch_upload_file("other", "");
	cr_assert_eq(fake_patches.nr, 5);
}

static void apply(const char *name)
{
	patch_act("apply", name, "");
	patch_says("\"job\"");
}

/* As after a restart of the hypervisor: all are only in the store. */
static void forget(void)
{
	fake_patches.nr = fake_patches.depth = 0;
}

static void nothing(void)
{
}

static void apply_a(void)
{
	apply("a");
}

static void apply_both(void)
{
	apply("a");
	apply("b");
}

static void replaced(void)
{
	apply("other");
	patch_act("replace", "a", "");
	patch_says("\"job\"");
}

#define OK NULL

static const struct {
	void (*prepare)(void);
	const char *name;
	const char *apply, *revert, *replace, *unload; /* error codes */
	const char *after_apply;		       /* what is applied if that is possible */
} rows[] = {
	/* not there */
	{nothing, "nobody", "patch.not_found", "patch.not_found", "patch.not_found",
	 "patch.not_found", ""},
	/* checked, nothing applied */
	{nothing, "a", OK, "patch.state", OK, OK, "a"},
	{nothing, "b", "patch.dependency", "patch.state", "patch.dependency", OK, ""},
	{nothing, "lone", "patch.dependency", "patch.state", "patch.dependency", OK, ""},
	/* stored */
	{forget, "a", OK, "patch.state", OK, OK, "a"},
	{forget, "b", "patch.dependency", "patch.state", "patch.dependency", OK, ""},
	/* applied, on top */
	{apply_a, "a", "patch.state", OK, "patch.state", "patch.state", "a"},
	/* checked, others applied */
	{apply_a, "b", OK, "patch.state", "patch.dependency", OK, "a b"},
	{apply_a, "c", "patch.dependency", "patch.state", "patch.dependency", OK, "a"},
	{apply_a, "other", "patch.dependency", "patch.state", OK, OK, "a"},
	/* applied, not on top */
	{apply_both, "a", "patch.state", "patch.not_last", "patch.state", "patch.state", "a b"},
	{apply_both, "b", "patch.state", OK, "patch.state", "patch.state", "a b"},
	{apply_both, "c", OK, "patch.state", "patch.dependency", OK, "a b c"},
	/* reverted by a replacement */
	{replaced, "other", "patch.dependency", "patch.state", OK, OK, "a"},
	{replaced, "a", "patch.state", OK, "patch.state", "patch.state", "a"},
};

static void check(size_t row, const char *action, const char *wanted)
{
	char before[512];

	make_all();
	rows[row].prepare();
	snprintf(before, sizeof(before), "%s", patch_applied());
	/* A dry run says the same and changes nothing. */
	patch_act(action, rows[row].name, ",\"dry_run\":true");
	patch_says(wanted ? wanted : "\"dry_run\":true");
	cr_assert_str_eq(patch_applied(), before);
	patch_act(action, rows[row].name, "");
	patch_says(wanted ? wanted : "\"dry_run\":false");
	if (wanted)
		cr_assert_str_eq(patch_applied(), before, "row %zu, %s", row, action);
	else if (strcmp(action, "apply") == 0)
		cr_assert_str_eq(patch_applied(), rows[row].after_apply);
	patch_daemon_stop();
	patch_daemon_start();
}

Test(patch_states, table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(i, "apply", rows[i].apply);
		check(i, "revert", rows[i].revert);
		check(i, "replace", rows[i].replace);
		check(i, "unload", rows[i].unload);
	}
}

Test(patch_states, dry_runs_tell_the_changes)
{
	make_all();
	apply("a");
	patch_act("apply", "b", ",\"dry_run\":true");
	patch_says("{\"path\":\"payloads.b\",\"from\":\"checked\",\"to\":\"applied\"}");
	patch_says("{\"path\":\"applied\",\"from\":[\"a\"],\"to\":[\"a\",\"b\"]}");
	patch_says("{\"path\":\"policy.wanted\",\"from\":[\"a\"],\"to\":[\"a\",\"b\"]}");
	patch_act("replace", "other", ",\"dry_run\":true,\"once\":true");
	patch_says("{\"path\":\"payloads.a\",\"from\":\"applied\",\"to\":\"checked\"}");
	patch_lacks("policy.wanted");
}

Test(patch_states, plans)
{
	make_all();
	patch_call("patch.plan", "{\"name\":\"c\"}");
	patch_says("\"possible\":true,\"steps\":[{\"action\":\"apply\",\"name\":\"a\"},"
		   "{\"action\":\"apply\",\"name\":\"b\"},{\"action\":\"apply\",\"name\":\"c\"}]");
	patch_says("\"applied\":[\"a\",\"b\",\"c\"]");
	patch_call("patch.plan", "{\"name\":\"b\",\"whole\":false}");
	patch_says("\"possible\":false");
	patch_says("b lies on a, which is not applied");
	patch_says("\"depends_on\":\"a\",\"needed_by\":[\"c\"]");
	patch_call("patch.plan", "{\"name\":\"lone\"}");
	patch_says("which is not here");
	patch_says("\"depends_on\":null");
	patch_call("patch.plan", "{\"name\":\"a\"}");
	patch_says("\"depends_on\":\"\",\"needed_by\":[\"b\"]");
	apply("a");
	apply("b");
	patch_call("patch.plan", "{\"name\":\"other\"}");
	patch_says("other lies on the hypervisor itself, but b is applied");
	patch_call("patch.plan", "{\"name\":\"a\",\"action\":\"revert\"}");
	patch_says("\"steps\":[{\"action\":\"revert\",\"name\":\"b\"},"
		   "{\"action\":\"revert\",\"name\":\"a\"}]");
	patch_call("patch.plan", "{\"name\":\"other\",\"action\":\"replace\"}");
	patch_says("\"possible\":true,\"steps\":[{\"action\":\"replace\",\"name\":\"other\"}]");
	forget();
	patch_call("patch.plan", "{\"name\":\"b\"}");
	patch_says("\"steps\":[{\"action\":\"load\",\"name\":\"a\"},"
		   "{\"action\":\"apply\",\"name\":\"a\"},{\"action\":\"load\",\"name\":\"b\"},"
		   "{\"action\":\"apply\",\"name\":\"b\"}]");
}

Test(patch_states, the_whole_chain_and_back)
{
	make_all();
	patch_act("apply", "c", ",\"whole\":true");
	patch_says("\"job\"");
	cr_assert_str_eq(patch_applied(), "a b c");
	cr_assert_str_eq(patch_wanted(), "a b c");
	patch_act("revert", "b", ",\"whole\":true");
	cr_assert_str_eq(patch_applied(), "a");
	cr_assert_str_eq(patch_wanted(), "a");
	patch_act("replace", "other", "");
	cr_assert_str_eq(patch_applied(), "other");
	cr_assert_str_eq(patch_wanted(), "other");
}

Test(patch_states, whatever_it_depends_on)
{
	make_all();
	patch_act("apply", "lone", ",\"nodeps\":true,\"once\":true");
	patch_says("\"job\"");
	cr_assert_str_eq(patch_applied(), "lone");
	cr_assert_str_eq(patch_wanted(), "");
}

Test(patch_states, a_step_that_fails_takes_back_those_before_it)
{
	make_all();
	fake_patches.refuse = "c";
	patch_act("apply", "c", ",\"whole\":true");
	patch_says("patch.refused");
	cr_assert_str_eq(patch_applied(), "");
	cr_assert_str_eq(patch_wanted(), "");
	patch_call("job.list", "{\"kind\":\"patch.apply\"}");
	patch_says("take back: revert b");
	fake_patches.refuse = NULL;
	patch_act("apply", "c", ",\"whole\":true");
	/* The other direction: a is reverted last. */
	fake_patches.refuse = "a";
	fake_patches.refuse_after = 0;
	patch_act("revert", "a", ",\"whole\":true");
	patch_says("\"error\"");
	cr_assert_str_eq(patch_applied(), "a b c");
	cr_assert_str_eq(patch_wanted(), "a b c");
}

/* The job that runs now. */
static const char *cancel_params(void)
{
	static char params[64];

	snprintf(params, sizeof(params), "{\"job\":\"%s\"}", job_id(patch_nacred.patches->job));
	return params;
}

Test(patch_states, cancelled_between_steps)
{
	int one = patch_join(), two = patch_join();

	make_all();
	fake_patches.polls = 2;
	patch_send(one, "patch.apply", "{\"name\":\"c\",\"whole\":true}");
	while (!fake_patches.depth)
		patch_daemon_turn(1);
	patch_send(two, "job.cancel", cancel_params());
	patch_says("\"state\":\"running\"");
	patch_daemon_turn(-1);
	patch_hear(one);
	patch_says("patch.cancelled");
	cr_assert_str_eq(patch_applied(), "");
	cr_assert_str_eq(patch_wanted(), "");
	/* One step, under way: it is past that point. */
	patch_send(one, "patch.apply", "{\"name\":\"a\"}");
	while (fake_patches.pending < 0)
		patch_daemon_turn(1);
	patch_send(two, "job.cancel", cancel_params());
	patch_says("job.not_cancellable");
	patch_daemon_turn(-1);
	cr_assert_str_eq(patch_applied(), "a");
	close(one);
	close(two);
}

Test(patch_states, cpus_that_do_not_meet)
{
	make_all();
	fake_patches.outcome = -EBUSY;
	patch_act("apply", "a", "");
	patch_says("patch.timeout");
	patch_says("-32009");
	cr_assert_eq(fake_patches.actions, LIMIT_PATCH_TRIES);
	cr_assert_str_eq(patch_applied(), "");
	patch_call("patch.list", "{}");
	patch_says("\"last\":{\"action\":\"apply\",\"error\":\"Device or resource busy\"");
}

Test(patch_states, used_variables_need_the_payload_anew)
{
	struct payload_sample s = {
		.id = 1, .depends = PATCH_BUILD, .build = PATCH_BUILD, .data_size = 16};

	patch_make("a", &s, "alice");
	patch_upload_file("a", "");
	for (int i = 0; i < 3; i++) {
		apply("a");
		patch_act("revert", "a", "");
		patch_says("\"applied\":[]");
	}
	cr_assert_eq(fake_patches.uploads, 3);
	/* Without the file nobody can load it anew. */
	patch_call("patch.policy.set", "{\"wanted\":[]}");
	json_free(patch_nacred.patches->store.files->facts);
	patch_nacred.patches->store.files->facts = json_new_null();
	patch_act("apply", "a", "");
	patch_says("patch.used_data");
}

Test(patch_states, hooks_that_may_veto_forbid_to_replace)
{
	struct payload_sample s = {.id = 7,
				   .depends = PATCH_BUILD,
				   .build = PATCH_BUILD,
				   .hook = ".livepatch.hooks.preapply"};

	make_all();
	patch_make("hooked", &s, "alice");
	patch_upload_file("hooked", "");
	patch_act("replace", "hooked", "");
	patch_says("patch.hooks");
	apply("hooked");
	patch_act("replace", "a", "");
	patch_says("patch.hooks");
	cr_assert_str_eq(patch_applied(), "hooked");
}
