/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Damaged and hostile payloads: each is refused with its error, and nothing stays. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/heap.h>
#include "hvcall.h"
#include "patch_file.h"

static struct patch_file f;

static void boot(void)
{
	hv_boot(1, 64);
	memset(host_text(), 0x90, HOST_TEXT_SIZE);
	patch_file_good(&f);
	f.data_size = 16;
	f.hook_section = ".livepatch.hooks.load";
	patch_file_make(&f);
}

TestSuite(livepatch_bad, .init = boot, .timeout = 300);

/* Load @size bytes from a buffer that is no larger. */
static int load(const uint8_t *bytes, size_t size)
{
	struct payload *p = heap_alloc(sizeof(*p));
	uint8_t *file = malloc(size); /* the sanitizer sees its end */
	int rc;

	strcpy(p->name, "p");
	memcpy(file, bytes, size);
	rc = payload_load(p, file, size);
	free(file);
	payload_free(p);
	return rc;
}

static void refused(int wanted)
{
	size_t before = heap_used();

	cr_assert_eq(load(f.bytes, f.size), wanted);
	cr_assert_eq(heap_used(), before);
}

Test(livepatch_bad, the_good_one_is_good)
{
	refused(0);
}

Test(livepatch_bad, every_truncation)
{
	size_t before = heap_used();

	/* The table of strings comes last; what is behind it is padding. */
	for (size_t n = 0; n < f.section[PF_SYMTAB].offset + f.section[PF_SYMTAB].size; n++)
		cr_assert_lt(load(f.bytes, n), 0, "%zu bytes", n);
	cr_assert_eq(heap_used(), before);
}

/* Whatever the bit means, the loader stays within its bounds (under sanitizers). */
Test(livepatch_bad, every_flipped_bit)
{
	size_t before = heap_used();
	unsigned int good = 0;

	for (size_t bit = 0; bit < f.size * 8; bit++) {
		f.bytes[bit / 8] ^= 1u << bit % 8;
		good += load(f.bytes, f.size) == 0;
		f.bytes[bit / 8] ^= 1u << bit % 8;
	}
	cr_assert_eq(heap_used(), before);
	/* Code, padding and free text may be anything. */
	cr_assert_gt(good, 0);
	cr_assert_lt(good, f.size * 8);
}

Test(livepatch_bad, other_kinds_of_files)
{
	struct elf_header *h = (void *)f.bytes;

	h->type = 2;
	refused(-XEN_EOPNOTSUPP);
	h->type = 1;
	h->machine = 183;
	refused(-XEN_EOPNOTSUPP);
	h->machine = 62;
	h->ident[4] = 1;
	refused(-XEN_EINVAL);
	h->ident[4] = 2;
	h->shnum = 0xffff;
	refused(-XEN_EINVAL);
	h->shnum = PF_SECTIONS;
	h->shstrndx = PF_TEXT;
	refused(-XEN_EINVAL);
}

#define spoil(field, value, result)                                                                \
	do {                                                                                       \
		__typeof__(field) was_ = (field);                                                  \
		(field) = (value);                                                                 \
		refused(result);                                                                   \
		(field) = was_;                                                                    \
	} while (0)

Test(livepatch_bad, sections)
{
	spoil(f.section[PF_TEXT].offset, ~0ull, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].offset, f.size + 1, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].size, f.size, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].size, ~0ull, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].addralign, 3, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].addralign, 1ull << 40, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].flags, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].name, 1u << 30, -XEN_EINVAL);
	spoil(f.section[PF_TEXT].type, SHT_SYMTAB, -XEN_EINVAL);
	f.section[PF_DATA].type = SHT_NOBITS;
	spoil(f.section[PF_DATA].size, LIVEPATCH_MAX_SIZE + 1ull, -XEN_EINVAL);
	spoil(f.section[PF_DATA].size, LIVEPATCH_MAX_SIZE - 1ull, -XEN_ENOMEM);
	spoil(f.section[PF_SYMTAB].link, 99u, -XEN_EINVAL);
	spoil(f.section[PF_SYMTAB].entsize, 8u, -XEN_EINVAL);
	spoil(f.section[PF_FUNCS_RELA].info, 99u, -XEN_EINVAL);
	spoil(f.section[PF_FUNCS_RELA].link, (uint32_t)PF_TEXT, -XEN_EINVAL);
	spoil(f.section[PF_FUNCS_RELA].type, SHT_REL, -XEN_EINVAL);
	spoil(f.section[PF_FUNCS].size, 103u, -XEN_EINVAL);
	spoil(f.section[PF_HOOKS].size, 4u, -XEN_EINVAL);
}

