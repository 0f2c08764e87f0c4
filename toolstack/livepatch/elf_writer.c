/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/elf_writer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
	uint8_t *bytes;
	size_t len, cap;
};

struct section {
	char *name;
	Elf64_Shdr header;
	struct buffer data, relas;
};

struct elf_writer {
	struct section *sections; /* [0] is no section */
	Elf64_Sym *symbols;	  /* by handle; [0] is no symbol */
	uint32_t *index;	  /* of a symbol in the file, by handle */
	uint32_t nr_sections, nr_symbols, nr_locals;
	struct buffer names;
	bool failed;
};

/* Offset of @len new bytes; zeros for NULL. */
static size_t append(struct elf_writer *w, struct buffer *b, const void *data, size_t len)
{
	size_t at = b->len;

	if (!len)
		return at;
	if (b->len + len > b->cap) {
		size_t cap = 2 * (b->len + len) + 64;
		uint8_t *more = realloc(b->bytes, cap);

		if (!more) {
			w->failed = true;
			return 0;
		}
		b->bytes = more;
		b->cap = cap;
	}
	if (data)
		memcpy(b->bytes + at, data, len);
	else
		memset(b->bytes + at, 0, len);
	b->len += len;
	return at;
}

static void align_to(struct elf_writer *w, struct buffer *b, size_t align)
{
	append(w, b, NULL, (align - b->len % align) % align);
}

/* One more entry of a table that starts with an empty one. */
static void *grow(struct elf_writer *w, void *table, uint32_t nr, size_t entry)
{
	uint8_t *more = realloc(table, (nr + 1) * entry);

	if (!more) {
		w->failed = true;
		return table;
	}
	memset(more + nr * entry, 0, entry);
	return more;
}

struct elf_writer *elf_writer_new(void)
{
	struct elf_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->sections = calloc(1, sizeof(*w->sections));
	w->symbols = calloc(1, sizeof(*w->symbols));
	if (!w->sections || !w->symbols) {
		elf_writer_free(w);
		return NULL;
	}
	w->nr_sections = w->nr_symbols = 1;
	append(w, &w->names, "", 1);
	return w;
}

void elf_writer_free(struct elf_writer *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->nr_sections; i++) {
		free(w->sections[i].name);
		free(w->sections[i].data.bytes);
		free(w->sections[i].relas.bytes);
	}
	free(w->sections);
	free(w->symbols);
	free(w->index);
	free(w->names.bytes);
	free(w);
}

uint32_t elf_writer_section(struct elf_writer *w, const char *name, uint32_t type, uint64_t flags,
			    uint64_t align)
{
	struct section *s;

	w->sections = grow(w, w->sections, w->nr_sections, sizeof(*w->sections));
	if (w->failed)
		return 0;
	s = &w->sections[w->nr_sections];
	s->name = strdup(name);
	w->failed |= !s->name;
	s->header.sh_type = type;
	s->header.sh_flags = flags;
	s->header.sh_addralign = align ? align : 1;
	return w->nr_sections++;
}

uint32_t elf_writer_find(const struct elf_writer *w, const char *name)
{
	for (uint32_t i = 1; i < w->nr_sections; i++)
		if (w->sections[i].name && !strcmp(w->sections[i].name, name))
			return i;
	return 0;
}

uint64_t elf_writer_append(struct elf_writer *w, uint32_t section, const void *data, size_t len)
{
	struct section *s = &w->sections[section];

	if (w->failed)
		return 0;
	align_to(w, &s->data, s->header.sh_addralign);
	return append(w, &s->data, data, len);
}

uint8_t *elf_writer_bytes(struct elf_writer *w, uint32_t section, uint64_t offset)
{
	return w->failed ? NULL : w->sections[section].data.bytes + offset;
}

uint32_t elf_writer_symbol(struct elf_writer *w, const char *name, uint32_t section, uint64_t value,
			   uint64_t size, unsigned int type, unsigned int bind)
{
	size_t at;

	/* What lies elsewhere is referred to more than once. */
	for (uint32_t i = 1; (section == SHN_ABS || section == SHN_UNDEF) && i < w->nr_symbols; i++)
		if (w->symbols[i].st_shndx == section && w->symbols[i].st_value == value &&
		    !strcmp((char *)w->names.bytes + w->symbols[i].st_name, name))
			return i;
	at = *name ? append(w, &w->names, name, strlen(name) + 1) : 0;
	w->symbols = grow(w, w->symbols, w->nr_symbols, sizeof(*w->symbols));
	if (w->failed)
		return 0;
	w->symbols[w->nr_symbols] = (Elf64_Sym){
		.st_name = (uint32_t)at,
		.st_info = (unsigned char)ELF64_ST_INFO(bind, type),
		.st_shndx = (uint16_t)section,
		.st_value = value,
		.st_size = size,
	};
	return w->nr_symbols++;
}

