/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* patch.*: what is let in and kept, what is told, who acts at a time. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "nacred.h"
#include "patch.h"
#include "patch/signature.h"
#include "patch_daemon.h"

TestSuite(patch, .init = patch_daemon_start, .fini = patch_daemon_stop);

static bool kept(const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "patches/default/%s.payload", name);
	return access(patch_path(path), F_OK) == 0;
}

Test(patch, a_signed_payload_goes_all_the_way)
{
	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	patch_upload_file("a.livepatch", "");
	patch_says("\"name\":\"a\"");
	patch_says("\"signature\":\"good\",\"signed_by\":\"alice\"");
	patch_says("\"changes\":[{\"path\":\"payloads.a\",\"from\":null,\"to\":\"checked\"}]");
	cr_assert(kept("a"));
	patch_act("apply", "a", "");
	patch_says("\"pause_ns\":1234");
	patch_says("\"applied\":[\"a\"]");
	cr_assert_str_eq(patch_applied(), "a");
	cr_assert_str_eq(patch_wanted(), "a");
	patch_call("patch.list", "{}");
	patch_says("\"state\":\"applied\",\"position\":1,\"stored\":true,\"wanted\":true");
	patch_says("\"metadata\":{\"advisory\":[\"XSA-1\"],\"builder\":[\"test\"]}");
	patch_call("patch.status", "{}");
	patch_says("\"applied\":[\"a\"],\"wanted\":[\"a\"],\"missing\":[]");
	patch_act("revert", "a", "");
	cr_assert_str_eq(patch_applied(), "");
	cr_assert_str_eq(patch_wanted(), "");
	patch_act("unload", "a", "");
	cr_assert_eq(fake_patches.nr, 0);
	cr_assert_not(kept("a"));
	patch_act("apply", "a", "");
	patch_says("patch.not_found");
}

Test(patch, unsigned_ones_only_where_the_policy_says_so)
{
	struct payload_sample s = {.id = 1, .depends = PATCH_BUILD, .build = PATCH_BUILD};

	patch_make("a.livepatch", &s, "");
	patch_upload_file("a.livepatch", "");
	patch_says("patch.unsigned");
	cr_assert_eq(fake_patches.nr, 0);
	patch_call("patch.policy.set", "{\"allow_unsigned\":true}");
	patch_says("\"path\":\"allow_unsigned\",\"from\":false,\"to\":true");
	patch_upload_file("a.livepatch", "");
	patch_says("\"signature\":\"unsigned\"");
	patch_act("apply", "a", "");
	/* What is applied stays; it would not be let in once more. */
	patch_call("patch.policy.set", "{\"allow_unsigned\":false}");
	fake_livepatch_find("a")->has_data = true;
	patch_act("revert", "a", "");
	cr_assert_str_eq(patch_applied(), "");
	patch_make("b.livepatch", &s, "stranger");
	patch_upload_file("b.livepatch", "");
	patch_says("patch.signature");
}

Test(patch, a_tampered_byte_is_caught_anywhere)
{
	static uint8_t bytes[SAMPLE_MAX + SIGNATURE_TRAILER_SIZE];
	int fd = patch_join();
	size_t size;

	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	size = patch_read("a.livepatch", bytes, sizeof(bytes));
	patch_call("patch.policy.set", "{\"allow_unsigned\":true}");
	for (size_t i = 0; i < size; i += i + 40 < size ? 37 : 1) {
		bytes[i] ^= 1;
		patch_write("b.livepatch", bytes, size);
		bytes[i] ^= 1;
		patch_upload_file("b.livepatch", "");
		patch_says("\"error\"");
		cr_assert_eq(fake_patches.nr, 0, "byte %zu", i);
		cr_assert_not(kept("b"));
	}
	/* In the store, behind nacred's back. */
	patch_upload_file("a.livepatch", "");
	fake_patches.nr = 0;
	bytes[size / 2] ^= 1;
	patch_write("patches/default/a.payload", bytes, size);
	patch_act("apply", "a", "");
	patch_says("patch.signature");
	/* Between the plan and its first step. */
	bytes[size / 2] ^= 1;
	patch_write("patches/default/a.payload", bytes, size);
	cr_assert_str_empty(patch_send(fd, "patch.apply", "{\"name\":\"a\"}"));
	bytes[size / 2] ^= 1;
	patch_write("patches/default/a.payload", bytes, size);
	patch_daemon_turn(-1);
	patch_hear(fd);
	patch_says("patch.signature");
	cr_assert_eq(fake_patches.nr, 0);
	close(fd);
}

