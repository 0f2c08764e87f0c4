/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/image.h"

#include <stdlib.h>
#include <string.h>

#define MAX_IMAGE     (64u << 20)
#define NOTE_BUILD_ID 3u

/* --- the map ------------------------------------------------------------------------ */

/*
 * An input section's line of ld's map, whose name may have a line of its own:
 *  .text.name     0xffffffff80200040       0x9b path/of/object.o
 */
static bool parse_place(char *line, char *next, struct image_place *p)
{
	char *name = line + 1, *rest = name + strcspn(name, " ");
	uint64_t address, size;
	char *at;

	if (line[0] != ' ' || (name[0] != '.' && strncmp(name, "COMMON", 6) != 0))
		return false;
	if (!*rest)
		rest = next;
	else
		*rest++ = 0;
	if (!rest || strspn(rest, " ") == 0)
		return false;
	address = strtoull(rest, &at, 16);
	size = strtoull(at, &at, 16);
	at += strspn(at, " ");
	if (!*at || !address || !size)
		return false;
	*p = (struct image_place){at, name, address, size};
	return true;
}

static int read_map(struct image *image, struct patch_error *err)
{
	char *text = strstr((char *)image->map.bytes, "\nLinker script and memory map");
	size_t cap = 0;

	if (!text)
		return patch_fail(err, "the linker's map is not as expected");
	for (char *line = strtok(text, "\n"), *next; line; line = next) {
		next = strtok(NULL, "\n");
		if (image->nr_places == cap) {
			struct image_place *more;

			cap = cap ? 2 * cap : 4096;
			more = realloc(image->places, cap * sizeof(*more));
			if (!more)
				return patch_fail(err, "out of memory");
			image->places = more;
		}
		image->nr_places += parse_place(line, next, &image->places[image->nr_places]);
	}
	return image->nr_places ? 0 : patch_fail(err, "the linker's map lists no sections");
}

uint64_t image_section(const struct image *image, const char *object, const char *section)
{
	size_t len = strlen(object);

	for (uint32_t i = 0; i < image->nr_places; i++) {
		const struct image_place *p = &image->places[i];
		size_t path = strlen(p->object);

		if (path > len && p->object[path - len - 1] == '/' &&
		    !strcmp(p->object + path - len, object) && !strcmp(p->section, section))
			return p->address;
	}
	return 0;
}

uint64_t image_room(const struct image *image, uint64_t address)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < image->nr_places; i++)
		if (image->places[i].address > address && image->places[i].address < next)
			next = image->places[i].address;
	return next - address;
}

/* --- the file ----------------------------------------------------------------------- */

uint64_t image_symbol(const struct image *image, const char *name)
{
	for (uint32_t i = 1; i < image->elf.nr_symbols; i++) {
		const Elf64_Sym *s = &image->elf.symbol[i];

		if (ELF64_ST_BIND(s->st_info) != STB_LOCAL && s->st_shndx != SHN_UNDEF &&
		    !strcmp(elf_object_symbol_name(&image->elf, i), name))
			return s->st_value;
	}
	return 0;
}

const uint8_t *image_bytes(const struct image *image, uint64_t address, uint64_t len)
{
	for (uint32_t i = 1; i < image->elf.nr_sections; i++) {
		const Elf64_Shdr *s = &image->elf.section[i];
		const uint8_t *data = elf_object_data(&image->elf, i);

		if ((s->sh_flags & SHF_ALLOC) && data && address >= s->sh_addr &&
		    address - s->sh_addr <= s->sh_size &&
		    len <= s->sh_size - (address - s->sh_addr))
			return data + (address - s->sh_addr);
	}
	return NULL;
}

/* Notes follow one another in section .note; the build-id's is the last one. */
static int read_id(struct image *image, struct patch_error *err)
{
	uint64_t start = image_symbol(image, "__note_build_id_start"),
		 end = image_symbol(image, "__note_build_id_end");
	const uint8_t *note = end > start ? image_bytes(image, start, end - start) : NULL;
	uint32_t word[3];

	if (note && end - start > 16) {
		memcpy(word, note, sizeof(word));
		if (word[0] == 4 && word[1] && word[1] <= PAYLOAD_ID_MAX &&
		    word[1] <= end - start - 16 && word[2] == NOTE_BUILD_ID) {
			memcpy(image->id.bytes, note + 16, word[1]);
			image->id.len = word[1];
			return 0;
		}
	}
	return patch_fail(err, "the image has no build-id");
}

int image_read(const char *path, const char *map, struct image *image, struct patch_error *err)
{
	*image = (struct image){0};
	if (file_read(path, MAX_IMAGE, &image->file, err) ||
	    file_read(map, MAX_IMAGE, &image->map, err) ||
	    elf_object_open_executable(&image->elf, image->file.bytes, image->file.size, err))
		return -1;
	return read_map(image, err) ? -1 : read_id(image, err);
}

void image_free(struct image *image)
{
	elf_object_close(&image->elf);
	file_free(&image->file);
	file_free(&image->map);
	free(image->places);
	*image = (struct image){0};
}
