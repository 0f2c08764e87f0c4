/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/elf.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <xen/elfnote.h>

/* More program headers than any kernel has. */
#define MAX_PHDRS 256u

struct elf {
	const uint8_t *data;
	size_t size;
	bool is64;
	uint64_t phoff;
	unsigned int phnum, phentsize;
};

/* A program header of either class. */
struct phdr {
	uint32_t type;
	uint64_t offset, paddr, filesz, memsz, align;
};

bool elf_probe(const uint8_t *data, size_t size)
{
	return size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG);
}

static bool in_file(const struct elf *elf, uint64_t offset, uint64_t len)
{
	return offset <= elf->size && len <= elf->size - offset;
}

static int elf_check_ident(const struct elf *elf, struct image_error *err)
{
	const uint8_t *ident = elf->data;

	if (elf->size < EI_NIDENT)
		return image_fail(err, "ELF header is truncated at offset %zu", elf->size);
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return image_fail(err, "ELF class %u is neither 32 nor 64 bits", ident[EI_CLASS]);
	if (ident[EI_DATA] != ELFDATA2LSB)
		return image_fail(err, "ELF file is not little-endian");
	if (ident[EI_VERSION] != EV_CURRENT)
		return image_fail(err, "ELF version %u is unknown", ident[EI_VERSION]);
	return 0;
}

static int elf_check_table(const struct elf *elf, unsigned int type, unsigned int machine,
			   size_t entry_size, struct image_error *err)
{
	if (machine != EM_386 && machine != EM_X86_64)
		return image_fail(err, "ELF file is for machine %u, not x86", machine);
	if (type != ET_EXEC && type != ET_DYN)
		return image_fail(err, "ELF type %u is not an executable", type);
	if (elf->phentsize < entry_size)
		return image_fail(err, "ELF program headers of %u bytes are too short",
				  elf->phentsize);
	if (!elf->phnum || elf->phnum > MAX_PHDRS)
		return image_fail(err, "ELF file has %u program headers (1 to %u allowed)",
				  elf->phnum, MAX_PHDRS);
	if (!in_file(elf, elf->phoff, (uint64_t)elf->phnum * elf->phentsize))
		return image_fail(err, "ELF file is truncated at offset %zu: no program headers",
				  elf->size);
	return 0;
}

static int elf_open(struct elf *elf, const uint8_t *data, size_t size, struct image_error *err)
{
	Elf64_Ehdr h64;
	Elf32_Ehdr h32;

	*elf = (struct elf){.data = data, .size = size};
	if (elf_check_ident(elf, err))
		return -1;
	elf->is64 = data[EI_CLASS] == ELFCLASS64;
	if (size < (elf->is64 ? sizeof(h64) : sizeof(h32)))
		return image_fail(err, "ELF header is truncated at offset %zu", size);
	if (elf->is64) {
		memcpy(&h64, data, sizeof(h64));
		elf->phoff = h64.e_phoff;
		elf->phnum = h64.e_phnum;
		elf->phentsize = h64.e_phentsize;
		return elf_check_table(elf, h64.e_type, h64.e_machine, sizeof(Elf64_Phdr), err);
	}
	memcpy(&h32, data, sizeof(h32));
	elf->phoff = h32.e_phoff;
	elf->phnum = h32.e_phnum;
	elf->phentsize = h32.e_phentsize;
	return elf_check_table(elf, h32.e_type, h32.e_machine, sizeof(Elf32_Phdr), err);
}

/* @i is below phnum, so the header is in the file. */
static struct phdr elf_phdr(const struct elf *elf, unsigned int i)
{
	const uint8_t *p = elf->data + elf->phoff + (size_t)i * elf->phentsize;
	Elf64_Phdr h64;
	Elf32_Phdr h32;

	if (elf->is64) {
		memcpy(&h64, p, sizeof(h64));
		return (struct phdr){h64.p_type,   h64.p_offset, h64.p_paddr,
				     h64.p_filesz, h64.p_memsz,	 h64.p_align};
	}
	memcpy(&h32, p, sizeof(h32));
	return (struct phdr){h32.p_type,   h32.p_offset, h32.p_paddr,
			     h32.p_filesz, h32.p_memsz,	 h32.p_align};
}

/* 1 found, 0 not there.  A malformed note ends the walk: others may still be in
 * another segment. */
