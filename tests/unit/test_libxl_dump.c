/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl_domain_core_dump(): a file that is whole or not there, with libxenctrl's messages. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

static libxl_ctx *ctx;
static char directory[] = "/tmp/nacre-dump.XXXXXX", path[64];

static void setup(void)
{
	libxl_fixture_start();
	ctx = libxl_fixture_ctx();
	cr_assert(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/core", directory);
}

static void teardown(void)
{
	unlink(path);
	rmdir(directory);
	libxl_ctx_free(ctx);
	libxl_fixture_stop();
}

TestSuite(libxl_dump, .init = setup, .fini = teardown, .timeout = 60);

/* Two section headers behind an ELF header, the second of the last eight bytes. */
static const union {
	struct {
		Elf64_Ehdr elf;
		Elf64_Shdr sections[2];
		char last[8];
	} v;
	char bytes[1];
} core = {.v = {.elf.e_ident = ELFMAG,
		.sections[1] = {.sh_offset = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr),
				.sh_size = 8},
		.last = "the end"}};

#define SENT(len)                                                                                  \
	{                                                                                          \
		.method = "domain.dump_core", .json = "{}", .console = core.bytes,                 \
		.console_len = (len)                                                               \
	}

#define HELD                                                                                       \
	{                                                                                          \
		.method = "domain.dump_core", .json = "{}", .console = core.bytes,                 \
		.console_len = sizeof(core.v), .hold = true                                        \
	}

static void script(const struct fake_answer *answer)
{
	fake_nacred_script(answer, 1);
}

static int entries(const char *where)
{
	DIR *d = opendir(where);
	struct dirent *e;
	int nr = 0;

	while ((e = readdir(d)))
		nr += e->d_name[0] != '.';
	closedir(d);
	return nr;
}

static int files_left(void)
{
	return entries(directory);
}

static void logged(const char *text)
{
	cr_expect(strstr(libxl_fixture_log, text), "no %s in %s", text, libxl_fixture_log);
}

Test(libxl_dump, a_whole_core_is_there)
{
	static const struct fake_answer whole = SENT(sizeof(core.v));
	char read[sizeof(core.v) + 1];
	int open_files;
	FILE *f;

	script(&whole);
	cr_assert_eq(libxl_domain_core_dump(ctx, 7, path, NULL), 0, "%s", libxl_fixture_log);
	f = fopen(path, "r");
	cr_assert(f);
	cr_expect_eq(fread(read, 1, sizeof(read), f), sizeof(core.v));
	fclose(f);
	cr_expect_eq(memcmp(read, &core.v, sizeof(core.v)), 0);
	cr_expect_eq(files_left(), 1);
	open_files = entries("/proc/self/fd");
	cr_assert_eq(libxl_domain_core_dump(ctx, 7, path, NULL), 0);
	cr_expect_eq(entries("/proc/self/fd"), open_files);
}

Test(libxl_dump, half_a_core_leaves_no_file)
{
	static const struct fake_answer half = SENT(sizeof(core.v) - 1);

	script(&half);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, NULL), ERROR_FAIL);
	logged("Domain 7:Core dumping domain to /tmp/nacre-dump.");
	logged("core: Broken pipe");
	cr_expect_eq(files_left(), 0);
	cr_expect(strstr(fake_nacred_requests(), "\"params\":{\"domain\":7}"));
}

Test(libxl_dump, no_place_and_no_domain)
{
	static const struct fake_answer none[] = {SENT(sizeof(core.v))};

	cr_expect_eq(libxl_domain_core_dump(ctx, 7, "/nosuch/core", NULL), ERROR_FAIL);
	logged("xc: Could not open corefile /nosuch/core (2 = No such file or directory): "
	       "Internal error");
	logged("Domain 7:Core dumping domain to /nosuch/core: No such file or directory");
	fake_nacred_script(none, 0);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, NULL), ERROR_FAIL);
	cr_expect_eq(files_left(), 0);
	logged("xc: Could not get info for domain (3 = No such process): Internal error\n");
	logged("/core: No such process\n");
	script(none);
	cr_expect_eq(libxl_domain_core_dump(ctx, 0, "/dev/full", NULL), ERROR_FAIL);
	logged("xc: Failed to write buffer (28 = No space left on device): Internal error");
	logged("libxl_dump.c:");
	logged(": Core dumping domain to /dev/full: No space left on device");
}

