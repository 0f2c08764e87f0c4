/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch/elf_object.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SYMBOLS 65536u
#define MAX_ALIGN   4096u

static bool in_file(const struct elf_object *o, uint64_t offset, uint64_t len)
{
	return offset <= o->size && len <= o->size - offset;
}

static void reach(struct elf_object *o, uint64_t end)
{
	if (end > o->end)
		o->end = end;
}

static int check_header(const struct elf_object *o, const Elf64_Ehdr *h, uint16_t type,
			struct patch_error *err)
{
	if (o->size < sizeof(*h))
		return patch_fail(err, "not an ELF file: only %zu bytes", o->size);
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return patch_fail(err, "not an ELF file");
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
	    h->e_ident[EI_VERSION] != EV_CURRENT || h->e_version != EV_CURRENT)
		return patch_fail(err, "not a 64-bit little-endian ELF file");
	if (h->e_machine != EM_X86_64)
		return patch_fail(err, "is for machine %u, not x86-64", h->e_machine);
	if (h->e_type != type)
		return patch_fail(err, "is of ELF type %u, not %s", h->e_type,
				  type == ET_REL ? "relocatable" : "executable");
	if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shnum < 2 || h->e_shnum >= SHN_LORESERVE ||
	    h->e_shoff % 8)
		return patch_fail(err, "the table of sections is malformed");
	if (!in_file(o, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr)))
		return patch_fail(
			err, "is truncated: the table of sections ends at byte %" PRIu64 " of %zu",
			h->e_shoff + (uint64_t)h->e_shnum * sizeof(Elf64_Shdr), o->size);
	if (!h->e_shstrndx || h->e_shstrndx >= h->e_shnum)
		return patch_fail(err, "section %u for the names does not exist", h->e_shstrndx);
	return 0;
}

static int read_sections(struct elf_object *o, uint16_t type, struct patch_error *err)
{
	Elf64_Ehdr h = {0};
	size_t len;

	memcpy(&h, o->bytes, o->size < sizeof(h) ? o->size : sizeof(h));
	if (check_header(o, &h, type, err))
		return -1;
	len = h.e_shnum * sizeof(*o->section);
	o->section = malloc(len);
	if (!o->section)
		return patch_fail(err, "out of memory");
	memcpy(o->section, o->bytes + h.e_shoff, len);
	o->nr_sections = h.e_shnum;
	o->names = h.e_shstrndx;
	o->end = sizeof(h);
	reach(o, h.e_shoff + len);
	return 0;
}

static int check_section(struct elf_object *o, uint32_t i, struct patch_error *err)
{
	const Elf64_Shdr *s = &o->section[i];

	if (s->sh_type == SHT_NOBITS) {
		if (s->sh_size > UINT32_MAX)
			return patch_fail(err, "section %u is too large", i);
	} else if (!in_file(o, s->sh_offset, s->sh_size)) {
		return patch_fail(err, "is truncated or damaged: section %u lies outside of it", i);
	} else {
		reach(o, s->sh_offset + s->sh_size);
	}
	if (s->sh_addralign > MAX_ALIGN || (s->sh_addralign & (s->sh_addralign - 1)))
		return patch_fail(err, "section %u has an alignment of 0x%" PRIx64, i,
				  s->sh_addralign);
	return 0;
}

/* A string of table @strtab, NULL if it does not end inside of it. */
static const char *string_at(const struct elf_object *o, uint32_t strtab, uint64_t at)
{
	const Elf64_Shdr *t = &o->section[strtab];
	const char *s = (const char *)o->bytes + t->sh_offset + at;

	if (at >= t->sh_size || !memchr(s, 0, t->sh_size - at))
		return NULL;
	return s;
}

static int check_sections(struct elf_object *o, struct patch_error *err)
{
	for (uint32_t i = 1; i < o->nr_sections; i++)
		if (check_section(o, i, err))
			return -1;
	if (o->section[o->names].sh_type != SHT_STRTAB)
		return patch_fail(err, "section %u for the names is no table of strings", o->names);
	for (uint32_t i = 1; i < o->nr_sections; i++) {
		if (!string_at(o, o->names, o->section[i].sh_name))
			return patch_fail(err, "section %u has no proper name", i);
		if (o->section[i].sh_type != SHT_SYMTAB)
			continue;
		if (o->symtab)
			return patch_fail(err, "has two tables of symbols");
		o->symtab = i;
	}
	if (!o->symtab)
		return patch_fail(err, "has no table of symbols");
	return 0;
}