Test(livepatch_bad, symbols_and_relocations)
{
	spoil(f.symbol[1].name, 5000u, -XEN_EINVAL);
	spoil(f.symbol[1].value, 1ull << 60, -XEN_EINVAL);
	spoil(f.symbol[1].shndx, (uint16_t)PF_SYMTAB, -XEN_EINVAL);
	spoil(f.symbol[1].shndx, 0xfff2, -XEN_EINVAL); /* common */
	spoil(f.rela[0].offset, 104u - 7, -XEN_EINVAL);
	spoil(f.rela[0].offset, ~0ull - 3, -XEN_EINVAL);
	spoil(f.rela[0].symbol, 99u, -XEN_EINVAL);
	spoil(f.rela[0].type, 42u, -XEN_EOPNOTSUPP);
	spoil(f.rela[0].type, 11u, -XEN_EOVERFLOW); /* 32 bits do not reach */
}

Test(livepatch_bad, records)
{
	spoil(f.record->version, 1, -XEN_EOPNOTSUPP);
	spoil(f.record->old_size, 0u, -XEN_EINVAL);
	spoil(f.record->old_size, 4u, -XEN_EINVAL);
	spoil(f.record->old_size, 1u << 20, -XEN_EINVAL);
	spoil(f.record->new_size, 1u << 20, -XEN_EINVAL);
	spoil(f.record->new_size, 0u, -XEN_EINVAL);
	spoil(f.record->expect_flags, 0x41, -XEN_EINVAL);
	spoil(f.record->expect_flags, 31 << 1 | 1, -XEN_EINVAL);
	spoil(f.record->old_addr, (uintptr_t)&f, -XEN_EINVAL);
	spoil(f.record->old_addr, (uintptr_t)host_text() + HOST_TEXT_SIZE - PAGE_SIZE, -XEN_EINVAL);
	spoil(f.rela[0].addend, 4096, -XEN_EINVAL);  /* the name lies elsewhere */
	spoil(f.rela[1].addend, -4096, -XEN_EINVAL); /* the new code does */
	f.rela[1].type = 0;			     /* blanking: more than a record can keep */
	spoil(f.record->new_size, 32u, -XEN_EINVAL);
}

Test(livepatch_bad, unknown_functions)
{
	f.function = "stranger";
	patch_file_make(&f);
	refused(-XEN_ENOENT);
}

Test(livepatch_bad, identities)
{
	f.xen_depends.bytes[0] ^= 1;
	patch_file_make(&f);
	refused(-XEN_EINVAL);
	f.xen_depends.bytes[0] ^= 1;
	f.id.len = 0;
	patch_file_make(&f);
	refused(-XEN_EINVAL);
	f.id.len = 20;
	patch_file_make(&f);
	f.bytes[f.section[PF_DEPENDS].offset + 8] = 1; /* a note of another type */
	refused(-XEN_EINVAL);
}

Test(livepatch_bad, metadata_ends_in_a_zero)
{
	f.modinfo_len = 3;
	patch_file_make(&f);
	refused(-XEN_EINVAL);
}

Test(livepatch_bad, what_other_hypervisors_need)
{
	f.hook_section = ".altinstructions";
	patch_file_make(&f);
	refused(-XEN_EOPNOTSUPP);
	f.hook_section = ".bug_frames.0";
	patch_file_make(&f);
	refused(-XEN_EOPNOTSUPP);
}