void elf_writer_rela(struct elf_writer *w, uint32_t section, uint64_t offset, uint32_t type,
		     uint32_t symbol, int64_t addend)
{
	Elf64_Rela r = {offset, ELF64_R_INFO((uint64_t)symbol, type), addend};

	if (!w->failed)
		append(w, &w->sections[section].relas, &r, sizeof(r));
}

/* --- the file -------------------------------------------------------------------------------- */

/* Local symbols come first; relocations get the final indices. */
static void order_symbols(struct elf_writer *w, struct buffer *table)
{
	uint32_t next = 0;

	w->index = calloc(w->nr_symbols, sizeof(*w->index));
	if (!w->index) {
		w->failed = true;
		return;
	}
	for (unsigned int global = 0; global < 2; global++) {
		for (uint32_t i = 0; i < w->nr_symbols; i++)
			if ((ELF64_ST_BIND(w->symbols[i].st_info) != STB_LOCAL) == global) {
				append(w, table, &w->symbols[i], sizeof(w->symbols[i]));
				w->index[i] = next++;
			}
		if (!global)
			w->nr_locals = next;
	}
	for (uint32_t s = 1; s < w->nr_sections; s++) {
		struct buffer *b = &w->sections[s].relas;

		for (size_t at = 0; at < b->len; at += sizeof(Elf64_Rela)) {
			Elf64_Rela r;

			memcpy(&r, b->bytes + at, sizeof(r));
			r.r_info = ELF64_R_INFO((uint64_t)w->index[ELF64_R_SYM(r.r_info)],
						ELF64_R_TYPE(r.r_info));
			memcpy(b->bytes + at, &r, sizeof(r));
		}
	}
}

/* Sections of relocations, then the tables that name things. */
static void add_tables(struct elf_writer *w)
{
	uint32_t nr = w->nr_sections, symtab, s;
	struct buffer table = {0};

	order_symbols(w, &table);
	symtab = nr;
	for (uint32_t i = 1; i < nr; i++)
		symtab += w->sections[i].relas.len > 0;
	for (uint32_t i = 1; i < nr && !w->failed; i++) {
		char name[256];

		if (!w->sections[i].relas.len)
			continue;
		snprintf(name, sizeof(name), ".rela%s", w->sections[i].name);
		s = elf_writer_section(w, name, SHT_RELA, SHF_INFO_LINK, 8);
		elf_writer_append(w, s, w->sections[i].relas.bytes, w->sections[i].relas.len);
		w->sections[s].header.sh_entsize = sizeof(Elf64_Rela);
		w->sections[s].header.sh_link = symtab;
		w->sections[s].header.sh_info = i;
	}
	s = elf_writer_section(w, ".symtab", SHT_SYMTAB, 0, 8);
	elf_writer_append(w, s, table.bytes, table.len);
	w->sections[s].header.sh_entsize = sizeof(Elf64_Sym);
	w->sections[s].header.sh_link = s + 1;
	w->sections[s].header.sh_info = w->nr_locals;
	s = elf_writer_section(w, ".strtab", SHT_STRTAB, 0, 1);
	elf_writer_append(w, s, w->names.bytes, w->names.len);
	free(table.bytes);
}

static void add_section_names(struct elf_writer *w)
{
	uint32_t s = elf_writer_section(w, ".shstrtab", SHT_STRTAB, 0, 1);

	elf_writer_append(w, s, "", 1);
	for (uint32_t i = 1; i < w->nr_sections && !w->failed; i++)
		w->sections[i].header.sh_name = (uint32_t)elf_writer_append(
			w, s, w->sections[i].name, strlen(w->sections[i].name) + 1);
}

int elf_writer_finish(struct elf_writer *w, struct file *out, struct patch_error *err)
{
	Elf64_Ehdr h = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(h),
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	struct buffer file = {0};

	add_tables(w);
	add_section_names(w);
	append(w, &file, &h, sizeof(h));
	for (uint32_t i = 1; i < w->nr_sections && !w->failed; i++) {
		struct section *s = &w->sections[i];

		align_to(w, &file, s->header.sh_addralign);
		s->header.sh_offset = file.len;
		s->header.sh_size = s->data.len;
		if (s->header.sh_type != SHT_NOBITS)
			append(w, &file, s->data.bytes, s->data.len);
	}
	align_to(w, &file, 8);
	h.e_shoff = file.len;
	h.e_shnum = (uint16_t)w->nr_sections;
	h.e_shstrndx = (uint16_t)(w->nr_sections - 1);
	for (uint32_t i = 0; i < w->nr_sections; i++)
		append(w, &file, &w->sections[i].header, sizeof(w->sections[i].header));
	if (w->failed || w->nr_sections >= SHN_LORESERVE) {
		free(file.bytes);
		return patch_fail(err, w->failed ? "out of memory" : "too many sections");
	}
	memcpy(file.bytes, &h, sizeof(h));
	*out = (struct file){file.bytes, file.len};
	return 0;
}
