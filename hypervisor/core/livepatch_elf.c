/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch_elf.h"

#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/string.h>

#define ET_REL	    1
#define EM_X86_64   62
#define MAX_ALIGN   PAGE_SIZE
#define MAX_SYMBOLS 8192u /* looked up one by one: a bound on the time of an upload */

static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; /* 64 bits, little-endian */

void patch_say(const char *name, const char *fmt, ...)
{
	char line[160];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	hv_vsnprintf(line, sizeof(line), fmt, ap);
	__builtin_va_end(ap);
	printk("livepatch: %s: %s\n", name, line);
}

static bool in_file(const struct patch_elf *elf, uint64_t offset, uint64_t len)
{
	return offset <= elf->size && len <= elf->size - offset;
}

/* A string of table @strtab that ends inside of it; NULL if it does not. */
static const char *string_at(const struct patch_elf *elf, const struct elf_section *strtab,
			     uint64_t at)
{
	const char *s = (const char *)elf->file + strtab->offset + at;

	if (at >= strtab->size || strnlen(s, strtab->size - at) == strtab->size - at)
		return NULL;
	return s;
}

const char *patch_elf_section_name(const struct patch_elf *elf, const struct elf_section *s)
{
	const struct elf_header *h = (const void *)elf->file;

	return string_at(elf, &elf->section[h->shstrndx], s->name);
}

const char *patch_elf_symbol_name(const struct patch_elf *elf, const struct elf_symbol *s)
{
	return string_at(elf, &elf->section[elf->symtab->link], s->name);
}

static int check_header(const struct patch_elf *elf)
{
	const struct elf_header *h = (const void *)elf->file;

	if (elf->size < sizeof(*h) || memcmp(h->ident, ident, sizeof(ident)) != 0) {
		patch_say(elf->name, "not a 64-bit ELF file");
		return -XEN_EINVAL;
	}
	if (h->type != ET_REL || h->machine != EM_X86_64 || h->version != 1) {
		patch_say(elf->name, "not relocatable, or for another machine");
		return -XEN_EOPNOTSUPP;
	}
	if (h->shentsize != sizeof(struct elf_section) || h->shnum < 2 ||
	    h->shnum >= SHN_LORESERVE || h->shoff % 8 ||
	    !in_file(elf, h->shoff, (uint64_t)h->shnum * h->shentsize) || !h->shstrndx ||
	    h->shstrndx >= h->shnum) {
		patch_say(elf->name, "bad table of sections");
		return -XEN_EINVAL;
	}
	return 0;
}

static int bad_section(const struct patch_elf *elf, uint32_t i, const char *what)
{
	patch_say(elf->name, "section %u: %s", i, what);
	return -XEN_EINVAL;
}

static int check_section(const struct patch_elf *elf, uint32_t i)
{
	const struct elf_section *s = &elf->section[i];

	if (s->type != SHT_NOBITS && !in_file(elf, s->offset, s->size))
		return bad_section(elf, i, "lies outside of the file");
	/* No bytes of the file bound it. */
	if (s->type == SHT_NOBITS && s->size > LIVEPATCH_MAX_SIZE)
		return bad_section(elf, i, "is too large");
	if (s->addralign > MAX_ALIGN || (s->addralign & (s->addralign - 1)))
		return bad_section(elf, i, "has a bad alignment");
	if ((s->flags & SHF_WRITE) && (s->flags & SHF_EXECINSTR) && (s->flags & SHF_ALLOC))
		return bad_section(elf, i, "is writable and executable");
	return 0;
}

static int check_sections(struct patch_elf *elf)
{
	const struct elf_header *h = (const void *)elf->file;

	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		int rc = check_section(elf, i);

		if (rc)
			return rc;
	}
	if (elf->section[h->shstrndx].type != SHT_STRTAB)
		return bad_section(elf, h->shstrndx, "is no table of strings");
	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		if (!patch_elf_section_name(elf, &elf->section[i]))
			return bad_section(elf, i, "has no proper name");
		if (elf->section[i].type != SHT_SYMTAB)
			continue;
		if (elf->symtab)
			return bad_section(elf, i, "is a second table of symbols");
		elf->symtab = &elf->section[i];
	}
	return 0;
}

