/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/base.h"

#include <string.h>

#include "patch/signature.h"

int base_read(const char *path, struct base *base, struct patch_error *err)
{
	char why[sizeof(err->text)];

	*base = (struct base){.path = path};
	if (file_read(path, PAYLOAD_MAX_SIZE + SIGNATURE_TRAILER_SIZE, &base->file, err))
		return -1;
	base->file.size = signature_strip(base->file.bytes, base->file.size);
	if (payload_parse(base->file.bytes, base->file.size, &base->payload, err)) {
		memcpy(why, err->text, sizeof(why));
		err->text[0] = 0;
		return patch_fail(err, "%.80s %.160s", path, why);
	}
	if (elf_object_open(&base->elf, base->file.bytes, base->file.size, err))
		return -1;
	if (!elf_object_find(&base->elf, BASE_SOURCE))
		return patch_fail(err, "%s does not hold the patch it was made from", path);
	return 0;
}

void base_free(struct base *base)
{
	payload_clear(&base->payload);
	elf_object_close(&base->elf);
	file_free(&base->file);
}

const char *base_source(const struct base *base, size_t *len)
{
	uint32_t section = elf_object_find(&base->elf, BASE_SOURCE);

	*len = base->elf.section[section].sh_size;
	return (const char *)elf_object_data(&base->elf, section);
}

bool base_exports(const struct base *base, const char *name)
{
	for (uint32_t i = 1; i < base->elf.nr_symbols; i++) {
		const Elf64_Sym *s = &base->elf.symbol[i];

		if (ELF64_ST_BIND(s->st_info) == STB_GLOBAL && s->st_shndx != SHN_UNDEF &&
		    !strcmp(elf_object_symbol_name(&base->elf, i), name))
			return true;
	}
	return false;
}

bool base_replaces(const struct base *base, const char *function)
{
	for (uint32_t i = 0; i < base->payload.nr_functions; i++)
		if (!strcmp(base->payload.functions[i].name, function))
			return true;
	return false;
}
