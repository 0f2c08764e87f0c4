/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacred killed after each turn of its loop during an action, and started again: what is
 * applied is what was before or what was to be, what is wanted goes with it, and the
 * store is whole.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nacred.h"
#include "patch_daemon.h"

TestSuite(patch_crash, .init = patch_daemon_start, .fini = patch_daemon_stop);

static void make(const char *name, uint8_t id, uint8_t depends)
{
	/* With variables: these have to be loaded anew when they come back. */
	struct payload_sample s = {
		.id = id, .depends = depends, .build = PATCH_BUILD, .data_size = 16};

	patch_make(name, &s, "alice");
	patch_upload_file(name, "");
	patch_says("\"job\"");
}

static void prepare(const char *applied)
{
	patch_daemon_stop();
	patch_daemon_start();
	fake_patches.polls = 2;
	make("a", 1, PATCH_BUILD);
	make("b", 2, 1);
	make("other", 3, PATCH_BUILD);
	if (*applied)
		patch_act("apply", applied, ",\"whole\":true");
}

/* Started again; the answer to whether anything was under way at the kill. */
static void restart(void)
{
	patch_daemon_kill();
	patch_daemon_run();
	patch_daemon_turn(-1);
}

static bool no_leftovers(void)
{
	char command[160];

	snprintf(command, sizeof(command), "! ls %s | grep -q -e new -e broken",
		 patch_path("patches/default"));
	return system(command) == 0;
}

static void sweep(const char *applied, const char *before, const char *after, const char *method,
		  const char *params)
{
	unsigned int befores = 0, afters = 0;
	bool ended = false;

	for (int turns = 0; !ended; turns++) {
		int fd;

		prepare(applied);
		fd = patch_join();
		ended = *patch_send(fd, method, params);
		patch_daemon_turn(turns);
		ended = ended || *patch_hear(fd);
		close(fd);
		restart();
		if (strcmp(patch_applied(), before) == 0)
			befores++;
		else if (strcmp(patch_applied(), after) == 0)
			afters++;
		else
			cr_assert_fail("%s, turn %d: applied are %s", method, turns,
				       patch_applied());
		cr_assert_str_eq(patch_wanted(), patch_applied(), "%s, turn %d", method, turns);
		cr_assert(no_leftovers());
	}
	cr_assert_gt(befores, 0);
	cr_assert_gt(afters, 0);
}

Test(patch_crash, apply)
{
	sweep("a", "a", "a b", "patch.apply", "{\"name\":\"b\"}");
}

Test(patch_crash, apply_two)
{
	sweep("", "", "a b", "patch.apply", "{\"name\":\"b\",\"whole\":true}");
}

Test(patch_crash, revert_two)
{
	sweep("b", "a b", "", "patch.revert", "{\"name\":\"a\",\"whole\":true}");
}

Test(patch_crash, replace)
{
	sweep("b", "a b", "other", "patch.replace", "{\"name\":\"other\"}");
}

/* The hypervisor has gone too: what was wanted before the action comes back. */
Test(patch_crash, with_the_hypervisor)
{
	int fd;

	prepare("b");
	fd = patch_join();
	patch_send(fd, "patch.revert", "{\"name\":\"b\"}");
	patch_daemon_turn(1);
	close(fd);
	patch_daemon_kill();
	fake_patches.nr = fake_patches.depth = 0;
	fake_patches.pending = -1;
	patch_daemon_run();
	strcpy(patch_nacred.instance_id, "99999999-0000-0000-0000-000000000000");
	patch_daemon_turn(-1);
	cr_assert_str_eq(patch_applied(), "a b");
	cr_assert_str_eq(patch_wanted(), "a b");
}

Test(patch_crash, what_is_wanted_comes_back_in_order)
{
	prepare("b");
	patch_daemon_kill();
	fake_patches.nr = fake_patches.depth = 0;
	patch_daemon_run();
	patch_daemon_turn(-1);
	cr_assert_str_eq(patch_applied(), "a b");
	/* The first one is spoiled: nothing is applied on top of it, and it is told. */
	patch_daemon_kill();
	fake_patches.nr = fake_patches.depth = 0;
	patch_write("patches/default/a.payload", "nonsense", 8);
	patch_daemon_run();
	patch_daemon_turn(-1);
	cr_assert_str_eq(patch_applied(), "");
	patch_call("patch.status", "{}");
	patch_says("\"missing\":[\"a\",\"b\"]");
	patch_call("job.list", "{\"kind\":\"patch.start\"}");
	patch_says("\"state\":\"failed\"");
}

/* A policy cut off at any byte is none: it is set aside, and nothing of it is believed. */
Test(patch_crash, a_truncated_policy)
{
	static uint8_t text[4096];
	size_t size;

	prepare("b");
	size = patch_read("patches/default/policy.json", text, sizeof(text));
	for (size_t i = 0; i + 2 < size; i += 7) {
		patch_daemon_kill();
		patch_write("patches/default/policy.json", text, i);
		patch_daemon_run();
		patch_daemon_turn(-1);
		cr_assert_str_eq(patch_wanted(), "", "%zu bytes", i);
		cr_assert_str_eq(patch_applied(), "a b");
		cr_assert_eq(access(patch_path("patches/default/policy.json.broken"), F_OK), 0);
	}
}

/* The upload: the file is whole or not there, and the set of applied ones is untouched. */
Test(patch_crash, upload)
{
	char params[256];
	bool ended = false;
	unsigned int kept = 0, lost = 0;

	for (int turns = 0; !ended; turns++) {
		struct stat st;
		int fd;

		prepare("a");
		patch_make_plain("fresh", 9, 1);
		snprintf(params, sizeof(params), "{\"file\":\"%s\"}", patch_path("fresh"));
		fd = patch_join();
		ended = *patch_send(fd, "patch.upload", params);
		patch_daemon_turn(turns);
		ended = ended || *patch_hear(fd);
		close(fd);
		restart();
		cr_assert_str_eq(patch_applied(), "a");
		if (stat(patch_path("patches/default/fresh.payload"), &st) == 0)
			kept++;
		else
			lost++;
		cr_assert(no_leftovers());
	}
	cr_assert_gt(kept, 0);
	cr_assert_gt(lost, 0);
}
