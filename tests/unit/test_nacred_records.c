/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "records.h"

#define UUID "65622c59-e557-4667-9137-aaa6b8bdd5d7"

static char dir[] = "/tmp/nacre-records-XXXXXX";

static void make_dir(void)
{
	cr_assert_not_null(mkdtemp(dir));
}

static int count(const char *end)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int n = 0;

	while ((entry = readdir(d))) {
		size_t len = strlen(entry->d_name), e = strlen(end);

		n += len >= e && strcmp(entry->d_name + len - e, end) == 0 &&
		     entry->d_name[0] != '.';
	}
	closedir(d);
	return n;
}

static void empty_dir(void)
{
	char path[512];
	struct dirent *entry;
	DIR *d = opendir(dir);

	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
}

static void clean_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(records, .init = make_dir, .fini = clean_dir);

static struct record *example(struct records *rs)
{
	struct json *config = json_new_object();

	json_set(config, "c_info", json_new_object());
	json_set_string(json_get(config, "c_info"), "name", "g1");
	return record_new(rs, UUID, "g1", config);
}

Test(records, written_and_read_again)
{
	struct records rs, again;
	struct rpc_error e;
	struct record *r;

	cr_assert_eq(records_load(&rs, dir), 0);
	r = example(&rs);
	r->domid = 7;
	r->generation = 3;
	r->start_time = 12.5;
	r->state = RECORD_RESTARTING;
	strcpy(r->preserve_as, "00000000-0000-4000-8000-000000000001");
	r->keep_ended = true;
	cr_assert_eq(record_save(&rs, r, &e), 0, "%s", e.message);
	cr_assert_eq(records_load(&again, dir), 0);
	r = record_by_uuid(&again, UUID);
	cr_assert_not_null(r);
	cr_assert_str_eq(r->name, "g1");
	cr_assert_eq(r->domid, 7);
	cr_assert_eq(r->generation, 3);
	cr_assert_float_eq(r->start_time, 12.5, 0);
	cr_assert_eq(r->state, RECORD_RESTARTING);
	cr_assert(r->keep_ended);
	cr_assert_str_eq(r->preserve_as, "00000000-0000-4000-8000-000000000001");
	cr_assert_str_eq(json_string(json_path(r->config, "c_info.name"), ""), "g1");
	cr_assert_eq(record_by_name(&again, "g1"), r);
	record_remove(&again, r);
	cr_assert_eq(count(".json"), 0);
	cr_assert_null(again.first);
	records_free(&rs);
	records_free(&again);
}

Test(records, name_is_in_the_config_too)
{
	struct records rs;
	struct record *r;

	records_load(&rs, dir);
	r = example(&rs);
	cr_assert_eq(record_set_name(r, "g2"), 0);
	cr_assert_str_eq(r->name, "g2");
	cr_assert_str_eq(json_string(json_path(r->config, "c_info.name"), ""), "g2");
	records_free(&rs);
}

static void put_file(const char *name, const char *text, size_t len)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fwrite(text, 1, len, f);
	fclose(f);
}

/* A file cut at any byte is set aside and harms nobody. */
Test(records, truncated_at_every_byte)
{
	struct records rs;
	struct json *v;
	char *text;
	size_t len;

	records_load(&rs, dir);
	v = record_to_json(example(&rs));
	text = json_print(v, true);
	json_free(v);
	records_free(&rs);
	for (len = 0; len < strlen(text) - 2; len++) {
		put_file(UUID ".json", text, len);
		cr_assert_eq(records_load(&rs, dir), 0);
		cr_assert_null(rs.first, "accepted with %zu bytes", len);
		cr_assert_eq(count(".json"), 0);
		cr_assert_eq(count(".broken"), 1);
	}
	put_file(UUID ".json", text, strlen(text));
	cr_assert_eq(records_load(&rs, dir), 0);
	cr_assert_not_null(rs.first);
	records_free(&rs);
	free(text);
}

