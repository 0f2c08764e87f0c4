/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "elf_image.h"

#include <hv/string.h>

#define ELF_LIMIT (1ULL << 32) /* guests are entered without paging */

struct elf_ident {
	uint8_t magic[4], class, data, version, pad[9];
	uint16_t type, machine;
};

struct ehdr32 {
	struct elf_ident ident;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct ehdr64 {
	struct elf_ident ident;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr32 {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct phdr64 {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_note {
	uint32_t namesz, descsz, type;
};

_Static_assert(sizeof(struct ehdr32) == 52 && sizeof(struct phdr32) == 32, "System V ABI");
_Static_assert(sizeof(struct ehdr64) == 64 && sizeof(struct phdr64) == 56, "System V ABI");

enum {
	CLASS32 = 1,
	CLASS64 = 2,
	LITTLE_ENDIAN = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_386 = 3,
	EM_X86_64 = 62
};

/* Where the program headers are. */
struct table {
	const char *file;
	size_t size;
	bool wide;
	uint64_t offset;
	uint32_t nr, entry_size;
};

static bool inside(const struct table *t, uint64_t offset, uint64_t len)
{
	return offset <= t->size && len <= t->size - offset;
}

/* Copies, since nothing says that the file's structures are aligned. */
static const char *find_table(struct table *t)
{
	struct elf_ident id;
	struct ehdr32 h32;
	struct ehdr64 h64;

	if (!inside(t, 0, sizeof(h32)))
		return "too short for an ELF file";
	memcpy(&id, t->file, sizeof(id));
	if (memcmp(id.magic, "\177ELF", 4) != 0 || id.data != LITTLE_ENDIAN ||
	    (id.class != CLASS32 && id.class != CLASS64))
		return "not a little-endian ELF file";
	if ((id.type != ET_EXEC && id.type != ET_DYN) ||
	    (id.machine != EM_386 && id.machine != EM_X86_64))
		return "not an executable for x86";
	t->wide = id.class == CLASS64;
	if (!t->wide) {
		memcpy(&h32, t->file, sizeof(h32));
		t->offset = h32.phoff;
		t->nr = h32.phnum;
		t->entry_size = h32.phentsize;
	} else if (inside(t, 0, sizeof(h64))) {
		memcpy(&h64, t->file, sizeof(h64));
		t->offset = h64.phoff;
		t->nr = h64.phnum;
		t->entry_size = h64.phentsize;
	} else {
		return "too short for an ELF file";
	}
	if (t->entry_size < (t->wide ? sizeof(struct phdr64) : sizeof(struct phdr32)) ||
	    !inside(t, t->offset, (uint64_t)t->nr * t->entry_size))
		return "program headers outside of the file";
	return NULL;
}

static struct phdr64 header_at(const struct table *t, uint32_t i)
{
	const char *p = t->file + t->offset + (uint64_t)i * t->entry_size;
	struct phdr32 h32;
	struct phdr64 h;

	if (t->wide) {
		memcpy(&h, p, sizeof(h));
		return h;
	}
	memcpy(&h32, p, sizeof(h32));
	return (struct phdr64){.type = h32.type,
			       .offset = h32.offset,
			       .paddr = h32.paddr,
			       .filesz = h32.filesz,
			       .memsz = h32.memsz};
}

static const char *add_segment(const struct table *t, const struct phdr64 *h, struct elf_image *out)
{
	if (out->nr == ELF_MAX_SEGMENTS)
		return "too many segments";
	if (!inside(t, h->offset, h->filesz))
		return "a segment outside of the file";
	if (h->type == ELF_LOAD) {
		if (h->filesz > h->memsz || h->paddr >= ELF_LIMIT ||
		    h->memsz > ELF_LIMIT - h->paddr)
			return "a segment with impossible addresses";
		out->start = MIN(out->start, h->paddr);
		out->end = MAX(out->end, h->paddr + h->memsz);
	}
	out->segment[out->nr++] = (struct elf_segment){
		.type = h->type,
		.paddr = h->paddr,
		.data = t->file + h->offset,
		.filesz = h->filesz,
		.memsz = h->memsz,
	};
	return NULL;
}

int elf_image_read(const void *file, size_t size, struct elf_image *out, const char **why)
{
	struct table t = {.file = file, .size = size};

	memset(out, 0, sizeof(*out));
	out->start = ELF_LIMIT;
	*why = find_table(&t);
	for (uint32_t i = 0; !*why && i < t.nr; i++) {
		struct phdr64 h = header_at(&t, i);

		if (h.type == ELF_NOTE || (h.type == ELF_LOAD && h.memsz))
			*why = add_segment(&t, &h, out);
	}
	if (!*why && !out->end)
		*why = "nothing to load";
	return *why ? -XEN_EINVAL : 0;
}

/* Notes are padded to 4 bytes in files for x86 of both classes. */
static bool find_note(const struct elf_segment *s, const char *name, uint32_t type, void *desc,
		      size_t len)
{
	const char *p = s->data;
	uint64_t at = 0;

	while (s->filesz - at >= sizeof(struct elf_note)) {
		struct elf_note n;
		uint64_t data, end;

		memcpy(&n, p + at, sizeof(n));
		at += sizeof(n);
		data = at + ROUND_UP(n.namesz, 4);
		end = data + ROUND_UP(n.descsz, 4);
		if (data + n.descsz > s->filesz)
			return false;
		if (n.type == type && n.namesz == strlen(name) + 1 && n.descsz <= len &&
		    !memcmp(p + at, name, n.namesz)) {
			memset(desc, 0, len);
			memcpy(desc, p + data, n.descsz);
			return true;
		}
		if (end > s->filesz)
			return false;
		at = end;
	}
	return false;
}

bool elf_image_note(const struct elf_image *elf, const char *name, uint32_t type, void *desc,
		    size_t len)
{
	for (unsigned int i = 0; i < elf->nr; i++)
		if (elf->segment[i].type == ELF_NOTE &&
		    find_note(&elf->segment[i], name, type, desc, len))
			return true;
	return false;
}
