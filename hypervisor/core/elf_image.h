/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Reading ELF files for x86 that somebody else made (System V ABI, chapters 4 and
 * 5): every offset is checked against the file before it is followed.  Nothing is
 * copied or changed; the file must stay where it is.
 */
#ifndef CORE_ELF_IMAGE_H
#define CORE_ELF_IMAGE_H

#include <hv/types.h>

#define ELF_MAX_SEGMENTS 16

enum elf_segment_type { ELF_LOAD = 1, ELF_NOTE = 4 };

struct elf_segment {
	uint32_t type;	  /* ELF_LOAD or ELF_NOTE */
	uint64_t paddr;	  /* guest-physical address of a load segment */
	const void *data; /* bytes of the file ... */
	uint64_t filesz;  /* ... this many, all inside of it */
	uint64_t memsz;	  /* at least filesz; the rest is zero */
};

struct elf_image {
	uint64_t start, end; /* what the load segments cover, [start, end), below 4 GiB */
	unsigned int nr;
	struct elf_segment segment[ELF_MAX_SEGMENTS];
};

/* Read the headers of an executable of either class.  0; -XEN_EINVAL and why in
 * *@why when it is not one, is damaged or has more segments than fit. */
int elf_image_read(const void *file, size_t size, struct elf_image *out, const char **why);
/* Find a note of owner @name (with its zero) and @type, of @len bytes or fewer;
 * copies it to @desc, the rest zero.  False: there is none. */
bool elf_image_note(const struct elf_image *elf, const char *name, uint32_t type, void *desc,
		    size_t len);

#endif
