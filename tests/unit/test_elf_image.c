/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>
#include <xen/elfnote.h>

#include "../../hypervisor/core/elf_image.h"
#include "image_samples.h"

static struct elf_image elf;
static const char *why;

static int read_sample(const struct sample *s)
{
	return elf_image_read(s->data, s->size, &elf, &why);
}

static void put(struct sample *s, size_t at, uint64_t value, size_t len)
{
	memcpy(s->data + at, &value, len);
}

Test(elf_image, reads_both_classes)
{
	for (int wide = 0; wide < 2; wide++) {
		struct sample s = sample_elf(wide);
		uint32_t entry = 0;

		cr_assert_eq(read_sample(&s), 0, "%s", why);
		cr_assert_eq(elf.nr, 3);
		cr_assert_eq(elf.start, SAMPLE_TEXT);
		cr_assert_eq(elf.end, SAMPLE_DATA + SAMPLE_DATA_MEM);
		cr_assert_eq(elf.segment[0].filesz, SAMPLE_TEXT_LEN);
		cr_assert_eq(elf.segment[1].memsz, SAMPLE_DATA_MEM);
		cr_assert_eq(*(const uint8_t *)elf.segment[1].data, 0xdd);
		cr_assert(elf_image_note(&elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &entry, 4));
		cr_assert_eq(entry, SAMPLE_ENTRY);
		cr_assert(!elf_image_note(&elf, "Xen", XEN_ELFNOTE_ENTRY, &entry, 4));
		cr_assert(!elf_image_note(&elf, "GNU", XEN_ELFNOTE_PHYS32_ENTRY, &entry, 4));
		/* A note that does not fit is not taken. */
		cr_assert(!elf_image_note(&elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &entry, 3));
		sample_free(&s);
	}
}

Test(elf_image, refuses_every_truncation_or_stays_inside)
{
	struct sample s = sample_elf(true);

	/* A copy of exactly that size: the sanitizer sees a byte too many. */
	for (size_t size = 0; size < s.size; size++) {
		struct sample cut = {malloc(size ? size : 1), size};
		uint32_t entry;

		memcpy(cut.data, s.data, size);
		if (!read_sample(&cut))
			elf_image_note(&elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &entry, 4);
		else
			cr_assert_not_null(why);
		free(cut.data);
	}
	sample_free(&s);
}

static void refused(bool wide, size_t at, uint64_t value, size_t len, const char *reason)
{
	struct sample s = sample_elf(wide);

	put(&s, at, value, len);
	cr_assert_eq(read_sample(&s), -XEN_EINVAL, "%s", reason);
	cr_assert_str_eq(why, reason);
	sample_free(&s);
}

Test(elf_image, says_what_is_wrong)
{
	size_t load = sample_phdr(true, 0);

	refused(true, 0, 0, 1, "not a little-endian ELF file");
	refused(true, EI_DATA, ELFDATA2MSB, 1, "not a little-endian ELF file");
	refused(true, EI_CLASS, 3, 1, "not a little-endian ELF file");
	refused(true, offsetof(Elf64_Ehdr, e_machine), EM_ARM, 2, "not an executable for x86");
	refused(true, offsetof(Elf64_Ehdr, e_type), ET_REL, 2, "not an executable for x86");
	refused(true, offsetof(Elf64_Ehdr, e_phoff), ~0ull, 8,
		"program headers outside of the file");
	refused(true, offsetof(Elf64_Ehdr, e_phentsize), 8, 2,
		"program headers outside of the file");
	refused(true, offsetof(Elf64_Ehdr, e_phnum), 0xffff, 2,
		"program headers outside of the file");
	refused(true, load + offsetof(Elf64_Phdr, p_offset), ~0ull, 8,
		"a segment outside of the file");
	refused(true, load + offsetof(Elf64_Phdr, p_filesz), ~0ull, 8,
		"a segment outside of the file");
	refused(true, load + offsetof(Elf64_Phdr, p_memsz), 1, 8,
		"a segment with impossible addresses");
	refused(true, load + offsetof(Elf64_Phdr, p_memsz), ~0ull, 8,
		"a segment with impossible addresses");
	refused(true, load + offsetof(Elf64_Phdr, p_paddr), 1ull << 32, 8,
		"a segment with impossible addresses");
	refused(false, offsetof(Elf32_Ehdr, e_phoff), 0xffffffff, 4,
		"program headers outside of the file");
}

Test(elf_image, needs_something_to_load)
{
	struct sample s = sample_elf(true);

	put(&s, sample_phdr(true, 0), PT_NULL, 4);
	put(&s, sample_phdr(true, 1), PT_NULL, 4);
	cr_assert_eq(read_sample(&s), -XEN_EINVAL);
	cr_assert_str_eq(why, "nothing to load");
	sample_free(&s);
}

/* The note's lengths are the file's words, too. */
Test(elf_image, stays_inside_of_the_notes)
{
	static const uint32_t lengths[] = {0, 1, 5, 0x20, 0x7fffffff, 0xfffffffd, 0xffffffff};
	struct sample s = sample_elf(true);
	uint32_t entry;

	cr_assert_eq(read_sample(&s), 0);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (size_t field = 0; field < 2; field++) {
			struct sample bad = sample_copy(s);
			size_t note = (size_t)((const uint8_t *)elf.segment[2].data - s.data);
			struct elf_image other;

			put(&bad, note + 4 * field, lengths[i], 4);
			cr_assert_eq(elf_image_read(bad.data, bad.size, &other, &why), 0);
			cr_assert(!elf_image_note(&other, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &entry,
						  4) ||
				  (field == 1 && lengths[i] <= 4));
			sample_free(&bad);
		}
	sample_free(&s);
}