Test(patch, what_is_no_payload_is_refused)
{
	static uint8_t bytes[3 << 20];
	struct payload_sample s = {.id = 1, .depends = PATCH_BUILD, .build = 0xbb};
	size_t size;

	patch_call("patch.policy.set", "{\"allow_unsigned\":true}");
	patch_make("old.livepatch", &s, "");
	patch_upload_file("old.livepatch", "");
	patch_says("patch.wrong_build");
	size = patch_read("old.livepatch", bytes, sizeof(bytes));
	patch_write("short", bytes, size / 2);
	patch_upload_file("short", "");
	patch_says("patch.refused");
	patch_write("huge", bytes, sizeof(bytes));
	patch_upload_file("huge", "");
	patch_says("patch.too_large");
	patch_write("empty", bytes, 0);
	patch_upload_file("empty", "");
	patch_says("patch.refused");
	cr_assert_eq(mkfifo(patch_path("fifo"), 0600), 0);
	patch_upload_file("fifo", "");
	patch_says("patch.refused");
	patch_upload_file("keys", "");
	patch_says("patch.refused");
	patch_upload_file("nowhere", "");
	patch_says("No such file");
	patch_call("patch.upload", "{\"file\":\"relative\"}");
	patch_says("absolute path");
	cr_assert_eq(fake_patches.nr, 0);
	cr_assert_eq(patch_nacred.patches->store.nr_files, 0);
}

Test(patch, names)
{
	static const char *const bad[] = {"..",	 ".x",	   "-x",      "a/b",
					  "a b", "a\\\"b", "\\u00e9", "a%"};
	char name[140];

	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), ",\"name\":\"%s\"", bad[i]);
		patch_upload_file("a.livepatch", name);
		patch_says("patch.bad_name");
		patch_act("apply", bad[i], "");
		patch_says("patch.not_found");
	}
	strcpy(name, ",\"name\":\"");
	memset(name + 9, 'x', 127);
	strcpy(name + 9 + 127, "\"");
	patch_upload_file("a.livepatch", name);
	patch_says("\"job\"");
	cr_assert_eq(strlen(fake_patches.patch[0].name), 127);
}

Test(patch, one_of_a_kind)
{
	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	patch_make_plain("b.livepatch", 2, PATCH_BUILD);
	patch_upload_file("a.livepatch", "");
	patch_upload_file("b.livepatch", ",\"name\":\"a\"");
	patch_says("patch.exists");
	patch_upload_file("a.livepatch", ",\"name\":\"c\"");
	patch_says("patch.exists");
	cr_assert_eq(fake_patches.nr, 1);
	/* Somebody else loaded it: then it is only kept. */
	patch_act("unload", "a", "");
	patch_upload_file("b.livepatch", "");
	cr_assert_eq(unlink(patch_path("patches/default/b.payload")), 0);
	patch_daemon_kill();
	patch_daemon_run();
	patch_upload_file("b.livepatch", "");
	patch_says("\"job\"");
	cr_assert_eq(fake_patches.uploads, 2);
	cr_assert(kept("b"));
}

Test(patch, a_full_disk_leaves_nothing)
{
	struct rlimit small = {100, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};

	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	patch_make_plain("b.livepatch", 2, PATCH_BUILD);
	patch_upload_file("b.livepatch", "");
	patch_call("patch.list", "{}");
	signal(SIGXFSZ, SIG_IGN);
	/* Memory files have no size limit in their way: it is that of the file system. */
	setrlimit(RLIMIT_FSIZE, &small);
	patch_act("apply", "b", "");
	patch_says("daemon.state");
	setrlimit(RLIMIT_FSIZE, &none);
	cr_assert_str_eq(patch_applied(), "");
	cr_assert_str_eq(patch_wanted(), "");
	patch_act("apply", "b", "");
	patch_says("\"applied\":[\"b\"]");
}

