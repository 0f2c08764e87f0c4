/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Relocatable ELF files of x86-64 (System V ABI, AMD64 supplement, chapter 4), as
 * payloads and the builder's objects are.  Opening checks every offset, size,
 * count, link and string against the file, so that what is read afterwards by
 * index is inside of it.
 */
#ifndef PATCH_ELF_OBJECT_H
#define PATCH_ELF_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/patch_error.h"

struct elf_object {
	const uint8_t *bytes; /* the caller's */
	size_t size, end;     /* @end: behind the last byte that belongs to the file */
	Elf64_Shdr *section;  /* copies of the tables: a file has no alignment */
	Elf64_Sym *symbol;
	uint32_t nr_sections, nr_symbols;
	uint32_t names, symtab; /* sections */
};

/* 0 or -1; elf_object_close() in any case. */
int elf_object_open(struct elf_object *o, const uint8_t *bytes, size_t size,
		    struct patch_error *err);
/* The same for a linked image (ET_EXEC), whose symbols hold addresses. */
int elf_object_open_executable(struct elf_object *o, const uint8_t *bytes, size_t size,
			       struct patch_error *err);
void elf_object_close(struct elf_object *o);

const char *elf_object_section_name(const struct elf_object *o, uint32_t section);
/* "" for the symbols of sections. */
const char *elf_object_symbol_name(const struct elf_object *o, uint32_t symbol);
/* The first section of that name, 0 if there is none. */
uint32_t elf_object_find(const struct elf_object *o, const char *name);
/* A section's sh_size bytes; NULL when they are not in the file (SHT_NOBITS). */
const uint8_t *elf_object_data(const struct elf_object *o, uint32_t section);
/* It takes up memory when the file is loaded. */
bool elf_object_is_loaded(const struct elf_object *o, uint32_t section);
/* Entries of a section of type SHT_RELA; their symbols exist, their offsets are
 * in the section that they are for (its sh_info). */
uint32_t elf_object_nr_relas(const struct elf_object *o, uint32_t section);
Elf64_Rela elf_object_rela(const struct elf_object *o, uint32_t section, uint32_t n);

#endif
