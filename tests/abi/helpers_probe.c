/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the helpers of the loaded libxenlight answer where they need neither a
 * hypervisor nor a logger: for comparing Debian's library with ours.
 */
#include <libxl.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Debian's library notes in a context that a result is the caller's; an all-zero
 * one does, and nobody looks into it otherwise. */
static union {
	max_align_t align;
	char bytes[65536];
} no_context;
#define CTX ((libxl_ctx *)&no_context)

static void show_bitmap(const char *what, const libxl_bitmap *map)
{
	char *hex = libxl_bitmap_to_hex_string(CTX, map);

	printf("=== %s\nsize %u %s full %d empty %d set %d\n", what, map->size, hex,
	       libxl_bitmap_is_full(map), libxl_bitmap_is_empty(map), libxl_bitmap_count_set(map));
	free(hex);
}

static void probe_pair(const libxl_bitmap *a, const libxl_bitmap *b)
{
	libxl_bitmap c;
	int rc;

	libxl_bitmap_init(&c);
	rc = libxl_bitmap_or(CTX, &c, a, b);
	printf("or %d\n", rc);
	show_bitmap("or", &c);
	libxl_bitmap_dispose(&c);
	rc = libxl_bitmap_and(CTX, &c, a, b);
	printf("and %d\n", rc);
	show_bitmap("and", &c);
	libxl_bitmap_dispose(&c);
	libxl_bitmap_copy_alloc(CTX, &c, a);
	show_bitmap("copy", &c);
	libxl_bitmap_dispose(&c);
	show_bitmap("disposed", &c);
}

static void probe_bitmaps(void)
{
	static const int sizes[] = {0, 1, 7, 8, 9, 12, 64, 65};
	libxl_bitmap maps[8];
	int i, bit;

	for (i = 0; i < 8; i++) {
		libxl_bitmap_init(&maps[i]);
		printf("alloc %d\n", libxl_bitmap_alloc(CTX, &maps[i], sizes[i]));
		for (bit = -1; bit < 70; bit += 3)
			libxl_bitmap_set(&maps[i], bit);
		show_bitmap("thirds", &maps[i]);
		for (bit = -2; bit < 70; bit += 5)
			libxl_bitmap_reset(&maps[i], bit);
		for (bit = -2; bit < 70; bit++)
			putchar('0' + libxl_bitmap_test(&maps[i], bit));
		putchar('\n');
	}
	for (i = 0; i < 7; i++) {
		probe_pair(&maps[i], &maps[i + 1]);
		probe_pair(&maps[i + 1], &maps[i]);
	}
	if (maps[2].map)
		memset(maps[2].map, 0xff, maps[2].size);
	show_bitmap("full", &maps[2]);
	for (i = 0; i < 8; i++)
		libxl_bitmap_dispose(&maps[i]);
}

static void probe_lists(void)
{
	char *words[] = {"a", "", "c", NULL}, *pairs[] = {"k", "v", "l", NULL, NULL, NULL};
	libxl_string_list list = words, copy = NULL;
	libxl_key_value_list kvl = pairs, kvl_copy = NULL;

	printf("=== lists\n%d %d\n", libxl_string_list_length(&list),
	       libxl_key_value_list_length(&kvl));
	libxl_string_list_copy(CTX, &copy, &list);
	printf("%s,%s,%s %d\n", copy[0], copy[1], copy[2], copy != list);
	libxl_string_list_dispose(&copy);
	libxl_key_value_list_copy(CTX, &kvl_copy, &kvl);
	printf("%s=%s %s %d\n", kvl_copy[0], kvl_copy[1], kvl_copy[2], kvl_copy[3] == NULL);
	libxl_key_value_list_dispose(&kvl_copy);
	list = NULL;
	kvl = NULL;
	libxl_string_list_copy(CTX, &copy, &list);
	printf("%d %d %d\n", libxl_string_list_length(&list), libxl_key_value_list_length(&kvl),
	       copy == NULL);
}

