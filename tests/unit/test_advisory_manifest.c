/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manifest.h"

static struct json *parse(const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);

	cr_assert_not_null(v, "%s", text);
	return v;
}

#define M(component, id, fixes)                                                                    \
	"{\"format\":1,\"component\":\"" component "\",\"build_id\":\"" id "\",\"fixes\":" fixes "}"

Test(manifest, found_by_build_and_component)
{
	struct manifests m = {0};
	const struct json *v;

	cr_assert(manifests_add(&m, parse(M("hypervisor", "aaaaaaaa", "[\"XSA-1\"]"))));
	cr_assert(manifests_add(&m, parse(M("xenstored", "bbbbbbbb", "[]"))));
	v = manifest_find(&m, "hypervisor", "aaaaaaaa");
	cr_assert_str_eq(manifest_build_id(v), "aaaaaaaa");
	cr_assert_null(manifest_find(&m, "xenstored", "aaaaaaaa"));
	cr_assert_null(manifest_find(&m, "hypervisor", "cccccccc"));
	cr_assert_null(manifest_find(&m, "hypervisor", ""), "no build-id is no build");
	manifests_free(&m);
}

Test(manifest, bad_ones_are_refused)
{
	static const char *const table[][2] = {
		{"[]", "format"},
		{"{\"format\":2}", "format"},
		{M("", "aaaaaaaa", "[]"), "component"},
		{M("0123456789012345678901234567890123", "aaaaaaaa", "[]"), "component"},
		{M("h", "", "[]"), "build_id"},
		{M("h", "AAAAAAAA", "[]"), "build_id"},
		{M("h", "aaaa", "[]"), "build_id"},
		{M("h", "aaaaaaaa", "{}"), "fixes"},
		{M("h", "aaaaaaaa", "[1]"), "fixes"},
	};
	struct manifests m = {0};
	char why[160];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json *v = parse(table[i][0]);

		cr_assert_not(manifest_check(v, why, sizeof(why)), "%s", table[i][0]);
		cr_assert(strstr(why, table[i][1]), "%s: %s", table[i][0], why);
		cr_assert_not(manifests_add(&m, v));
	}
	cr_assert_not(manifests_add(&m, NULL));
	cr_assert_eq(m.nr, 0);
	manifests_free(&m);
}

Test(manifest, build_id_of_this_program)
{
	char id[BUILD_ID_TEXT];

	cr_assert_eq(elf_build_id("/proc/self/exe", id), 0);
	cr_assert_eq(strspn(id, "0123456789abcdef"), strlen(id));
	cr_assert_geq(strlen(id), 16);
	cr_assert_eq(elf_build_id("/nonexistent", id), -ENOENT);
	cr_assert_str_eq(id, "");
	cr_assert_eq(elf_build_id("/dev/null", id), -ENOEXEC);
	cr_assert_neq(elf_build_id("/", id), 0);
}

/* One segment of notes with these bytes. */
static int id_of(const void *notes, size_t len, uint64_t size, char id[BUILD_ID_TEXT])
{
	struct {
		Elf64_Ehdr e;
		Elf64_Phdr p;
		unsigned char notes[128];
	} f = {.e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		     .e_phoff = sizeof(Elf64_Ehdr),
		     .e_phentsize = sizeof(Elf64_Phdr),
		     .e_phnum = 1},
	       .p = {.p_type = PT_NOTE, .p_offset = sizeof(f.e) + sizeof(f.p), .p_filesz = size}};
	char path[200];
	const char *tmp = getenv("TMPDIR");
	int fd, rc;

	memcpy(f.notes, notes, len);
	snprintf(path, sizeof(path), "%s/elf.XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(path);
	cr_assert_eq(write(fd, &f, sizeof(f)), (ssize_t)sizeof(f));
	close(fd);
	rc = elf_build_id(path, id);
	unlink(path);
	return rc;
}

Test(manifest, damaged_notes)
{
	static const uint32_t good[] = {4, 8, NT_GNU_BUILD_ID, 0x554e47, 0x67452301, 0xefcdab89};
	static const uint32_t second[] = {
		4, 4, 1, 0x554e47, 0, 4, 4, NT_GNU_BUILD_ID, 0x554e47, 0x04030201};
	static const uint32_t long_name[] = {0xffffffff, 8, NT_GNU_BUILD_ID, 0x554e47, 1, 2};
	static const uint32_t long_desc[] = {4, 0xfffffffd, NT_GNU_BUILD_ID, 0x554e47, 1, 2};
	static const uint32_t empty[] = {4, 0, NT_GNU_BUILD_ID, 0x554e47};
	static const uint32_t other[] = {4, 8, NT_GNU_BUILD_ID, 0x4f4f46, 1, 2};
	char id[BUILD_ID_TEXT];

	cr_assert_eq(id_of(good, sizeof(good), sizeof(good), id), 0);
	cr_assert_str_eq(id, "0123456789abcdef");
	cr_assert_eq(id_of(second, sizeof(second), sizeof(second), id), 0);
	cr_assert_str_eq(id, "01020304");
	cr_assert_eq(id_of(good, sizeof(good), sizeof(good) - 4, id), -ENODATA);
	cr_assert_eq(id_of(good, sizeof(good), 0, id), -ENODATA);
	cr_assert_eq(id_of(good, sizeof(good), 1ull << 40, id), -ENODATA);
	cr_assert_eq(id_of(good, sizeof(good), 4096, id), -ENODATA, "beyond the end of the file");
	cr_assert_eq(id_of(long_name, sizeof(long_name), sizeof(long_name), id), -ENODATA);
	cr_assert_eq(id_of(long_desc, sizeof(long_desc), sizeof(long_desc), id), -ENODATA);
	cr_assert_eq(id_of(empty, sizeof(empty), sizeof(empty), id), -ENODATA);
	cr_assert_eq(id_of(other, sizeof(other), sizeof(other), id), -ENODATA);
}