/* A byte of it replaced: either it still is a record, or it is set aside; nothing else. */
Test(records, every_byte_replaced)
{
	static const unsigned char bytes[] = {0, '"', '}', ',', '\\', 0x80, 0xff};
	struct records rs;
	size_t i, b, len, taken = 0, aside = 0;
	struct json *v;
	char *text, old;

	records_load(&rs, dir);
	v = record_to_json(example(&rs));
	text = json_print(v, true);
	json_free(v);
	records_free(&rs);
	len = strlen(text);
	for (i = 0; i < len; i++)
		for (b = 0; b < sizeof(bytes); b++) {
			old = text[i];
			text[i] = (char)bytes[b];
			put_file(UUID ".json", text, len);
			text[i] = old;
			cr_assert_eq(records_load(&rs, dir), 0);
			cr_assert_eq((rs.first != NULL) + count(".broken"), 1, "byte %zu is %#x", i,
				     bytes[b]);
			taken += rs.first != NULL;
			aside += count(".broken");
			records_free(&rs);
			empty_dir();
		}
	/* In names and other texts some go unnoticed; most do not. */
	cr_expect_gt(aside, taken);
	cr_expect_gt(taken, 0);
	free(text);
}

static void set_aside(void)
{
	struct records rs;

	cr_assert_eq(records_load(&rs, dir), 0);
	cr_expect_null(rs.first);
	cr_expect_eq(count(".broken"), 1);
	records_free(&rs);
	empty_dir();
}

Test(records, not_ours_alone, .timeout = 60)
{
	struct records rs;
	struct rpc_error e;
	char path[200], other[200];

	records_load(&rs, dir);
	cr_assert_eq(record_save(&rs, example(&rs), &e), 0);
	records_free(&rs);
	snprintf(path, sizeof(path), "%s/%s.json", dir, UUID);
	cr_assert_eq(chmod(path, 0622), 0);
	set_aside();
	cr_assert_eq(mkfifo(path, 0600), 0);
	set_aside();
	put_file("elsewhere", "{}", 2);
	snprintf(other, sizeof(other), "%s/elsewhere", dir);
	cr_assert_eq(symlink(other, path), 0);
	set_aside();
	if (geteuid())
		return; /* only root can give files away */
	records_load(&rs, dir);
	cr_assert_eq(record_save(&rs, example(&rs), &e), 0);
	records_free(&rs);
	cr_assert_eq(chown(path, 1, 1), 0);
	set_aside();
}

Test(records, other_contents_are_set_aside)
{
	struct records rs;

	put_file(UUID ".json", "[]", 2);
	put_file("x.json", "{\"format\":1}", 12);
	put_file("y.json", "{\"format\":99,\"name\":\"a\"}", 23);
	cr_assert_eq(records_load(&rs, dir), 0);
	cr_assert_null(rs.first);
	cr_assert_eq(count(".broken"), 3);
}

Test(records, remains_of_a_killed_writer_go)
{
	struct records rs;

	put_file(UUID ".json.new", "{\"form", 6);
	cr_assert_eq(records_load(&rs, dir), 0);
	cr_assert_eq(count(".new"), 0);
}

/* A full disk: the old file stays whole. The file size limit gives EFBIG, which
 * takes the same way as ENOSPC. */
Test(records, failed_write_leaves_the_old_file)
{
	struct rlimit none = {4, 4};
	struct records rs, again;
	struct rpc_error e;
	struct record *r;

	records_load(&rs, dir);
	r = example(&rs);
	cr_assert_eq(record_save(&rs, r, &e), 0);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	r->domid = 9;
	cr_assert_eq(record_save(&rs, r, &e), -1);
	cr_assert_str_eq(e.code, "daemon.state");
	cr_assert_eq(count(".new"), 0);
	cr_assert_eq(records_load(&again, dir), 0);
	cr_assert_eq(again.first->domid, -1);
	records_free(&rs);
	records_free(&again);
}

Test(records, no_directory)
{
	struct records rs;
	char path[100];

	snprintf(path, sizeof(path), "%s/a/b", dir);
	cr_assert_eq(records_load(&rs, path), -ENOENT);
}
