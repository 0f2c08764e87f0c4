/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl.h"
#include "log.h"
#include "path.h"
#include "tree.h"
#include "quota.h"

static int canon(const char *name, bool privileged, char *out)
{
	return path_canonical(name, 3, privileged, true, out, NULL);
}

Test(xenstore_path, canonical)
{
	char out[PATH_SIZE];
	bool relative;

	cr_assert_eq(path_canonical("a/b", 3, false, true, out, &relative), 0);
	cr_assert_str_eq(out, "/local/domain/3/a/b");
	cr_assert(relative);
	cr_assert_eq(path_canonical("/a", 3, false, true, out, &relative), 0);
	cr_assert_not(relative);
	cr_assert_eq(canon("/", false, out), 0);
	cr_assert_eq(canon("@releaseDomain", false, out), 0);
	cr_assert_eq(path_canonical("@releaseDomain", 3, true, false, out, NULL), EINVAL);
}

Test(xenstore_path, refused)
{
	static const char *const bad[] = {"",	  "//",	  "/a//b", "/a/",   "a/",    "/a b",
					  "/a\n", "/a%s", "/\x1b", "/a\"b", "/a\\b", "/.hidden"};
	char out[PATH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(canon(bad[i], true, out), EINVAL, "\"%s\"", bad[i]);
}

Test(xenstore_path, lengths)
{
	char name[4200], out[PATH_SIZE];

	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[XENSTORE_ABS_PATH_MAX - 1] = '\0';
	cr_assert_eq(canon(name, true, out), 0);
	cr_assert_eq(canon(name, false, out), EINVAL); /* a guest's quota */
	name[XENSTORE_ABS_PATH_MAX - 1] = 'a';
	name[XENSTORE_ABS_PATH_MAX] = '\0';
	cr_assert_eq(canon(name, true, out), EINVAL);
	name[0] = 'a';
	name[XENSTORE_REL_PATH_MAX] = '\0';
	cr_assert_eq(canon(name, false, out), 0);
	name[XENSTORE_REL_PATH_MAX] = 'a';
	name[XENSTORE_REL_PATH_MAX + 1] = '\0';
	cr_assert_eq(canon(name, false, out), EINVAL);
}

Test(xenstore_path, parents)
{
	char out[PATH_SIZE];

	cr_assert(path_parent("/a/b", out));
	cr_assert_str_eq(out, "/a");
	cr_assert(path_parent("/a", out));
	cr_assert_str_eq(out, "/");
	cr_assert_not(path_parent("/", out));
	cr_assert(path_below("/a", "/a/b"));
	cr_assert(path_below("/a", "/a"));
	cr_assert_not(path_below("/a", "/ab"));
	cr_assert(path_below("/", "/ab"));
	cr_assert_not(path_below("/", "@releaseDomain"));
}

Test(xenstore_acl, parse_and_format)
{
	struct acl *acl = acl_parse("n0\0r1\0b22\0w333", 15);
	char buf[32];

	cr_assert_not_null(acl);
	cr_assert_eq(acl->nr, 4);
	cr_assert_eq(acl_format(acl, buf, sizeof(buf)), 15);
	cr_assert_arr_eq(buf, "n0\0r1\0b22\0w333", 15);
	cr_assert_eq(acl_format(acl, buf, 14), -1);
	acl_put(acl);
}

Test(xenstore_acl, malformed)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{"", 0},    {"n", 2},	{"x1", 3},     {"n1", 2},   {"r-1", 4},
		{"r1x", 4}, {"r 1", 4}, {"r70000", 7}, {"n0\0", 4}, {"r99999999999999999999", 22}};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_null(acl_parse(bad[i].text, bad[i].len), "%zu", i);
}

Test(xenstore_acl, who_may_what)
{
	struct acl *acl = acl_parse("r1\0b2\0n3\0b3", 12), *other;

	cr_assert_eq(acl_perms(acl, 0, 0), PERM_READ | PERM_WRITE | PERM_OWNER);
	cr_assert_eq(acl_perms(acl, 1, 1), PERM_READ | PERM_WRITE | PERM_OWNER);
	cr_assert_eq(acl_perms(acl, 2, 2), PERM_READ | PERM_WRITE);
	cr_assert_eq(acl_perms(acl, 3, 3), PERM_NONE); /* the first entry counts */
	cr_assert_eq(acl_perms(acl, 9, 9), PERM_READ);
	cr_assert_eq(acl_perms(acl, 9, 1), PERM_READ | PERM_WRITE | PERM_OWNER); /* its target */
	other = acl_without(acl, 3);
	cr_assert_eq(other->nr, 2);
	cr_assert_null(acl_without(other, 3));
	acl_put(other);
	other = acl_with_owner(acl, 5);
	cr_assert_eq(acl_owner(other), 5);
	cr_assert_eq(acl_owner(acl), 1);
	acl_put(other);
	acl_put(acl);
}