static int check_symbols(struct patch_elf *elf)
{
	const struct elf_section *t = elf->symtab;

	if (!t || t->entsize != sizeof(struct elf_symbol) || t->offset % 8 ||
	    t->size % sizeof(struct elf_symbol) || t->link >= elf->nr_sections ||
	    elf->section[t->link].type != SHT_STRTAB) {
		patch_say(elf->name, "bad table of symbols");
		return -XEN_EINVAL;
	}
	if (t->size / sizeof(struct elf_symbol) > MAX_SYMBOLS) {
		patch_say(elf->name, "more than %u symbols", MAX_SYMBOLS);
		return -XEN_EINVAL;
	}
	elf->symbol = (const void *)(elf->file + t->offset);
	elf->nr_symbols = (uint32_t)(t->size / sizeof(struct elf_symbol));
	for (uint32_t i = 0; i < elf->nr_symbols; i++) {
		if (patch_elf_symbol_name(elf, &elf->symbol[i]))
			continue;
		patch_say(elf->name, "symbol %u has no proper name", i);
		return -XEN_EINVAL;
	}
	return 0;
}

int patch_elf_open(struct patch_elf *elf)
{
	const struct elf_header *h = (const void *)elf->file;
	int rc = check_header(elf);

	if (rc)
		return rc;
	elf->section = (const void *)(elf->file + h->shoff);
	elf->nr_sections = h->shnum;
	rc = check_sections(elf);
	if (!rc)
		rc = check_symbols(elf);
	if (rc)
		return rc;
	elf->placed = heap_array(elf->nr_sections, sizeof(*elf->placed));
	return elf->placed ? 0 : -XEN_ENOMEM;
}

void patch_elf_close(struct patch_elf *elf)
{
	heap_free(elf->placed);
	elf->placed = NULL;
}

const struct elf_section *patch_elf_find(const struct patch_elf *elf, const char *name)
{
	for (uint32_t i = 1; i < elf->nr_sections; i++)
		if (!strcmp(patch_elf_section_name(elf, &elf->section[i]), name))
			return &elf->section[i];
	return NULL;
}

uint8_t *patch_elf_placed(const struct patch_elf *elf, const struct elf_section *s)
{
	return elf->placed[s - elf->section];
}

/* --- placing ------------------------------------------------------------------- */

static bool is_loaded(const struct elf_section *s)
{
	return (s->flags & SHF_ALLOC) && s->size;
}

static enum patch_kind kind_of(const struct elf_section *s)
{
	if (s->flags & SHF_EXECINSTR)
		return PATCH_TEXT;
	return s->flags & SHF_WRITE ? PATCH_DATA : PATCH_RODATA;
}

/* Offset of @s when @used bytes of its kind are taken. */
static uint64_t offset_after(const struct elf_section *s, uint64_t used)
{
	return ROUND_UP(used, s->addralign ? s->addralign : 1);
}

int patch_elf_measure(struct patch_elf *elf, size_t size[NR_PATCH_KINDS])
{
	memset(size, 0, NR_PATCH_KINDS * sizeof(*size));
	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		const struct elf_section *s = &elf->section[i];
		size_t *used = &size[kind_of(s)];

		if (!is_loaded(s))
			continue;
		*used = offset_after(s, *used) + s->size;
		if (*used > LIVEPATCH_MAX_SIZE)
			return bad_section(elf, i, "does not fit");
	}
	return 0;
}

void patch_elf_lay_out(struct patch_elf *elf, const struct patch_place place[NR_PATCH_KINDS])
{
	uint64_t used[NR_PATCH_KINDS] = {0};

	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		const struct elf_section *s = &elf->section[i];
		enum patch_kind kind = kind_of(s);

		if (!is_loaded(s))
			continue;
		used[kind] = offset_after(s, used[kind]);
		elf->placed[i] = place[kind].base + used[kind];
		used[kind] += s->size;
	}
}

