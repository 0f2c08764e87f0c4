/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the tools read in a payload; beside the hypervisor, which reads the same files. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/heap.h>
#include "hvcall.h"
#define payload hv_payload /* the hypervisor has a struct of that name, too */
#include "patch_file.h"
#undef payload
#include "patch/payload.h"

static struct patch_file f;
static struct patch_error err;

static void boot(void)
{
	hv_boot(1, 64);
	memset(host_text(), 0x90, HOST_TEXT_SIZE);
	patch_file_good(&f);
	f.data_size = 16;
	f.hook_section = ".livepatch.hooks.load";
	patch_file_make(&f);
}

TestSuite(payload, .init = boot, .timeout = 300);

/* From a buffer that is no larger, so that sanitizers see its end. */
static int parse(size_t size)
{
	uint8_t *exact = malloc(size + !size);
	struct payload p;
	int rc;

	memcpy(exact, f.bytes, size);
	rc = payload_parse(exact, size, &p, &err);
	cr_assert_eq(!rc, !err.text[0]);
	payload_clear(&p);
	free(exact);
	return rc;
}

static int hypervisor_takes(size_t size)
{
	struct hv_payload *p = heap_alloc(sizeof(*p));
	int rc;

	strcpy(p->name, "p");
	rc = payload_load(p, f.bytes, size);
	payload_free(p);
	return rc;
}

Test(payload, says_what_it_is)
{
	struct payload p;
	char hex[PAYLOAD_ID_HEX];

	cr_assert_eq(payload_parse(f.bytes, f.size, &p, &err), 0, "%s", err.text);
	payload_id_print(&p.id, hex);
	cr_assert_str_eq(hex, "0707000000000000000000000000000000000000");
	payload_id_print(&p.xen_depends, hex);
	cr_assert_str_eq(hex, "0100000000000000000000000000000000000000");
	cr_assert(payload_id_equal(&p.depends, &p.xen_depends));
	cr_assert_eq(p.nr_functions, 1);
	cr_assert_str_eq(p.functions[0].name, "victim");
	cr_assert_eq(p.functions[0].old_size, 16);
	cr_assert_eq(p.functions[0].new_size, 16);
	cr_assert(p.functions[0].by_name);
	cr_assert_not(p.functions[0].blanks);
	cr_assert_not(p.functions[0].expects);
	cr_assert_eq(p.functions[0].version, 2);
	cr_assert_eq(p.nr_hooks[HOOK_LOAD], 1);
	cr_assert_eq(p.nr_hooks[HOOK_APPLY], 0);
	cr_assert(p.has_data);
	cr_assert_not(payload_vetoes(&p));
	cr_assert_null(p.foreign);
	cr_assert_gt(p.loaded, 16);
	cr_assert_str_eq(payload_value(&p, "advisory", 0), "XSA-1");
	cr_assert_str_eq(payload_value(&p, "builder", 0), "test");
	cr_assert_null(payload_value(&p, "advisory", 1));
	cr_assert_null(payload_value(&p, "cve", 0));
	payload_clear(&p);
}

Test(payload, expectations_and_hooks)
{
	struct payload p;

	f.hook_section = ".livepatch.hooks.prerevert";
	patch_file_make(&f);
	f.record->expect_flags = 1 | 5 << 1;
	memcpy(f.record->expect, "\xe9\1\2\3\4", 5);
	f.record->old_addr = 0x1234;
	cr_assert_eq(payload_parse(f.bytes, f.size, &p, &err), 0, "%s", err.text);
	cr_assert(p.functions[0].expects);
	cr_assert_eq(p.functions[0].expect_len, 5);
	cr_assert_eq(p.functions[0].expect[0], 0xe9);
	cr_assert_eq(p.functions[0].old_addr, 0x1234);
	cr_assert_not(p.functions[0].by_name);
	cr_assert(payload_vetoes(&p));
	payload_clear(&p);
}

Test(payload, every_truncation)
{
	cr_assert_eq(parse(f.size), 0);
	for (size_t n = 0; n < f.section[PF_SYMTAB].offset + f.section[PF_SYMTAB].size; n++)
		cr_assert_eq(parse(n), -1, "%zu bytes", n);
	parse(0);
	cr_assert_str_eq(err.text, "is empty");
	parse(700);
	cr_assert(strstr(err.text, "truncated"), "%s", err.text);
}

