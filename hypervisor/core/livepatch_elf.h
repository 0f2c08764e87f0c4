/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Relocatable ELF files as live patches use them (System V ABI, AMD64
 * supplement, chapter 4).  Every offset, size, count and string is checked
 * against the file before it is followed; what is wrong is said on the console.
 */
#ifndef CORE_LIVEPATCH_ELF_H
#define CORE_LIVEPATCH_ELF_H

#include <hv/arch.h>
#include <hv/types.h>

#define SHT_PROGBITS 1u
#define SHT_SYMTAB   2u
#define SHT_STRTAB   3u
#define SHT_RELA     4u
#define SHT_NOBITS   8u
#define SHT_REL	     9u

#define SHF_WRITE     (1ull << 0)
#define SHF_ALLOC     (1ull << 1)
#define SHF_EXECINSTR (1ull << 2)

#define SHN_UNDEF     0u
#define SHN_LORESERVE 0xff00u
#define SHN_ABS	      0xfff1u

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

struct elf_section {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
	uint32_t link, info;
	uint64_t addralign, entsize;
};
_Static_assert(sizeof(struct elf_section) == 64, "Elf64_Shdr");

struct elf_symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t shndx;
	uint64_t value, size;
};
_Static_assert(sizeof(struct elf_symbol) == 24, "Elf64_Sym");

struct elf_rela {
	uint64_t offset;
	uint32_t type, symbol; /* the halves of r_info */
	int64_t addend;
};
_Static_assert(sizeof(struct elf_rela) == 24, "Elf64_Rela");

struct patch_elf {
	const char *name;    /* of the payload, for messages */
	const uint8_t *file; /* page aligned, never changed: tables in it may overlap anything */
	size_t size;
	const struct elf_section *section;
	uint32_t nr_sections;
	const struct elf_section *symtab;
	const struct elf_symbol *symbol;
	uint32_t nr_symbols;
	uint8_t **placed; /* per section: where it will be, NULL: not loaded */
};

/* Where the sections of one kind go: what is wanted, then what was given. */
struct patch_place {
	uint8_t *base;
	size_t size;
};

/* Console line about this payload. */
void patch_say(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Take @elf->file apart.  0, -XEN_EINVAL, -XEN_EOPNOTSUPP (another machine or kind of
 * file) or -XEN_ENOMEM; patch_elf_close() in any case. */
int patch_elf_open(struct patch_elf *elf);
void patch_elf_close(struct patch_elf *elf);
const char *patch_elf_section_name(const struct patch_elf *elf, const struct elf_section *s);
const char *patch_elf_symbol_name(const struct patch_elf *elf, const struct elf_symbol *s);
/* The section of that name, NULL if there is none. */
const struct elf_section *patch_elf_find(const struct patch_elf *elf, const char *name);
/* Where it is or will be in memory; NULL if it is not loaded. */
uint8_t *patch_elf_placed(const struct patch_elf *elf, const struct elf_section *s);
/* Bytes of each kind that the loaded sections need. */
int patch_elf_measure(struct patch_elf *elf, size_t size[NR_PATCH_KINDS]);
/* Give each loaded section its address in @place. */
void patch_elf_lay_out(struct patch_elf *elf, const struct patch_place place[NR_PATCH_KINDS]);
/* Write the sections where they belong. */
void patch_elf_copy(const struct patch_elf *elf);
/* Apply all relocations to what was written.  @resolve gives an undefined symbol's
 * address, 0 if there is none.  Also -XEN_ENOENT, -XEN_EOVERFLOW. */
int patch_elf_relocate(const struct patch_elf *elf, uintptr_t (*resolve)(const char *name));

#endif