Test(patch, one_at_a_time)
{
	int one = patch_join(), two = patch_join();

	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	patch_make_plain("b.livepatch", 2, PATCH_BUILD);
	patch_upload_file("a.livepatch", "");
	patch_upload_file("b.livepatch", "");
	fake_patches.polls = 3;
	cr_assert_str_empty(patch_send(one, "patch.apply", "{\"name\":\"a\"}"));
	patch_send(two, "patch.apply", "{\"name\":\"b\"}");
	patch_says("patch.busy");
	patch_says("patch.apply of a is under way");
	patch_send(two, "patch.policy.set", "{\"allow_unsigned\":true}");
	patch_says("patch.busy");
	patch_daemon_turn(-1);
	patch_hear(one);
	patch_says("\"applied\":[\"a\"]");
	/* Who has not seen the other's change is told so. */
	patch_act("revert", "a", ",\"if_revision\":\"0123456789abcdef\"");
	patch_says("revision.mismatch");
	cr_assert_str_eq(patch_applied(), "a");
	close(one);
	close(two);
}

Test(patch, asynchronous_ones_are_jobs)
{
	int fd = patch_join();

	patch_make_plain("a.livepatch", 1, PATCH_BUILD);
	patch_upload_file("a.livepatch", "");
	patch_send(fd, "patch.apply", "{\"name\":\"a\",\"async\":true}");
	patch_says("\"result\":{\"job\":\"");
	cr_assert_str_eq(patch_applied(), "");
	patch_daemon_turn(-1);
	patch_send(fd, "job.list", "{\"kind\":\"patch.apply\"}");
	patch_says("\"state\":\"done\",\"percent\":100");
	patch_says("{\"name\":\"apply a\",");
	patch_says("\"applied\":[\"a\"]");
	fake_patches.polls = 1000000;
	patch_send(fd, "patch.revert", "{\"name\":\"a\",\"deadline\":1}");
	while (!*patch_hear(fd))
		sd_event_run(patch_nacred.loop, 100000);
	patch_says("job.deadline");
	fake_patches.polls_left = 0;
	patch_daemon_turn(-1);
	cr_assert_str_eq(patch_applied(), "");
	close(fd);
}

static const char *neutral(struct nacred *n, const char *name, const char *metadata, size_t len)
{
	return memmem(metadata, len, "advisory=XSA-1", 15) ? "update-7" : name;
}

Test(patch, an_embargo_hides_what_it_is_for)
{
	int fd = patch_join();

	patch_make_plain("xsa-1.livepatch", 1, PATCH_BUILD);
	patch_public_name = neutral;
	patch_send(fd, "event.subscribe", "{}");
	patch_upload_file("xsa-1.livepatch", "");
	patch_act("apply", "xsa-1", "");
	patch_says("\"name\":\"xsa-1\"");
	patch_hear(fd);
	patch_says("patch.applied");
	patch_says("update-7");
	patch_lacks("xsa-1");
	patch_call("patch.list", "{}");
	patch_says("XSA-1");
	for (struct client *c = patch_nacred.clients; c; c = c->next)
		c->trusted = false;
	patch_send(fd, "patch.list", "{}");
	patch_says("\"name\":\"update-7\",\"state\":\"applied\",\"position\":1");
	patch_lacks("XSA-1");
	patch_lacks("xsa-1");
	patch_lacks("victim");
	patch_says("\"build_id\":null");
	patch_says("\"metadata\":{}");
	patch_send(fd, "patch.status", "{}");
	patch_says("\"wanted\":[\"update-7\"]");
	patch_lacks("xsa-1");
	patch_send(fd, "job.list", "{}");
	patch_says("apply update-7");
	patch_lacks("xsa-1");
	patch_send(fd, "patch.policy.get", "{}");
	patch_says("request.forbidden");
	patch_public_name = NULL;
	close(fd);
}

Test(patch, on_xen_the_order_comes_from_the_policy)
{
	patch_make_plain("z.livepatch", 1, PATCH_BUILD);
	patch_make_plain("a.livepatch", 2, 1);
	fake_patches.is_xen = true;
	patch_upload_file("a.livepatch", "");
	patch_upload_file("z.livepatch", "");
	patch_act("apply", "z", "");
	patch_says("\"steps\":[{\"action\":\"apply\",\"name\":\"z\"}]");
	patch_act("apply", "a", "");
	patch_says("\"applied\":[\"z\",\"a\"]");
	patch_call("patch.status", "{}");
	patch_says("\"applied\":[\"z\",\"a\"]");
	patch_act("revert", "z", ",\"whole\":true");
	patch_says("\"applied\":[]");
}
