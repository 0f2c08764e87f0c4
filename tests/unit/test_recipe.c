/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How builds were made, and copies of their sources. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "livepatch/file.h"
#include "livepatch/recipe.h"
#include "livepatch/sync.h"

static char dir[64], path[160];
static struct patch_error err;
static struct recipe m;

static const char *in(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void setup(void)
{
	strcpy(dir, "/tmp/nacre-recipe.XXXXXX");
	cr_assert(mkdtemp(dir));
	cr_redirect_stderr();
}

static void teardown(void)
{
	char command[80];

	recipe_free(&m);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(recipe, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
	struct patch_error e = {""};

	cr_assert_eq(file_write(in(name), (const uint8_t *)text, strlen(text), &e), 0, "%s",
		     e.text);
}

static void refused(const char *id, const char *why)
{
	err.text[0] = 0;
	recipe_free(&m);
	cr_assert_eq(recipe_read(dir, id, &m, &err), -1);
	cr_assert(strstr(err.text, why), "'%s' instead of '%s'", err.text, why);
}

#define GOOD                                                                                       \
	"{\"build_id\": \"abcd\", \"compiler\": \"cc 1\", \"linker\": \"ld 1\", "                  \
	"\"cmake\": {\"CMAKE_C_COMPILER\": \"/bin/false\"}, \"sources\": {\"x\": \"00\"}}"

Test(recipe, by_its_build_id_or_the_only_one)
{
	put("abcd.json", GOOD);
	cr_assert_eq(recipe_read(dir, NULL, &m, &err), 0, "%s", err.text);
	recipe_free(&m);
	cr_assert_eq(recipe_read(dir, "ABCD", &m, &err), 0, "%s", err.text);
	cr_assert_eq(m.id.len, 2);
	cr_assert_str_eq(recipe_variable(&m, "CMAKE_C_COMPILER"), "/bin/false");
	cr_assert_str_eq(recipe_variable(&m, "nothing"), "");
	put("ef01.json", GOOD);
	refused(NULL, "holds 2 recipes");
	refused("ef01", "is of another build");
	refused("ef02", "No such file");
	refused("../x", "is no build-id");
}

Test(recipe, damaged_ones)
{
	refused(NULL, "holds 0 recipes");
	put("abcd.json", "{");
	refused(NULL, "abcd.json");
	put("abcd.json", "{\"build_id\": \"xyz\"}");
	refused(NULL, "is no build-id");
	put("abcd.json", "{\"build_id\": \"abcd\"}");
	refused(NULL, "does not say which compiler");
	put("abcd.json", "[1]");
	refused(NULL, "is no build-id");
}

Test(recipe, what_differs)
{
	put("abcd.json", GOOD);
	put("x", "y");
	cr_assert_eq(recipe_read(dir, NULL, &m, &err), 0, "%s", err.text);
	/* source, compiler and linker */
	cr_assert_eq(recipe_explain(&m, dir), 3);
}

static void is(const char *name, const char *wanted)
{
	struct file f;
	struct patch_error e = {""};

	cr_assert_eq(file_read(in(name), 100, &f, &e), 0, "%s", e.text);
	cr_assert_str_eq((char *)f.bytes, wanted);
	file_free(&f);
}

Test(recipe, copies_touch_only_what_differs)
{
	char from[80], to[80];
	struct stat was, is_now;

	snprintf(from, sizeof(from), "%s/from", dir);
	snprintf(to, sizeof(to), "%s/to", dir);
	cr_assert(!mkdir(from, 0700) && !mkdir(in("from/sub"), 0700));
	put("from/a", "1");
	put("from/sub/b", "2");
	cr_assert_eq(sync_copy(from, to, &err), 0, "%s", err.text);
	is("to/a", "1");
	is("to/sub/b", "2");
	cr_assert_eq(stat(in("to/a"), &was), 0);
	put("from/sub/b", "3");
	put("to/extra", "4");
	cr_assert_eq(sync_copy(from, to, &err), 0, "%s", err.text);
	is("to/sub/b", "3");
	cr_assert_eq(access(in("to/extra"), F_OK), -1);
	cr_assert_eq(stat(in("to/a"), &is_now), 0);
	cr_assert_eq(was.st_ino, is_now.st_ino);
}