static int note_find_entry(const uint8_t *p, uint64_t len, uint64_t align, uint64_t *entry)
{
	uint64_t at = 0;

	align = align == 8 ? 8 : 4;
	while (len - at >= sizeof(Elf32_Nhdr)) {
		Elf32_Nhdr note;
		uint64_t name, desc, end;

		memcpy(&note, p + at, sizeof(note));
		name = at + sizeof(note);
		desc = (name + note.n_namesz + align - 1) & ~(align - 1);
		end = desc + note.n_descsz;
		if (end > len)
			return 0;
		if (note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_namesz == 4 &&
		    !memcmp(p + name, "Xen", 4) && (note.n_descsz == 4 || note.n_descsz == 8)) {
			*entry = 0;
			memcpy(entry, p + desc, note.n_descsz);
			return 1;
		}
		at = (end + align - 1) & ~(align - 1);
		if (at > len)
			return 0;
	}
	return 0;
}

static int elf_find_entry(const struct elf *elf, uint64_t *entry, struct image_error *err)
{
	for (unsigned int i = 0; i < elf->phnum; i++) {
		struct phdr ph = elf_phdr(elf, i);

		if (ph.type != PT_NOTE)
			continue;
		if (!in_file(elf, ph.offset, ph.filesz))
			return image_fail(
				err, "ELF file is truncated at offset %zu: notes end at %" PRIu64,
				elf->size, ph.offset + ph.filesz);
		if (note_find_entry(elf->data + ph.offset, ph.filesz, ph.align, entry))
			return 0;
	}
	return image_fail(err, "no PVH entry note (XEN_ELFNOTE_PHYS32_ENTRY): not a PVH kernel");
}

static int elf_add_segment(const struct elf *elf, const struct phdr *ph, unsigned int i,
			   struct image_plan *plan, struct image_error *err)
{
	if (ph->filesz > ph->memsz)
		return image_fail(err, "ELF segment %u has more bytes in the file than in memory",
				  i);
	if (!in_file(elf, ph->offset, ph->filesz))
		return image_fail(
			err, "ELF file is truncated at offset %zu: segment %u ends at %" PRIu64,
			elf->size, i, ph->offset + ph->filesz);
	if (ph->paddr >> 32 || ph->memsz >> 32 || (ph->paddr + ph->memsz) >> 32)
		return image_fail(err, "ELF segment %u at 0x%llx is not below 4 GiB", i,
				  (unsigned long long)ph->paddr);
	if (plan->nr_segments == IMAGE_MAX_SEGMENTS)
		return image_fail(err, "ELF file has more than %u segments", IMAGE_MAX_SEGMENTS);
	plan->segments[plan->nr_segments++] = (struct image_segment){
		.gpa = ph->paddr,
		.file_size = ph->filesz,
		.mem_size = ph->memsz,
		.offset = IMAGE_DATA + ph->offset,
	};
	return 0;
}

static int segment_order(const void *a, const void *b)
{
	const struct image_segment *x = a, *y = b;

	return x->gpa < y->gpa ? -1 : x->gpa > y->gpa;
}

static int elf_check_segments(const struct image_plan *plan, struct image_error *err)
{
	bool entry = false;

	for (unsigned int i = 0; i < plan->nr_segments; i++) {
		const struct image_segment *seg = &plan->segments[i];

		if (i && seg[-1].gpa + seg[-1].mem_size > seg->gpa)
			return image_fail(err, "ELF segments overlap at 0x%llx",
					  (unsigned long long)seg->gpa);
		if (plan->entry >= seg->gpa && plan->entry < seg->gpa + seg->file_size)
			entry = true;
	}
	if (!plan->nr_segments)
		return image_fail(err, "ELF file has nothing to load");
	if (!entry)
		return image_fail(err, "PVH entry 0x%llx is in none of the loaded segments",
				  (unsigned long long)plan->entry);
	return 0;
}

int elf_plan(const uint8_t *data, size_t size, struct image_plan *plan, struct image_error *err)
{
	struct elf elf;

	memset(plan, 0, sizeof(*plan));
	if (elf_open(&elf, data, size, err))
		return -1;
	if (elf_find_entry(&elf, &plan->entry, err))
		return -1;
	for (unsigned int i = 0; i < elf.phnum; i++) {
		struct phdr ph = elf_phdr(&elf, i);

		if (ph.type == PT_LOAD && ph.memsz && elf_add_segment(&elf, &ph, i, plan, err))
			return -1;
	}
	qsort(plan->segments, plan->nr_segments, sizeof(plan->segments[0]), segment_order);
	if (elf_check_segments(plan, err))
		return -1;
	plan->magic = IMAGE_PLAN_MAGIC;
	plan->version = IMAGE_PLAN_VERSION;
	return 0;
}
