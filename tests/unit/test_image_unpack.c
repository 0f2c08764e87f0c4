/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* bzImage and compressed kernels through the whole conversion. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/image.h"
#include "guest/image_plan.h"
#include "guest/plan.h"
#include "image_samples.h"

static const enum unpack_format formats[] = {UNPACK_GZIP, UNPACK_XZ, UNPACK_LZMA, UNPACK_LZ4,
					     UNPACK_ZSTD};
#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

/* Convert an exact heap copy; the memory file in *fd. */
static int convert(struct sample s, int *fd, struct image_error *err)
{
	struct sample copy = sample_copy(s);
	int ret;

	err->text[0] = '\0';
	*fd = memfd_create("test", 0);
	cr_assert_geq(*fd, 0);
	ret = image_convert(copy.data, copy.size, *fd, err);
	sample_free(&copy);
	return ret;
}

static void check_output(int fd, struct sample elf)
{
	struct image_plan plan;
	uint8_t *got = malloc(elf.size);
	char text[128];
	uint64_t end;
	struct stat st;

	cr_assert_eq(pread(fd, &plan, sizeof(plan), 0), (ssize_t)sizeof(plan));
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(plan_check(&plan, (uint64_t)st.st_size, &end, text, sizeof(text)), 0, "%s",
		     text);
	cr_assert_eq(end, SAMPLE_DATA + SAMPLE_DATA_MEM);
	cr_assert_eq(pread(fd, got, elf.size, IMAGE_DATA), (ssize_t)elf.size);
	cr_assert_eq(memcmp(got, elf.data, elf.size), 0);
	cr_assert_eq((size_t)st.st_size, IMAGE_DATA + elf.size);
	free(got);
	close(fd);
}

Test(unpack, plain_elf)
{
	struct sample elf = sample_elf(true);
	struct image_error err;
	int fd;

	cr_assert_eq(convert(elf, &fd, &err), 0, "%s", err.text);
	check_output(fd, elf);
	sample_free(&elf);
}

Test(unpack, every_format_with_and_without_bzimage)
{
	struct sample elf = sample_elf(true);

	for (size_t i = 0; i < NR_FORMATS; i++) {
		struct sample bz = sample_bzimage(formats[i], elf);
		struct sample raw = sample_pack(formats[i], elf);
		struct image_error err;
		int fd;

		cr_assert_eq(convert(bz, &fd, &err), 0, "%s: %s", unpack_name(formats[i]),
			     err.text);
		check_output(fd, elf);
		cr_assert_eq(convert(raw, &fd, &err), 0, "%s: %s", unpack_name(formats[i]),
			     err.text);
		check_output(fd, elf);
		sample_free(&bz);
		sample_free(&raw);
	}
	sample_free(&elf);
}

Test(unpack, every_truncated_bzimage_is_refused)
{
	struct sample elf = sample_elf(true);

	for (size_t i = 0; i < NR_FORMATS; i++) {
		struct sample bz = sample_bzimage(formats[i], elf);

		/* 100 bytes follow the payload, 4 of gzip's are spare. */
		for (size_t len = 0; len < bz.size - 104; len++) {
			struct sample cut = {bz.data, len};
			struct image_error err;
			int fd;

			cr_assert_eq(convert(cut, &fd, &err), -1, "%s at %zu",
				     unpack_name(formats[i]), len);
			cr_assert(err.text[0]);
			close(fd);
		}
		sample_free(&bz);
	}
	sample_free(&elf);
}

/* Truncation behind the shell's back: the header says less than the stream needs. */
Test(unpack, short_payload_is_refused)
{
	struct sample elf = sample_elf(true);

	for (size_t i = 0; i < NR_FORMATS; i++) {
		struct sample bz = sample_bzimage(formats[i], elf);
		uint32_t len;

		memcpy(&len, bz.data + 0x24c, 4);
		for (uint32_t cut = 0; cut < len; cut++) {
			struct image_error err;
			int fd;

			memcpy(bz.data + 0x24c, &cut, 4);
			cr_assert_eq(convert(bz, &fd, &err), -1, "%s payload of %u bytes",
				     unpack_name(formats[i]), cut);
			close(fd);
		}
		sample_free(&bz);
	}
	sample_free(&elf);
}

/* A flipped bit is found, or (lz4 has no checksum) does no harm. */
Test(unpack, damage_is_survived)
{
	struct sample elf = sample_elf(true);

	for (size_t i = 0; i < NR_FORMATS; i++) {
		struct sample bz = sample_bzimage(formats[i], elf);

		for (size_t at = 0x1f0; at < bz.size; at++) {
			struct image_error err;
			int fd;

			bz.data[at] ^= 1 << (at % 8);
			cr_assert(!convert(bz, &fd, &err) || err.text[0]);
			bz.data[at] ^= 1 << (at % 8);
			close(fd);
		}
		sample_free(&bz);
	}
	sample_free(&elf);
}

static void expect_error(struct sample s, const char *part)
{
	struct image_error err;
	int fd;

	cr_assert_eq(convert(s, &fd, &err), -1);
	cr_assert(strstr(err.text, part), "\"%s\" lacks \"%s\"", err.text, part);
	close(fd);
}

Test(unpack, says_what_is_wrong)
{
	uint8_t text[] = "#!/bin/sh\n", bz2[] = "BZh91AY&SY", packed_text[] = "not a kernel at all";
	struct sample elf = sample_elf(true), bz = sample_bzimage(UNPACK_GZIP, elf);
	struct sample inner = {packed_text, sizeof(packed_text)};
	struct sample odd = sample_pack(UNPACK_GZIP, inner);

	expect_error((struct sample){text, 0}, "file is empty");
	expect_error((struct sample){text, sizeof(text)}, "not an ELF or bzImage");
	expect_error((struct sample){bz2, sizeof(bz2)}, "bzip2 compression is not supported");
	expect_error(odd, "not an ELF file");
	expect_error((struct sample){bz.data, 0x240}, "header is truncated at offset 576");
	expect_error((struct sample){bz.data, bz.size - 200}, "bzImage is truncated at offset");
	bz.data[0x206] = 7;
	expect_error(bz, "protocol 2.07 is older than 2.08");
	bz.data[0x206] = 0xf;
	memset(bz.data + (1 + 2) * 512 + 64, 'x', 8);
	expect_error(bz, "packed in an unknown way");
	sample_free(&odd);
	sample_free(&bz);
	sample_free(&elf);
}

Test(unpack, size_limit_holds)
{
	struct unpack_sink sink = {.fd = memfd_create("test", 0), .limit = 1000};
	struct image_error err = {""};
	uint8_t block[600] = {0};

	cr_assert_eq(unpack_write(&sink, block, sizeof(block), &err), 0);
	cr_assert_eq(unpack_write(&sink, block, sizeof(block), &err), -1);
	cr_assert(strstr(err.text, "unpacks to more than"));
	cr_assert_eq(sink.total, sizeof(block));
	close(sink.fd);
}
