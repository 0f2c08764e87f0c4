/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The table of installed guests: what is read of it, and what is refused. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest_test.h"

static char path[] = "guest_test.XXXXXX";

static int load(struct guest_tests *list, const char *text, size_t len, unsigned int *line)
{
	int fd = mkstemp(path), rc;

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
	rc = guest_tests_load(list, path, line);
	unlink(path);
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	return rc;
}

Test(guest_test, rows_and_environments)
{
	static const char text[] = "# comment\n\nadvisory-191  long64,flat32  advisory 1 120 -\n"
				   "  grant-race pae32 grant 2 - -\n";
	const struct guest_test *t;
	struct guest_tests list;
	unsigned int line;
	char env[16];

	cr_assert_eq(load(&list, text, strlen(text), &line), 0);
	cr_expect_eq(list.nr, 2);
	t = guest_tests_find(&list, "advisory-191");
	cr_assert_not_null(t);
	cr_expect_eq(t->seconds, 120);
	cr_expect(guest_test_environment(t, 0, env, sizeof(env)));
	cr_expect_str_eq(env, "long64");
	cr_expect(guest_test_environment(t, 1, env, sizeof(env)));
	cr_expect_str_eq(env, "flat32");
	cr_expect_not(guest_test_environment(t, 2, env, sizeof(env)));
	t = guest_tests_find(&list, "grant-race");
	cr_assert_not_null(t);
	cr_expect_eq(t->vcpus, 2);
	cr_expect_eq(t->seconds, GUEST_TEST_SCRIPT_SEC);
	cr_expect_null(guest_tests_find(&list, "grant"));
	guest_tests_free(&list);
}

Test(guest_test, refuses_what_is_no_row)
{
	static const char *const bad[] = {
		"a long64 x 1\n",
		"a long64 x 0 10 -\n",
		"a long64 x 129 10 -\n",
		"a long64 x 1 0 -\n",
		"a long64 x 1 3601 -\n",
		"a long64 x 1 10s -\n",
		"../../etc long64 x 1 1 -\n",
		"a ../x area 1 10 -\n",
		"a,b long64 x 1 10 -\n",
		"a long64 x -1 10 -\n",
	};
	struct guest_tests list;
	unsigned int line;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "ok long64 x 1 1 -\n%s", bad[i]);
		cr_expect_eq(load(&list, text, strlen(text), &line), -EINVAL, "%s", bad[i]);
		cr_expect_eq(line, 2, "%s", bad[i]);
		cr_expect_null(list.tests);
	}
}

Test(guest_test, refuses_what_is_no_table)
{
	struct guest_tests list;
	unsigned int line;
	char *text = malloc(GUEST_TEST_TABLE_MAX + 2);

	cr_expect_eq(guest_tests_load(&list, "/nowhere/guests.txt", &line), -ENOENT);
	memset(text, '#', 1000);
	cr_expect_eq(load(&list, text, 1000, &line), -EINVAL); /* no end of line */
	for (size_t i = 0; i <= GUEST_TEST_TABLE_MAX; i++)
		text[i] = i % 100 == 99 ? '\n' : '#';
	cr_expect_eq(load(&list, text, GUEST_TEST_TABLE_MAX + 1, &line), -EFBIG);
	free(text);
}
