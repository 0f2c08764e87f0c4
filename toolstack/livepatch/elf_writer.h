/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Makes a relocatable ELF file in memory.  Running out of memory is remembered and
 * reported at the end; until then handles may be used as if all were well.
 */
#ifndef LIVEPATCH_ELF_WRITER_H
#define LIVEPATCH_ELF_WRITER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "livepatch/file.h"
#include "patch/patch_error.h"

struct elf_writer;

struct elf_writer *elf_writer_new(void);
void elf_writer_free(struct elf_writer *w);

/* A new section, from 1 on. */
uint32_t elf_writer_section(struct elf_writer *w, const char *name, uint32_t type, uint64_t flags,
			    uint64_t align);
/* The section of that name, 0 if there is none. */
uint32_t elf_writer_find(const struct elf_writer *w, const char *name);
/* @len bytes at the next aligned place, zeros if @data is NULL: its offset. */
uint64_t elf_writer_append(struct elf_writer *w, uint32_t section, const void *data, size_t len);
/* Bytes that were appended, to be changed until the next call for this section; NULL
 * without memory. */
uint8_t *elf_writer_bytes(struct elf_writer *w, uint32_t section, uint64_t offset);

/* A symbol's handle, not its index.  @section may be SHN_UNDEF or SHN_ABS. */
uint32_t elf_writer_symbol(struct elf_writer *w, const char *name, uint32_t section, uint64_t value,
			   uint64_t size, unsigned int type, unsigned int bind);
void elf_writer_rela(struct elf_writer *w, uint32_t section, uint64_t offset, uint32_t type,
		     uint32_t symbol, int64_t addend);

/* The file, malloc'd. 0 or -1. */
int elf_writer_finish(struct elf_writer *w, struct file *out, struct patch_error *err);

#endif
