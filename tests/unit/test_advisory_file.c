/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory_file.h"

static char dir[64];

static void start(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/advisory.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
}

static void stop(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(advisory_file, .init = start, .fini = stop);

static const char *put(const char *name, const char *text)
{
	static char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
	return path;
}

Test(advisory_file, only_regular_files_of_bounded_size)
{
	char why[200], path[120];
	struct json *v;

	cr_assert_null(advisory_file_read("/dev/zero", why, sizeof(why)));
	cr_assert_str_eq(why, "not a regular file");
	cr_assert_null(advisory_file_read("/nonexistent/x", why, sizeof(why)));
	cr_assert_str_eq(why, "No such file or directory");
	snprintf(path, sizeof(path), "%s/fifo.json", dir);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_null(advisory_file_read(path, why, sizeof(why)), "and it does not hang");
	cr_assert_str_eq(why, "not a regular file");
	snprintf(path, sizeof(path), "%s", put("huge.json", "[]"));
	v = advisory_file_read(path, why, sizeof(why));
	cr_assert_not_null(v);
	json_free(v);
	cr_assert_eq(truncate(path, 1l << 32), 0);
	cr_assert_null(advisory_file_read(path, why, sizeof(why)));
	cr_assert(strstr(why, "longer than"), "%s", why);
}

Test(advisory_file, is_written_whole_or_not_at_all)
{
	struct json *v = json_new_array();
	char path[120], why[200];
	struct json *back;

	snprintf(path, sizeof(path), "%s/a.json", dir);
	json_append(v, json_new_int(7));
	cr_assert_eq(advisory_file_write(path, v), 0);
	back = advisory_file_read(path, why, sizeof(why));
	cr_assert_eq(json_int(back->items[0], 0), 7);
	json_free(back);
	cr_assert_eq(advisory_file_write("/nonexistent/a.json", v), -ENOENT);
	/* A directory in the way of the new file: the old one stays. */
	strcat(path, ".new");
	cr_assert_eq(mkdir(path, 0700), 0);
	path[strlen(path) - 4] = '\0';
	cr_assert_neq(advisory_file_write(path, v), 0);
	back = advisory_file_read(path, why, sizeof(why));
	cr_assert_not_null(back);
	json_free(back);
	json_free(v);
}

static unsigned int visited;
static void visit(void *ctx, const char *path)
{
	visited++;
}

Test(advisory_file, directories)
{
	uint64_t empty = advisory_dir_signature(dir), one;

	cr_assert_eq(advisory_dir_signature("/nonexistent"), 0);
	cr_assert_neq(empty, 0);
	put("b.json", "1");
	one = advisory_dir_signature(dir);
	cr_assert_neq(one, empty);
	put("b.json", "22");
	cr_assert_neq(advisory_dir_signature(dir), one);
	put(".hidden.json", "1");
	put("b.json.new", "1");
	put(".json", "1");
	put("c.txt", "1");
	cr_assert_eq(advisory_dir_each(dir, visit, NULL), 0);
	cr_assert_eq(visited, 1);
	cr_assert_eq(advisory_dir_each("/nonexistent", visit, NULL), -ENOENT);
}