static int read_symbols(struct elf_object *o, struct patch_error *err)
{
	const Elf64_Shdr *t = &o->section[o->symtab];

	if (t->sh_entsize != sizeof(Elf64_Sym) || t->sh_offset % 8 ||
	    t->sh_size % sizeof(Elf64_Sym) || t->sh_link >= o->nr_sections ||
	    o->section[t->sh_link].sh_type != SHT_STRTAB)
		return patch_fail(err, "the table of symbols is malformed");
	if (t->sh_size / sizeof(Elf64_Sym) > MAX_SYMBOLS)
		return patch_fail(err, "has more than %u symbols", MAX_SYMBOLS);
	o->symbol = malloc(t->sh_size + 1);
	if (!o->symbol)
		return patch_fail(err, "out of memory");
	memcpy(o->symbol, o->bytes + t->sh_offset, t->sh_size);
	o->nr_symbols = (uint32_t)(t->sh_size / sizeof(Elf64_Sym));
	for (uint32_t i = 0; i < o->nr_symbols; i++) {
		const Elf64_Sym *s = &o->symbol[i];

		if (!string_at(o, t->sh_link, s->st_name))
			return patch_fail(err, "symbol %u has no proper name", i);
		if (s->st_shndx >= o->nr_sections && s->st_shndx != SHN_ABS &&
		    s->st_shndx != SHN_COMMON)
			return patch_fail(err, "symbol %u is in section %u, which does not exist",
					  i, s->st_shndx);
	}
	return 0;
}

static int check_relas(const struct elf_object *o, uint32_t i, struct patch_error *err)
{
	const Elf64_Shdr *s = &o->section[i];

	if (s->sh_entsize != sizeof(Elf64_Rela) || s->sh_offset % 8 ||
	    s->sh_size % sizeof(Elf64_Rela) || s->sh_size / sizeof(Elf64_Rela) > UINT32_MAX ||
	    s->sh_link != o->symtab || !s->sh_info || s->sh_info >= o->nr_sections)
		return patch_fail(err, "section %u is a malformed table of relocations", i);
	for (uint32_t n = 0; n < elf_object_nr_relas(o, i); n++) {
		Elf64_Rela r = elf_object_rela(o, i, n);

		if (ELF64_R_SYM(r.r_info) >= o->nr_symbols)
			return patch_fail(err,
					  "section %u: relocation %u uses symbol %" PRIu64
					  ", which does not exist",
					  i, n, ELF64_R_SYM(r.r_info));
		if (r.r_offset > o->section[s->sh_info].sh_size)
			return patch_fail(err, "section %u: relocation %u is outside of section %u",
					  i, n, s->sh_info);
	}
	return 0;
}

static int open_type(struct elf_object *o, const uint8_t *bytes, size_t size, uint16_t type,
		     struct patch_error *err)
{
	*o = (struct elf_object){.bytes = bytes, .size = size};
	if (read_sections(o, type, err) || check_sections(o, err) || read_symbols(o, err))
		return -1;
	for (uint32_t i = 1; i < o->nr_sections; i++)
		if (o->section[i].sh_type == SHT_RELA && check_relas(o, i, err))
			return -1;
	return 0;
}

int elf_object_open(struct elf_object *o, const uint8_t *bytes, size_t size,
		    struct patch_error *err)
{
	return open_type(o, bytes, size, ET_REL, err);
}

int elf_object_open_executable(struct elf_object *o, const uint8_t *bytes, size_t size,
			       struct patch_error *err)
{
	return open_type(o, bytes, size, ET_EXEC, err);
}

void elf_object_close(struct elf_object *o)
{
	free(o->section);
	free(o->symbol);
	*o = (struct elf_object){0};
}

const char *elf_object_section_name(const struct elf_object *o, uint32_t section)
{
	return section ? string_at(o, o->names, o->section[section].sh_name) : "";
}

const char *elf_object_symbol_name(const struct elf_object *o, uint32_t symbol)
{
	return string_at(o, o->section[o->symtab].sh_link, o->symbol[symbol].st_name);
}

uint32_t elf_object_find(const struct elf_object *o, const char *name)
{
	for (uint32_t i = 1; i < o->nr_sections; i++)
		if (!strcmp(elf_object_section_name(o, i), name))
			return i;
	return 0;
}

const uint8_t *elf_object_data(const struct elf_object *o, uint32_t section)
{
	const Elf64_Shdr *s = &o->section[section];

	return s->sh_type == SHT_NOBITS || s->sh_type == SHT_NULL ? NULL : o->bytes + s->sh_offset;
}

bool elf_object_is_loaded(const struct elf_object *o, uint32_t section)
{
	return (o->section[section].sh_flags & SHF_ALLOC) && o->section[section].sh_size;
}

uint32_t elf_object_nr_relas(const struct elf_object *o, uint32_t section)
{
	return (uint32_t)(o->section[section].sh_size / sizeof(Elf64_Rela));
}

Elf64_Rela elf_object_rela(const struct elf_object *o, uint32_t section, uint32_t n)
{
	Elf64_Rela r;

	memcpy(&r, o->bytes + o->section[section].sh_offset + n * sizeof(r), sizeof(r));
	return r;
}