void patch_elf_copy(const struct patch_elf *elf)
{
	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		const struct elf_section *s = &elf->section[i];

		/* What has no bytes in the file is zero already (patch_area_take()). */
		if (elf->placed[i] && s->type != SHT_NOBITS)
			arch_text_write(elf->placed[i], elf->file + s->offset, s->size);
	}
}

/* --- relocation ------------------------------------------------------------------ */

static int symbol_value(const struct patch_elf *elf, uint32_t i,
			uintptr_t (*resolve)(const char *name), uint64_t *out)
{
	const struct elf_symbol *s = &elf->symbol[i];
	const char *name = patch_elf_symbol_name(elf, s);

	if (s->shndx == SHN_ABS) {
		*out = s->value;
		return 0;
	}
	if (s->shndx == SHN_UNDEF) {
		*out = i ? resolve(name) : 0;
		if (i && !*out) {
			patch_say(elf->name, "symbol %s is unknown or not unique", name);
			return -XEN_ENOENT;
		}
		return 0;
	}
	if (s->shndx >= elf->nr_sections || !elf->placed[s->shndx] ||
	    s->value > elf->section[s->shndx].size) {
		patch_say(elf->name, "symbol %u (%s) lies in no loaded section", i, name);
		return -XEN_EINVAL;
	}
	*out = (uintptr_t)elf->placed[s->shndx] + s->value;
	return 0;
}

static int relocate_one(const struct patch_elf *elf, uint32_t section, const struct elf_rela *r,
			uintptr_t (*resolve)(const char *name))
{
	uint64_t value, room = elf->section[section].size;
	int width = arch_relocation_size(r->type), rc;
	uint8_t bytes[8], *at;

	if (width < 0) {
		patch_say(elf->name, "relocation type %u is not supported", r->type);
		return -XEN_EOPNOTSUPP;
	}
	if (r->symbol >= elf->nr_symbols || r->offset > room ||
	    (uint64_t)width > room - r->offset) {
		patch_say(elf->name, "bad relocation at 0x%lx", (unsigned long)r->offset);
		return -XEN_EINVAL;
	}
	rc = symbol_value(elf, r->symbol, resolve, &value);
	if (rc)
		return rc;
	at = elf->placed[section] + r->offset;
	if (arch_relocate(r->type, (uintptr_t)at, value + (uint64_t)r->addend, bytes)) {
		patch_say(elf->name, "%s is out of reach",
			  patch_elf_symbol_name(elf, &elf->symbol[r->symbol]));
		return -XEN_EOVERFLOW;
	}
	arch_text_write(at, bytes, (size_t)width);
	return 0;
}

static int relocate_section(const struct patch_elf *elf, uint32_t i,
			    uintptr_t (*resolve)(const char *name))
{
	const struct elf_section *s = &elf->section[i];
	const struct elf_rela *table = (const void *)(elf->file + s->offset);

	if (s->info >= elf->nr_sections)
		return bad_section(elf, i, "relocates no section");
	if (!elf->placed[s->info])
		return 0; /* debugging information */
	if (s->type == SHT_REL || elf->section[s->info].type == SHT_NOBITS)
		return bad_section(elf, i, "is of a kind that is not supported");
	if (s->entsize != sizeof(*table) || s->offset % 8 || s->size % sizeof(*table) ||
	    s->link >= elf->nr_sections || &elf->section[s->link] != elf->symtab)
		return bad_section(elf, i, "is a bad table of relocations");
	for (uint64_t n = 0; n < s->size / sizeof(*table); n++) {
		int rc = relocate_one(elf, s->info, &table[n], resolve);

		if (rc)
			return rc;
	}
	return 0;
}

int patch_elf_relocate(const struct patch_elf *elf, uintptr_t (*resolve)(const char *name))
{
	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		int rc = 0;

		if (elf->section[i].type == SHT_RELA || elf->section[i].type == SHT_REL)
			rc = relocate_section(elf, i, resolve);
		if (rc)
			return rc;
	}
	return 0;
}