static int told = 1;

static void over(libxl_ctx *c, int rc, void *user)
{
	told = rc;
}

Test(libxl_dump, tells_whoever_does_not_wait)
{
	libxl_asyncop_how how = {.callback = over}, later = {.u.for_event = 5};
	libxl_event *event;

	cr_expect_eq(libxl_domain_core_dump(ctx, 7, "/nosuch/core", &how), 0);
	cr_expect_eq(told, ERROR_FAIL);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, "/nosuch/core", &later), 0);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_expect_eq(event->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
	cr_expect_eq(event->for_user, 5);
	cr_expect_eq(event->u.operation_complete.rc, ERROR_FAIL);
	libxl_event_free(ctx, event);
}

/* The end of the operation with that number, and its result. */
static int ended(uint64_t number)
{
	libxl_event *event;
	int rc;

	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_expect_eq(event->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
	cr_expect_eq(event->for_user, number);
	rc = event->u.operation_complete.rc;
	libxl_event_free(ctx, event);
	return rc;
}

Test(libxl_dump, waits_for_nobody)
{
	static const struct fake_answer held = HELD;
	libxl_asyncop_how how = {.u.for_event = 6};

	script(&held);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, &how), 0);
	cr_assert(fake_nacred_await("domain.dump_core", 5000));
	cr_expect_eq(access(path, F_OK), -1);
	fake_nacred_release();
	cr_expect_eq(ended(6), 0, "%s", libxl_fixture_log);
	cr_expect_eq(access(path, F_OK), 0);
	cr_expect_eq(files_left(), 1);
}

/* The descriptor of an answer that nobody waits for any more is closed: it would keep the
 * domain paused. */
Test(libxl_dump, aborted_leaves_nothing)
{
	static const struct fake_answer answers[] = {HELD,
						     {.method = "domain.pause", .json = "{}"}};
	static const struct fake_answer whole = SENT(sizeof(core.v));
	libxl_asyncop_how first = {.u.for_event = 1}, second = {.u.for_event = 2};
	int open_files;

	script(&whole);
	cr_expect_eq(libxl_domain_core_dump(ctx, 8, path, NULL), 0);
	cr_assert_eq(unlink(path), 0);
	open_files = entries("/proc/self/fd");
	fake_nacred_script(answers, 2);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, &first), 0);
	cr_assert(fake_nacred_await("domain.dump_core", 5000));
	cr_expect_eq(libxl_ao_abort(ctx, &first), 0);
	cr_expect_eq(ended(1), ERROR_ABORTED);
	cr_expect_eq(files_left(), 0);
	fake_nacred_release();
	cr_expect_eq(libxl_domain_pause(ctx, 7, &second), 0);
	cr_expect_eq(ended(2), 0, "%s", libxl_fixture_log);
	cr_expect_eq(entries("/proc/self/fd"), open_files);
}

/* Both are read at once, and the descriptor is the second's. */
Test(libxl_dump, behind_the_answer_to_another_call)
{
	static const struct fake_answer answers[] = {
		{.method = "domain.pause", .json = "{}", .hold = true}, HELD};
	libxl_asyncop_how first = {.u.for_event = 1}, second = {.u.for_event = 2};

	fake_nacred_script(answers, 2);
	cr_expect_eq(libxl_domain_pause(ctx, 7, &first), 0);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, &second), 0);
	cr_assert(fake_nacred_await("domain.dump_core", 5000));
	fake_nacred_release();
	cr_expect_eq(ended(1), 0);
	cr_expect_eq(ended(2), 0, "%s", libxl_fixture_log);
	cr_expect_eq(files_left(), 1);
}

Test(libxl_dump, an_error_comes_with_its_hint)
{
	static const struct fake_answer busy = {
		.method = "domain.dump_core",
		.json = "{\"code\":-32003,\"message\":\"it is being built\",\"data\":{\"code\":"
			"\"domain.busy\",\"hint\":\"wait\"}}",
		.is_error = true};

	script(&busy);
	cr_expect_eq(libxl_domain_core_dump(ctx, 7, path, NULL), ERROR_FAIL);
	logged("Domain 7:it is being built; wait\n");
	logged("/core: nacred refuses\n");
	cr_expect_eq(files_left(), 0);
}