Test(xenstore_log, guests_words_cannot_forge_a_line)
{
	char out[64];

	cr_assert_str_eq(log_escape("a\n<3>b\t\x1b[2J%s\0\\\xff", 16, out, sizeof(out)),
			 "a\\x0a<3>b\\x09\\x1b[2J%s\\x00\\x5c\\xff");
	cr_assert_str_eq(log_escape("\n\n\n\n", 4, out, 12), "\\x0a\\x0a"); /* cut whole */
}

/* --- trees --- */

static int counted[8];

static void count(void *ctx, uint32_t owner, int delta)
{
	counted[owner] += delta;
}

static uint64_t generation;
static struct acl *acl_of_1;
static struct blob *empty;

static struct tree make(void)
{
	static const struct acl_entry zero = {0, 0}, one = {1, 0};
	struct acl *acl = acl_new(&zero, 1);
	struct tree t = {.generation = &generation, .account = count};

	acl_of_1 = acl_new(&one, 1);
	empty = blob_new("", 0);
	t.root = node_new("", 0, empty, acl);
	acl_put(acl);
	return t;
}

static void drop(struct tree *t)
{
	node_put(t->root);
	acl_put(acl_of_1);
	blob_put(empty);
}

static void set(struct tree *t, const char *path, const char *value)
{
	struct blob *b = blob_new(value, strlen(value));

	cr_assert_eq(tree_set(t, path, b, acl_of_1), 0);
	blob_put(b);
}

static bool has(struct tree *t, const char *path, const char *value)
{
	struct node *n = tree_find(t, path);

	return n && n->value->len == strlen(value) && !memcmp(n->value->data, value, n->value->len);
}

Test(xenstore_tree, snapshots_do_not_see_changes)
{
	struct tree t = make(), snap = t;

	set(&t, "/a", "1");
	set(&t, "/a/b", "2");
	snap.root = node_get(t.root);
	set(&t, "/a/b", "3");
	set(&t, "/a/c", "4");
	set(&snap, "/a/b", "5");
	cr_assert_eq(tree_remove(&t, "/a/c"), 0);
	cr_assert(has(&t, "/a/b", "3"));
	cr_assert(has(&snap, "/a/b", "5"));
	cr_assert_null(tree_find(&snap, "/a/c"));
	cr_assert_eq(tree_remove(&t, "/a"), 0);
	cr_assert(has(&snap, "/a/b", "5"));
	cr_assert_eq(tree_find(&snap, "/a")->generation, 4); /* as it was when shared */
	node_put(snap.root);
	drop(&t);
}

Test(xenstore_tree, errors)
{
	struct tree t = make();

	cr_assert_eq(tree_set(&t, "/a/b", empty, acl_of_1), ENOENT);
	cr_assert_eq(tree_remove(&t, "/a"), ENOENT);
	cr_assert_eq(tree_remove(&t, "/"), EINVAL);
	drop(&t);
}

Test(xenstore_tree, many_children_in_order_with_holes)
{
	struct tree t = make();
	struct node *child;
	uint32_t pos = 0;
	char path[32];
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/n%d", i);
		set(&t, path, path);
	}
	for (i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/n%d", i);
		if (i % 7)
			cr_assert_eq(tree_remove(&t, path), 0);
	}
	for (i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/n%d", i);
		cr_assert_eq(tree_find(&t, path) != NULL, i % 7 == 0);
	}
	for (i = 0; (child = node_next_child(t.root, &pos)) != NULL; i += 7) {
		snprintf(path, sizeof(path), "n%d", i);
		cr_assert_str_eq(child->name, path);
	}
	cr_assert_eq(counted[1], (int)node_nr_children(t.root));
	drop(&t);
}

Test(xenstore_tree, owners_are_counted)
{
	struct tree t = make();

	counted[1] = 0;
	set(&t, "/a", "");
	set(&t, "/a/b", "");
	set(&t, "/a/b/c", "");
	set(&t, "/a/b", "again");
	cr_assert_eq(counted[1], 3);
	cr_assert_eq(tree_remove(&t, "/a/b"), 0);
	cr_assert_eq(counted[1], 1);
	drop(&t);
}

/* Every operation on two trees that share: each behaves as if it were alone. */
Test(xenstore_tree, random_against_copies)
{
	struct tree t[2];
	bool want[2][16] = {{false}};
	char path[16];
	int i, k, n;

	srand(1);
	t[0] = make();
	t[1] = t[0];
	t[1].root = node_get(t[0].root);
	for (i = 0; i < 20000; i++) {
		k = rand() % 2;
		n = rand() % 16;
		snprintf(path, sizeof(path), "/%d", n);
		if (want[k][n])
			cr_assert_eq(tree_remove(&t[k], path), 0);
		else
			set(&t[k], path, "x");
		want[k][n] = !want[k][n];
		if (i % 100 == 0) { /* share again */
			node_put(t[!k].root);
			t[!k].root = node_get(t[k].root);
			memcpy(want[!k], want[k], sizeof(want[k]));
		}
		for (n = 0; n < 32; n++) {
			snprintf(path, sizeof(path), "/%d", n % 16);
			cr_assert_eq(tree_find(&t[n / 16], path) != NULL, want[n / 16][n % 16]);
		}
	}
	node_put(t[1].root);
	drop(&t[0]);
}