/* The hypervisor's reason to refuse may be the image that runs: another build-id, or
 * another name, place or size of the function. */
static bool fits_image(const uint8_t *bytes)
{
	struct payload_id running = {.len = 20, .bytes = {1}};
	struct payload p;
	bool fits;

	cr_assert_eq(payload_parse(bytes, f.size, &p, &err), 0);
	fits = payload_id_equal(&p.xen_depends, &running) &&
	       (!p.nr_functions || (!strcmp(p.functions[0].name, "victim") &&
				    p.functions[0].by_name && p.functions[0].old_size <= 32));
	payload_clear(&p);
	return fits;
}

/*
 * A file with one bit changed: no read out of bounds (sanitizers), and what these
 * tools take the hypervisor takes, too.
 */
Test(payload, every_flipped_bit)
{
	unsigned int good = 0;

	for (size_t bit = 0; bit < f.size * 8; bit++) {
		f.bytes[bit / 8] ^= 1u << bit % 8;
		if (!parse(f.size)) {
			int rc = hypervisor_takes(f.size);

			good++;
			cr_assert(!rc || !fits_image(f.bytes), "bit %zu: %d", bit, rc);
		}
		f.bytes[bit / 8] ^= 1u << bit % 8;
	}
	cr_assert_gt(good, 0);
	cr_assert_lt(good, f.size * 8);
}

static void refused(const char *why)
{
	cr_assert_eq(parse(f.size), -1, "not refused: %s", why);
	cr_assert(strstr(err.text, why), "'%s' instead of '%s'", err.text, why);
}

#define spoil(field, value, why)                                                                   \
	do {                                                                                       \
		__typeof__(field) was_ = (field);                                                  \
		(field) = (value);                                                                 \
		refused(why);                                                                      \
		(field) = was_;                                                                    \
	} while (0)

Test(payload, each_damage_has_its_reason)
{
	struct elf_header *h = (void *)f.bytes;

	spoil(h->ident[0], 0, "not an ELF file");
	spoil(h->ident[4], 1, "not a 64-bit");
	spoil(h->machine, 183, "machine 183");
	spoil(h->type, 2, "not relocatable");
	spoil(h->shnum, 1, "table of sections is malformed");
	spoil(h->shnum, 0xff, "truncated");
	spoil(h->shstrndx, 99, "section 99 for the names");
	spoil(f.section[PF_TEXT].offset, ~0ull, "lies outside");
	spoil(f.section[PF_TEXT].addralign, 3, "alignment");
	spoil(f.section[PF_TEXT].flags, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR,
	      "writable and executable");
	spoil(f.section[PF_TEXT].name, 1u << 30, "no proper name");
	spoil(f.section[PF_TEXT].type, SHT_SYMTAB, "two tables of symbols");
	spoil(f.section[PF_SYMTAB].type, SHT_PROGBITS, "no table of symbols");
	spoil(f.section[PF_SYMTAB].entsize, 8, "table of symbols is malformed");
	spoil(f.section[PF_FUNCS_RELA].info, 99, "malformed table of relocations");
	spoil(f.section[PF_FUNCS_RELA].type, SHT_REL, "way that is not supported");
	spoil(f.section[PF_FUNCS].size, 103, ".livepatch.funcs has a bad size");
	spoil(f.section[PF_HOOKS].size, 4, "beyond its end");
	spoil(f.section[PF_HOOKS].flags, SHF_ALLOC | SHF_WRITE, "bad size or place");
	spoil(f.symbol[1].name, 5000, "symbol 1 has no proper name");
	spoil(f.symbol[1].shndx, 0xf000, "which does not exist");
	spoil(f.symbol[1].shndx, PF_SYMTAB, "not loaded");
	spoil(f.symbol[3].shndx, PF_TEXT, "no proper name");
	spoil(f.rela[0].symbol, 99, "uses symbol 99");
	spoil(f.rela[0].type, 42, "type 42");
	spoil(f.rela[0].type, 2, "not of a pointer");
	spoil(f.rela[0].offset, 4, "not of a pointer");
	spoil(f.rela[0].addend, 4096, "no proper name");
	spoil(f.rela[1].addend, -4096, "new code is not in the payload");
	f.rela[1].type = 0; /* blanking: more than a record can keep */
	spoil(f.record->new_size, 32, "bad number of bytes to blank");
	f.rela[1].type = 1;
	f.section[PF_DATA].type = SHT_NOBITS;
	spoil(f.section[PF_DATA].size, PAYLOAD_MAX_SIZE + 1, "bytes of memory");
}

