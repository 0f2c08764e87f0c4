/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-194: the loader copied structures of its stack, padding and all, into the
 * guest of a 32-bit kernel that asked for its symbol table.  Here stack and heap
 * are poisoned before such a kernel is loaded: what comes out must be the
 * plan's fields and the file's own bytes, and nothing else.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/image.h"
#include "guest/image_plan.h"
#include "image_samples.h"

#include <xen/elfnote.h>

#define POISON 0xa7

static __attribute__((noinline)) void poison_stack(void)
{
	volatile uint8_t area[512 * 1024];

	for (size_t i = 0; i < sizeof(area); i++)
		area[i] = POISON;
}

static void poison_heap(void)
{
	static void *block[256];

	for (size_t i = 0; i < 256; i++) {
		block[i] = malloc(64 + i * 61);
		memset(block[i], POISON, 64 + i * 61);
	}
	for (size_t i = 0; i < 256; i++)
		free(block[i]);
	/* And what is new from the system. */
	mallopt(M_PERTURB, (unsigned char)~POISON);
}

/* A second note behind the PVH one, and a section table that has symbols. */
static struct sample with_symtab(bool is64)
{
	static const struct {
		Elf32_Nhdr note;
		char name[4];
		char desc[4];
	} bsd = {{4, 4, XEN_ELFNOTE_BSD_SYMTAB}, "Xen", "yes"};
	struct sample s = sample_elf(is64);
	size_t note, len = is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	Elf32_Phdr p32;
	Elf64_Phdr p64;

	s.data = realloc(s.data, s.size + 4 * len);
	memset(s.data + s.size, 0x11, 4 * len);
	if (is64) {
		memcpy(&p64, s.data + sample_phdr(true, 2), sizeof(p64));
		note = p64.p_offset + p64.p_filesz;
		p64.p_filesz += sizeof(bsd);
		memcpy(s.data + sample_phdr(true, 2), &p64, sizeof(p64));
		((Elf64_Ehdr *)(void *)s.data)->e_shoff = s.size;
		((Elf64_Ehdr *)(void *)s.data)->e_shnum = 4;
		((Elf64_Ehdr *)(void *)s.data)->e_shentsize = (uint16_t)len;
	} else {
		memcpy(&p32, s.data + sample_phdr(false, 2), sizeof(p32));
		note = p32.p_offset + p32.p_filesz;
		p32.p_filesz += sizeof(bsd);
		memcpy(s.data + sample_phdr(false, 2), &p32, sizeof(p32));
		((Elf32_Ehdr *)(void *)s.data)->e_shoff = (uint32_t)s.size;
		((Elf32_Ehdr *)(void *)s.data)->e_shnum = 4;
		((Elf32_Ehdr *)(void *)s.data)->e_shentsize = (uint16_t)len;
	}
	memcpy(s.data + note, &bsd, sizeof(bsd));
	s.size += 4 * len;
	return s;
}

static void check_output(int fd, struct sample s)
{
	struct image_error err = {""};
	struct image_plan *plan;
	uint8_t *out;
	struct stat st;
	size_t used;

	cr_assert_eq(image_convert(s.data, s.size, fd, &err), 0, "%s", err.text);
	cr_assert_eq(fstat(fd, &st), 0);
	out = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	cr_assert_neq(out, MAP_FAILED);
	plan = (struct image_plan *)(void *)out;
	cr_assert_eq(plan->nr_segments, 2u);
	used = offsetof(struct image_plan, segments) + 2 * sizeof(plan->segments[0]);
	for (size_t i = used; i < IMAGE_DATA; i++)
		cr_assert_eq(out[i], 0, "byte %zu behind the plan is 0x%x", i, out[i]);
	for (unsigned int i = 0; i < 2; i++) {
		const struct image_segment *seg = &plan->segments[i];

		cr_assert_leq(seg->offset + seg->file_size, (uint64_t)st.st_size);
		for (uint64_t b = 0; b < seg->file_size; b++)
			cr_assert_eq(out[seg->offset + b], i ? 0xdd : 0xcc);
	}
	/* The rest of the memory file: the kernel's bytes as they were. */
	cr_assert_leq((size_t)st.st_size - IMAGE_DATA, s.size);
	cr_assert_eq(memcmp(out + IMAGE_DATA, s.data, (size_t)st.st_size - IMAGE_DATA), 0);
	munmap(out, (size_t)st.st_size);
}

static void load_poisoned(bool is64)
{
	struct sample s = with_symtab(is64);
	int fd = memfd_create("out", 0);

	cr_assert_geq(fd, 0);
	poison_heap();
	poison_stack();
	check_output(fd, s);
	close(fd);
	sample_free(&s);
}

Test(advisory_194, no_byte_of_ours_in_a_32_bit_kernel_with_symbols)
{
	load_poisoned(false);
}

Test(advisory_194, nor_in_a_64_bit_one)
{
	load_poisoned(true);
}
