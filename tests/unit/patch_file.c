/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_file.h"

#include <criterion/criterion.h>
#include <string.h>

#define R_X86_64_64    1
#define R_X86_64_PLT32 4

/* mov $42, %eax; ret -- and at 16: mov $0, %eax; ret, the hook; at 32: call wanted */
static const uint8_t code[40] = {0xb8, 42, 0,	 0,	      0, 0xc3, [16] = 0xb8, 0, 0,
				 0,    0,  0xc3, [32] = 0xe8, 0, 0,    0,	    0, 0xc3};

enum symbol { SYM_NULL, SYM_NEW, SYM_HOOK, SYM_NAME, SYM_WANTED, NR_SYMBOLS };

void patch_file_good(struct patch_file *f)
{
	*f = (struct patch_file){
		.id = {.len = 20, .bytes = {7, 7}},
		.function = "victim",
		.modinfo = "advisory=XSA-1\0builder=test",
		.modinfo_len = 28,
	};
	cr_assert_eq(hypervisor_build_id(&f->xen_depends), 0);
	f->depends = f->xen_depends;
}

static uint8_t *put(struct patch_file *f, enum patch_file_section s, const char *name,
		    uint32_t type, uint64_t flags, const void *data, size_t len)
{
	struct elf_section *strings = &f->section[PF_SHSTRTAB], *sec = &f->section[s];
	uint8_t *at = f->bytes + f->size;

	sec->name = (uint32_t)strings->size;
	strcpy((char *)f->bytes + strings->offset + strings->size, name);
	strings->size += strlen(name) + 1;
	sec->type = type;
	sec->flags = flags;
	sec->offset = f->size;
	sec->size = len;
	sec->addralign = 8;
	if (data)
		memcpy(at, data, len);
	f->size += ROUND_UP(len, 16);
	cr_assert_lt(f->size, sizeof(f->bytes));
	return at;
}

static void put_id(struct patch_file *f, enum patch_file_section s, const char *name,
		   const struct patch_id *id)
{
	uint32_t note[4 + PATCH_ID_MAX / 4] = {4, id->len, 3};

	memcpy(&note[3], "GNU", 4);
	memcpy(&note[4], id->bytes, id->len);
	put(f, s, name, SHT_PROGBITS, SHF_ALLOC, note, 16 + id->len);
}

static void put_symbols(struct patch_file *f)
{
	static const char names[] = "\0fresh\0hook\0name\0";
	char strings[256] = {0};
	size_t len = sizeof(names);

	memcpy(strings, names, sizeof(names));
	if (f->wanted) {
		strcpy(strings + len, f->wanted);
		len += strlen(f->wanted) + 1;
	}
	put(f, PF_STRTAB, ".strtab", SHT_STRTAB, 0, strings, len);
	f->symbol = (void *)put(f, PF_SYMTAB, ".symtab", SHT_SYMTAB, 0, NULL,
				(f->wanted ? NR_SYMBOLS : SYM_WANTED) * sizeof(*f->symbol));
	f->symbol[SYM_NEW] = (struct elf_symbol){1, 0x12, 0, PF_TEXT, 0, 16};
	f->symbol[SYM_HOOK] = (struct elf_symbol){7, 0x02, 0, PF_TEXT, 16, 16};
	f->symbol[SYM_NAME] = (struct elf_symbol){12, 0x01, 0, PF_STRINGS, 0, 8};
	if (f->wanted)
		f->symbol[SYM_WANTED] =
			(struct elf_symbol){sizeof(names), 0x10, 0, SHN_UNDEF, 0, 0};
	f->section[PF_SYMTAB].entsize = sizeof(*f->symbol);
	f->section[PF_SYMTAB].link = PF_STRTAB;
}

static void put_relas(struct patch_file *f, enum patch_file_section s, enum patch_file_section of,
		      const struct elf_rela *rela, size_t n)
{
	put(f, s, ".rela", SHT_RELA, 0, rela, n * sizeof(*rela));
	f->section[s].entsize = sizeof(*rela);
	f->section[s].link = PF_SYMTAB;
	f->section[s].info = of;
}

static void put_functions(struct patch_file *f)
{
	struct patch_record r = {.version = 2, .new_size = 16, .old_size = 16};
	struct elf_rela rela[] = {
		{offsetof(struct patch_record, name), R_X86_64_64, SYM_NAME, 0},
		{offsetof(struct patch_record, new_addr), R_X86_64_64, SYM_NEW, 0},
	};
	struct elf_rela call = {33, R_X86_64_PLT32, SYM_WANTED, -4};
	struct elf_rela hook = {0, R_X86_64_64, SYM_HOOK, 0};
	uint64_t slot = 0;

	put(f, PF_STRINGS, ".rodata.str", SHT_PROGBITS, SHF_ALLOC, f->function,
	    strlen(f->function) + 1);
	f->record = (void *)put(f, PF_FUNCS, ".livepatch.funcs", SHT_PROGBITS, SHF_ALLOC, &r,
				sizeof(r));
	put_relas(f, PF_FUNCS_RELA, PF_FUNCS, rela, 2);
	f->rela = (void *)(f->bytes + f->section[PF_FUNCS_RELA].offset);
	if (f->hook_section) {
		put(f, PF_HOOKS, f->hook_section, SHT_PROGBITS, SHF_ALLOC, &slot, sizeof(slot));
		put_relas(f, PF_HOOKS_RELA, PF_HOOKS, &hook, 1);
	} else if (f->wanted) {
		put_relas(f, PF_HOOKS_RELA, PF_TEXT, &call, 1);
	}
}

void patch_file_make(struct patch_file *f)
{
	struct elf_header *h = (void *)f->bytes;

	memset(f->bytes, 0, sizeof(f->bytes));
	memcpy(h->ident, "\177ELF\2\1\1", 7);
	*h = (struct elf_header){.type = 1,
				 .machine = 62,
				 .version = 1,
				 .shoff = sizeof(*h),
				 .ehsize = 64,
				 .shentsize = 64,
				 .shnum = PF_SECTIONS,
				 .shstrndx = PF_SHSTRTAB};
	memcpy(h->ident, "\177ELF\2\1\1", 7);
	f->section = (void *)(h + 1);
	f->size = sizeof(*h) + PF_SECTIONS * sizeof(*f->section);
	f->section[PF_SHSTRTAB] =
		(struct elf_section){.type = SHT_STRTAB, .offset = f->size, .size = 1};
	f->size += 512;
	put(f, PF_TEXT, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code, sizeof(code));
	put_functions(f);
	put_id(f, PF_ID, ".note.gnu.build-id", &f->id);
	put_id(f, PF_DEPENDS, ".livepatch.depends", &f->depends);
	put_id(f, PF_XEN_DEPENDS, ".livepatch.xen_depends", &f->xen_depends);
	put(f, PF_MODINFO, ".modinfo", SHT_PROGBITS, SHF_ALLOC, f->modinfo, f->modinfo_len);
	put(f, PF_DATA, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, f->data_size);
	put_symbols(f);
}