Test(payload, records_and_metadata)
{
	spoil(f.record->version, 1, "function victim: version 1 of the record");
	spoil(f.record->old_size, 0, "function victim: its old size is zero");
	spoil(f.record->old_size, 4, "too short for a jump");
	spoil(f.record->new_size, 0, "its new size is zero");
	spoil(f.record->new_size, 1u << 20, "new code is not in the payload");
	spoil(f.record->expect_flags, 0x41, "malformed expectation");
	spoil(f.record->expect_flags, 31 << 1 | 1, "malformed expectation");
	f.modinfo_len = 3;
	patch_file_make(&f);
	refused(".modinfo is no list of strings");
	f.modinfo_len = 8;
	f.modinfo = "no pair";
	patch_file_make(&f);
	refused("'no pair' is no key=value");
	f.modinfo = "a=\033[2J";
	f.modinfo_len = 7;
	patch_file_make(&f);
	refused("do not print");
	f.modinfo_len = 0;
	f.function = "esc\033ape";
	patch_file_make(&f);
	refused("has no proper name");
}

Test(payload, identities)
{
	f.depends.len = 0;
	patch_file_make(&f);
	refused(".livepatch.depends holds a build-id of 0 bytes");
	f.depends = f.id;
	patch_file_make(&f);
	refused("depends on itself");
	f.depends = f.xen_depends;
	patch_file_make(&f);
	f.bytes[f.section[PF_ID].offset + 8] = 1;
	refused(".note.gnu.build-id holds no build-id");
	patch_file_make(&f);
	f.section[PF_XEN_DEPENDS].name = f.section[PF_DEPENDS].name;
	refused("has no section .livepatch.xen_depends");
}

/* A signature that lost its mark is no padding. The hypervisor ignores what follows. */
Test(payload, nothing_follows)
{
	f.size += 128;
	refused("follow the payload");
	cr_assert_eq(hypervisor_takes(f.size), 0);
}

Test(payload, other_hypervisors)
{
	struct payload p;

	f.hook_section = ".altinstructions";
	patch_file_make(&f);
	cr_assert_eq(payload_parse(f.bytes, f.size, &p, &err), 0, "%s", err.text);
	cr_assert_str_eq(p.foreign, ".altinstructions");
	payload_clear(&p);
}

Test(payload, ids_are_scanned)
{
	struct payload_id id;
	char hex[PAYLOAD_ID_HEX];

	cr_assert_eq(payload_id_scan("00aAfF", &id), 0);
	payload_id_print(&id, hex);
	cr_assert_str_eq(hex, "00aaff");
	cr_assert_eq(payload_id_scan("", &id), -1);
	cr_assert_eq(payload_id_scan("abc", &id), -1);
	cr_assert_eq(payload_id_scan("0g", &id), -1);
	cr_assert_eq(payload_id_scan("0x12", &id), -1);
}

static const char *called(const char *modinfo, const char *path)
{
	static char name[XEN_LIVEPATCH_NAME_SIZE];
	struct payload p;

	f.modinfo = modinfo;
	f.modinfo_len = strlen(modinfo) + 1;
	patch_file_make(&f);
	cr_assert_eq(payload_parse(f.bytes, f.size, &p, &err), 0, "%s", err.text);
	if (payload_name(&p, path, name, &err))
		strcpy(name, "-");
	payload_clear(&p);
	return name;
}

Test(payload, has_a_name)
{
	char path[300];

	cr_assert_str_eq(called("a=b", "/x/fix.livepatch"), "fix");
	cr_assert_str_eq(called("a=b", "fix-1.2.livepatch"), "fix-1.2");
	cr_assert_str_eq(called("a=b", "fix"), "fix");
	cr_assert_str_eq(called("name=neutral", "/x/fix.livepatch"), "neutral");
	cr_assert_str_eq(called("name=two words", "/x/fix.livepatch"), "-");
	cr_assert_str_eq(called("a=b", "/x/"), "-");
	cr_assert_str_eq(called("a=b", "two words.livepatch"), "-");
	memset(path, 'a', sizeof(path));
	path[128] = 0;
	cr_assert_str_eq(called("a=b", path), "-");
	path[127] = 0;
	cr_assert_str_eq(called("a=b", path), path);
}