static void probe_uuids(void)
{
	static const char *const texts[] = {
		"0b8ab4d4-1b4e-4b9c-9f3f-0123456789ab", "0B8AB4D4-1B4E-4B9C-9F3F-0123456789AB",
		"0b8ab4d41b4e4b9c9f3f0123456789ab",	"0b8ab4d4-1b4e-4b9c-9f3f-0123456789a",
		" 0b8ab4d4-1b4e-4b9c-9f3f-0123456789a", "",
		"00000000-0000-0000-0000-000000000000", "0b8ab4d4-1b4e-4b9c-9f3f-0123456789xx"};
	libxl_uuid uuid, other;
	size_t i, j;

	libxl_uuid_generate(&other);
	printf("=== uuids\nnil %d\n", libxl_uuid_is_nil(&other));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		libxl_uuid_clear(&uuid);
		printf("%s %d ", texts[i], libxl_uuid_from_string(&uuid, texts[i]));
		for (j = 0; j < 16; j++)
			printf("%02x", libxl_uuid_bytearray(&uuid)[j]);
		printf(" nil %d\n", libxl_uuid_is_nil(&uuid));
	}
	libxl_uuid_copy(NULL, &uuid, &other);
	printf("%d\n", libxl_uuid_compare(&uuid, &other));
	libxl_uuid_clear(&uuid);
	printf("%d %d\n", libxl_uuid_compare(&uuid, &other), libxl_uuid_compare(&other, &uuid));
}

static void probe_names(void)
{
	static const char *const paths[] = {"/a/b", "b", "a/", "", "/", "a//b"};
	static const char *const backends[] = {"phy",	    "file",  "tap", "tap:aio",	  "tap:vhd",
					       "tap:qcow2", "qdisk", "foo", "standalone", ""};
	static const uint32_t domids[] = {0, 1, 0x7fef, 0x7ff0, 0x7ff4, 0xffffffff};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *base = libxl_basename(paths[i]);

		printf("=== %s %s\n", paths[i], base);
		free(base);
	}
	for (i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		libxl_disk_backend backend = 99;
		char *text = strdup(backends[i]);
		int rc = libxl_string_to_backend(CTX, text, &backend);

		printf("=== %s %d %d\n", text, rc, backend);
		free(text);
	}
	for (i = 0; i < sizeof(domids) / sizeof(domids[0]); i++)
		printf("=== %x %d\n", domids[i], libxl_domid_valid_guest(domids[i]));
	for (i = 0; i < 9; i++)
		printf("=== shadow %lu\n",
		       libxl_get_required_shadow_memory(i * 123457, (unsigned int)i));
}

static void probe_files(void)
{
	char name[] = "/tmp/helpers_probe.XXXXXX", text[16] = "";
	int fd = mkstemp(name), len = -1, pipes[2], rc;
	void *data = &len;

	printf("=== files\n");
	rc = libxl_read_file_contents(CTX, name, &data, &len);
	printf("empty %d %d %d\n", rc, len, data == NULL);
	printf("write %d\n", libxl_write_exactly(CTX, fd, "some text", 9, "x", NULL));
	rc = libxl_read_file_contents(CTX, name, &data, &len);
	printf("whole %d %d %.9s\n", rc, len, (char *)data);
	free(data);
	len = -1;
	rc = libxl_read_file_contents(CTX, name, NULL, &len);
	printf("length only %d %d\n", rc, len);
	printf("nothing wanted %d\n", libxl_read_file_contents(CTX, name, NULL, NULL));
	lseek(fd, 0, SEEK_SET);
	rc = libxl_read_exactly(CTX, fd, text, 4, "x", "y");
	printf("part %d %s\n", rc, text);
	unlink(name);
	close(fd);
	len = -1;
	rc = libxl_read_file_contents(CTX, name, &data, &len);
	printf("missing %d %d\n", rc, len);
	printf("pipe %d\n", libxl_pipe(CTX, pipes));
	rc = libxl_fd_set_cloexec(CTX, pipes[0], 1);
	printf("cloexec %d %d\n", rc, libxl_fd_set_cloexec(CTX, pipes[0], 0));
	printf("nonblock %d\n", libxl_fd_set_nonblock(CTX, pipes[0], 1));
	printf("%zd\n", read(pipes[0], text, 1));
}

int main(void)
{
	probe_bitmaps();
	probe_lists();
	probe_uuids();
	probe_names();
	probe_files();
	return 0;
}
