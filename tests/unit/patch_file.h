/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Files of live patches, made in memory: a good one, which a test then spoils. */
#ifndef TESTS_PATCH_FILE_H
#define TESTS_PATCH_FILE_H

#include "core/livepatch.h"

#define PATCH_FILE_MAX 16384u

enum patch_file_section {
	PF_NONE,
	PF_TEXT,
	PF_STRINGS, /* names of functions, in constants */
	PF_FUNCS,
	PF_FUNCS_RELA,
	PF_ID,
	PF_DEPENDS,
	PF_XEN_DEPENDS,
	PF_MODINFO,
	PF_HOOKS, /* named by hook_section */
	PF_HOOKS_RELA,
	PF_DATA,
	PF_SYMTAB,
	PF_STRTAB,
	PF_SHSTRTAB,
	PF_SECTIONS
};

struct patch_file {
	/* What it says; patch_file_good() fills it in. */
	struct patch_id id, depends, xen_depends;
	const char *function;	  /* what it replaces */
	const char *hook_section; /* NULL: none; it calls the second function of the text */
	const char *modinfo;
	size_t modinfo_len;
	uint32_t data_size; /* of .data */
	const char *wanted; /* an undefined symbol that the text refers to, or NULL */

	/* What patch_file_make() makes of it. */
	uint8_t bytes[PATCH_FILE_MAX] __attribute__((aligned(16)));
	size_t size;
	struct elf_section *section;
	struct elf_symbol *symbol;
	struct patch_record *record;
	struct elf_rela *rela;
};

/* Replaces "victim" by a function that returns 42; depends on the running image. */
void patch_file_good(struct patch_file *f);
void patch_file_make(struct patch_file *f);

#endif
