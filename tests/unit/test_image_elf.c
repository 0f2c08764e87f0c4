/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* ELF kernels: what is accepted, and that no damaged one is read out of bounds. */
#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>

#include "guest/elf.h"
#include "guest/plan.h"
#include "image_samples.h"

/* An exact heap copy, so that the sanitizer sees a read past its end. */
static int plan_of(struct sample s, struct image_plan *plan, struct image_error *err)
{
	struct sample copy = sample_copy(s);
	int ret;

	err->text[0] = '\0';
	ret = elf_plan(copy.data, copy.size, plan, err);
	sample_free(&copy);
	return ret;
}

static void check_good(bool is64)
{
	struct sample s = sample_elf(is64);
	struct image_plan plan;
	struct image_error err;

	cr_assert_eq(plan_of(s, &plan, &err), 0, "%s", err.text);
	cr_assert_eq(plan.nr_segments, 2u);
	cr_assert_eq(plan.entry, SAMPLE_ENTRY);
	cr_assert_eq(plan.segments[0].gpa, SAMPLE_TEXT);
	cr_assert_eq(plan.segments[1].gpa, SAMPLE_DATA);
	cr_assert_eq(plan.segments[1].file_size, SAMPLE_DATA_LEN);
	cr_assert_eq(plan.segments[1].mem_size, SAMPLE_DATA_MEM);
	cr_assert_eq(plan.segments[1].offset, IMAGE_DATA + 0x2000);
	sample_free(&s);
}

Test(elf, accepts_both_classes)
{
	check_good(true);
	check_good(false);
}

Test(elf, every_truncation_is_refused_with_a_reason)
{
	for (int is64 = 0; is64 < 2; is64++) {
		struct sample s = sample_elf(is64);
		/* The last bytes after the note belong to nothing. */
		size_t needed = 0x2100 + 20;
		struct image_plan plan;
		struct image_error err;

		for (size_t len = 0; len < s.size; len++) {
			struct sample cut = {s.data, len};
			int ret = plan_of(cut, &plan, &err);

			cr_assert_eq(ret, len < needed ? -1 : 0, "length %zu: %s", len, err.text);
			cr_assert(!ret || err.text[0]);
		}
		sample_free(&s);
	}
}

/* Whatever a byte of the headers is changed to, the plan that comes out (if any)
 * satisfies the builder's own check. */
Test(elf, damaged_headers_give_no_bad_plan)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};

	for (int is64 = 0; is64 < 2; is64++) {
		struct sample s = sample_elf(is64);
		size_t headers = sample_phdr(is64, 3);

		for (size_t at = 0; at < headers; at++) {
			for (size_t v = 0; v < sizeof(values); v++) {
				uint8_t old = s.data[at];
				struct image_plan plan;
				struct image_error err;
				uint64_t end;
				char text[128];

				s.data[at] = values[v];
				if (!plan_of(s, &plan, &err))
					cr_assert_eq(plan_check(&plan, IMAGE_DATA + s.size, &end,
								text, sizeof(text)),
						     0, "byte %zu = %u: %s", at, values[v], text);
				s.data[at] = old;
			}
		}
		sample_free(&s);
	}
}

static void expect_error(struct sample s, const char *part)
{
	struct image_plan plan;
	struct image_error err;

	cr_assert_eq(plan_of(s, &plan, &err), -1);
	cr_assert(strstr(err.text, part), "\"%s\" lacks \"%s\"", err.text, part);
}

Test(elf, says_what_is_wrong)
{
	struct sample s = sample_elf(true);
	Elf64_Phdr *ph = (void *)(s.data + sample_phdr(true, 0));
	Elf64_Ehdr *eh = (void *)s.data;

	ph[2].p_type = PT_NULL;
	expect_error(s, "no PVH entry note (XEN_ELFNOTE_PHYS32_ENTRY): not a PVH kernel");
	ph[2].p_type = PT_NOTE;
	ph[1].p_paddr = SAMPLE_TEXT + 100;
	expect_error(s, "overlap at 0x100064");
	ph[1].p_paddr = 0xffffff00;
	expect_error(s, "not below 4 GiB");
	ph[1].p_paddr = ~0ull - 10;
	expect_error(s, "not below 4 GiB");
	ph[1].p_paddr = SAMPLE_DATA;
	ph[1].p_filesz = SAMPLE_DATA_MEM + 1;
	expect_error(s, "more bytes in the file than in memory");
	ph[1].p_filesz = SAMPLE_DATA_LEN;
	ph[0].p_offset = ~0ull - 4095;
	expect_error(s, "truncated");
	ph[0].p_offset = 0x1000;
	ph[0].p_memsz = ph[0].p_filesz = 16;
	expect_error(s, "entry 0x100010 is in none");
	ph[0].p_memsz = ph[0].p_filesz = SAMPLE_TEXT_LEN;
	eh->e_machine = EM_AARCH64;
	expect_error(s, "not x86");
	eh->e_machine = EM_X86_64;
	eh->e_type = ET_REL;
	expect_error(s, "not an executable");
	eh->e_type = ET_EXEC;
	eh->e_phnum = 0xffff;
	expect_error(s, "program headers");
	sample_free(&s);
}

Test(elf, finds_the_note_among_others_and_survives_bad_ones)
{
	struct sample s = sample_elf(true);
	struct image_plan plan;
	struct image_error err;
	Elf64_Phdr *ph = (void *)(s.data + sample_phdr(true, 0));
	uint32_t *note = (uint32_t *)(s.data + 0x2100);
	uint32_t pvh[5];

	/* A note of another kind in front, with a name that needs padding. */
	memcpy(pvh, note, sizeof(pvh));
	note[0] = 5;
	note[1] = 3;
	note[2] = 1;
	memcpy(note + 3, "Linux\0\0\0", 8);
	memcpy(note + 5, "abc", 4);
	memcpy(note + 6, pvh, sizeof(pvh));
	ph[2].p_filesz = 44;
	cr_assert_eq(plan_of(s, &plan, &err), 0, "%s", err.text);
	cr_assert_eq(plan.entry, SAMPLE_ENTRY);
	/* Sizes that wrap in 32 bits. */
	note[0] = 0xfffffff0;
	note[1] = 0xfffffff0;
	cr_assert_eq(plan_of(s, &plan, &err), -1);
	cr_assert(strstr(err.text, "no PVH entry note"));
	sample_free(&s);
}

/* Advisory 194: a plan is written whole, nothing of the stack stays in it. */
Test(elf, plan_has_no_stale_bytes)
{
	struct sample s = sample_elf(false);
	struct image_plan a, b;
	struct image_error err;

	memset(&a, 0xa5, sizeof(a));
	memset(&b, 0x5a, sizeof(b));
	cr_assert_eq(plan_of(s, &a, &err), 0);
	cr_assert_eq(plan_of(s, &b, &err), 0);
	cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
	sample_free(&s);
}
