/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Files that are complete or not there. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable.h"

static char dir[64];
static struct rpc_error e;

static void setup(void)
{
	strcpy(dir, "/tmp/nacre-durable.XXXXXX");
	cr_assert(mkdtemp(dir));
	signal(SIGXFSZ, SIG_IGN);
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(durable, .init = setup, .fini = teardown);

static const char *text_of(const char *name)
{
	static char text[64];
	char path[100];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return NULL;
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	return text;
}

static void limit(rlim_t bytes)
{
	struct rlimit lim = {bytes, RLIM_INFINITY};

	setrlimit(RLIMIT_FSIZE, &lim);
}

Test(durable, the_old_one_stays_until_the_new_one_is_whole)
{
	cr_assert_eq(durable_replace(dir, "f", "old", 3, &e), 0);
	cr_assert_eq(durable_prepare(dir, "f", "newer", 5, &e), 0);
	cr_assert_str_eq(text_of("f"), "old");
	cr_assert_str_eq(text_of("f.new"), "newer");
	cr_assert_eq(durable_commit(dir, "f", &e), 0);
	cr_assert_str_eq(text_of("f"), "newer");
	cr_assert_null(text_of("f.new"));
	cr_assert_eq(durable_prepare(dir, "f", "third", 5, &e), 0);
	durable_discard(dir, "f");
	cr_assert_str_eq(text_of("f"), "newer");
	cr_assert_null(text_of("f.new"));
}

Test(durable, a_write_that_fails_leaves_nothing)
{
	cr_assert_eq(durable_replace(dir, "f", "old", 3, &e), 0);
	limit(4);
	cr_assert_eq(durable_replace(dir, "f", "longer", 6, &e), -1);
	cr_assert_str_eq(e.code, "daemon.state");
	cr_assert(strstr(e.message, "/f: File too large"), "%s", e.message);
	cr_assert_str_eq(text_of("f"), "old");
	cr_assert_null(text_of("f.new"));
	limit(RLIM_INFINITY);
	cr_assert_eq(durable_replace("/nowhere", "f", "x", 1, &e), -1);
	cr_assert_eq(durable_commit(dir, "nothing", &e), -1);
}

Test(durable, nobody_leads_it_elsewhere)
{
	char target[100], link[100];

	snprintf(target, sizeof(target), "%s/target", dir);
	snprintf(link, sizeof(link), "%s/f.new", dir);
	cr_assert_eq(durable_replace(dir, "target", "safe", 4, &e), 0);
	cr_assert_eq(symlink(target, link), 0);
	cr_assert_eq(durable_replace(dir, "f", "x", 1, &e), -1);
	cr_assert_str_eq(text_of("target"), "safe");
}

Test(durable, what_was_begun_is_swept)
{
	cr_assert_eq(durable_prepare(dir, "f", "x", 1, &e), 0);
	cr_assert(durable_sweep(dir, "f.new"));
	cr_assert_null(text_of("f.new"));
	cr_assert_eq(durable_replace(dir, "f", "x", 1, &e), 0);
	cr_assert_not(durable_sweep(dir, "f"));
	cr_assert_not(durable_sweep(dir, ".new"));
	cr_assert_str_eq(text_of("f"), "x");
	cr_assert_eq(durable_remove(dir, "f", &e), 0);
	cr_assert_eq(durable_remove(dir, "f", &e), 0);
	cr_assert_null(text_of("f"));
}
