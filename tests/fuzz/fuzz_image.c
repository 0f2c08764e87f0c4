/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Kernel files of any kind of damage through both ELF readers; the loader's answer
 * through the builder's check: a loaded image always passes it.  Build it with
 * sanitizers to see more than crashes.
 *
 *   fuzz_image [-n ROUNDS] [-s SEED]   mutate samples made in memory
 *   fuzz_image FILE...                 a corpus, once each
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xen/elfnote.h>

#include "../../hypervisor/core/elf_image.h"
#include "guest/image.h"
#include "guest/image_plan.h"
#include "guest/plan.h"
#include "image_samples.h"

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* The hypervisor's own reader: what it says must lie inside of the file. */
static int try_elf(struct sample s)
{
	struct elf_image elf;
	uint32_t entry;
	const char *why;

	if (elf_image_read(s.data, s.size, &elf, &why))
		return !why;
	for (unsigned int i = 0; i < elf.nr; i++) {
		size_t at = (size_t)((const uint8_t *)elf.segment[i].data - s.data);

		if (at > s.size || elf.segment[i].filesz > s.size - at)
			return 1;
	}
	elf_image_note(&elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &entry, sizeof(entry));
	return elf.end > 1ull << 32;
}

/* 1 when an answer came out that the builder would refuse. */
static int try_one(struct sample s)
{
	struct image_error err = {""};
	struct image_plan plan;
	char text[128];
	struct stat st;
	uint64_t end;
	int bad = 0;
	int fd = memfd_create("fuzz", 0);

	if (fd < 0)
		abort();
	if (try_elf(s)) {
		close(fd);
		return 1;
	}
	if (image_convert(s.data, s.size, fd, &err)) {
		bad = !err.text[0];
	} else if (fstat(fd, &st) || pread(fd, &plan, sizeof(plan), 0) != (ssize_t)sizeof(plan) ||
		   plan_check(&plan, (uint64_t)st.st_size, &end, text, sizeof(text))) {
		bad = 1;
	}
	close(fd);
	return bad;
}

static void mutate(struct sample *s)
{
	static const uint64_t values[] = {0,	      1,	  4,	 0x7fffffff,
					  0x80000000, 0xffffffff, ~0ull, ~0ull >> 1};
	unsigned int edits = 1 + next() % 4;

	while (edits-- && s->size > 8) {
		size_t at = next() % (next() & 1 ? s->size : s->size < 0x300 ? s->size : 0x300);
		size_t len = 1u << next() % 4;
		uint64_t value = values[next() % 8];

		if (len > s->size - at)
			len = 1;
		switch (next() % 4) {
		case 0:
			s->data[at] ^= (uint8_t)(1u << next() % 8);
			break;
		case 1:
			s->data[at] = (uint8_t)next();
			break;
		case 2:
			memcpy(s->data + at, &value, len);
			break;
		default:
			if (next() % 4 == 0)
				s->size = at + 1;
			break;
		}
	}
}

static int fuzz(unsigned long rounds, uint64_t seed)
{
	static const enum unpack_format formats[] = {UNPACK_GZIP, UNPACK_XZ, UNPACK_LZMA,
						     UNPACK_LZ4, UNPACK_ZSTD};
	struct sample seeds[7] = {sample_elf(true), sample_elf(false)};
	int bad = 0;

	state = seed;
	for (unsigned int i = 0; i < 5; i++)
		seeds[2 + i] = sample_bzimage(formats[i], seeds[0]);
	for (unsigned long n = 0; n < rounds && !bad; n++) {
		struct sample s = sample_copy(seeds[next() % 7]);
		uint64_t before = state;

		mutate(&s);
		bad = try_one(s);
		if (bad)
			fprintf(stderr, "fuzz_image: round %lu (state 0x%llx) gives a bad answer\n",
				n, (unsigned long long)before);
		sample_free(&s);
	}
	for (unsigned int i = 0; i < 7; i++)
		sample_free(&seeds[i]);
	return bad;
}

static int run_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sample s;
	struct stat st;
	int bad;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		return 1;
	}
	s = (struct sample){malloc((size_t)st.st_size + 1), (size_t)st.st_size};
	if (!s.data || read(fd, s.data, s.size) != (ssize_t)s.size) {
		perror(path);
		abort();
	}
	bad = try_one(s);
	if (bad)
		fprintf(stderr, "fuzz_image: %s gives a bad answer\n", path);
	sample_free(&s);
	close(fd);
	return bad;
}

int main(int argc, char **argv)
{
	unsigned long rounds = 10000;
	uint64_t seed = 88172645463325252ull;
	int opt, bad = 0;

	while ((opt = getopt(argc, argv, "n:s:")) >= 0) {
		if (opt == 'n')
			rounds = strtoul(optarg, NULL, 0);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0) | 1;
		else
			return 2;
	}
	if (optind == argc)
		return fuzz(rounds, seed);
	for (; optind < argc; optind++)
		bad |= run_file(argv[optind]);
	return bad;
}
