/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/object.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OBJECT (32u << 20)

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static enum item_kind kind_of(const struct object *o, uint32_t section)
{
	const Elf64_Shdr *s = &o->elf.section[section];
	const char *name = elf_object_section_name(&o->elf, section);

	if (s->sh_flags & SHF_EXECINSTR)
		return starts(name, ".text") ? ITEM_CODE : ITEM_OTHER;
	if (starts(name, ".livepatch.hooks."))
		return ITEM_HOOK;
	if (!strcmp(name, ".livepatch.handled"))
		return ITEM_HANDLED;
	if (s->sh_flags & SHF_WRITE)
		return starts(name, ".data") || starts(name, ".bss") ? ITEM_DATA : ITEM_OTHER;
	if (!starts(name, ".rodata"))
		return ITEM_OTHER;
	return s->sh_flags & SHF_MERGE ? ITEM_LITERAL : ITEM_PRIVATE;
}

/* A symbol at the beginning of a section names what is in it. */
static void name_items(struct object *o)
{
	for (uint32_t n = 1; n < o->elf.nr_symbols; n++) {
		const Elf64_Sym *sym = &o->elf.symbol[n];
		unsigned int type = ELF64_ST_TYPE(sym->st_info);
		struct item *i = object_symbol_item(o, n);

		if (!i || sym->st_value || (type != STT_FUNC && type != STT_OBJECT) ||
		    i->kind == ITEM_LITERAL || i->kind == ITEM_HOOK || i->kind == ITEM_HANDLED ||
		    i->symbol)
			continue;
		i->symbol = n;
		i->name = elf_object_symbol_name(&o->elf, n);
		i->global = ELF64_ST_BIND(sym->st_info) != STB_LOCAL;
		if (i->kind == ITEM_PRIVATE)
			i->kind = ITEM_CONST;
	}
}

static int list_items(struct object *o, struct patch_error *err)
{
	o->items = calloc(o->elf.nr_sections, sizeof(*o->items));
	o->item_of = calloc(o->elf.nr_sections, sizeof(*o->item_of));
	if (!o->items || !o->item_of)
		return patch_fail(err, "out of memory");
	for (uint32_t s = 1; s < o->elf.nr_sections; s++) {
		if (!elf_object_is_loaded(&o->elf, s))
			continue;
		o->items[o->nr_items++] = (struct item){
			.section = s,
			.name = elf_object_section_name(&o->elf, s),
			.kind = kind_of(o, s),
		};
		o->item_of[s] = o->nr_items;
	}
	for (uint32_t s = 1; s < o->elf.nr_sections; s++) {
		const Elf64_Shdr *t = &o->elf.section[s];

		if (t->sh_type == SHT_RELA && o->item_of[t->sh_info])
			o->items[o->item_of[t->sh_info] - 1].relas = s;
	}
	name_items(o);
	return 0;
}

int object_read(const char *directory, const char *path, struct object *o, struct patch_error *err)
{
	char whole[4096], why[sizeof(err->text)];

	*o = (struct object){.path = strdup(path)};
	snprintf(whole, sizeof(whole), "%s/%s", directory, path);
	if (!o->path)
		return patch_fail(err, "out of memory");
	if (file_read(whole, MAX_OBJECT, &o->file, err))
		return -1;
	if (!elf_object_open(&o->elf, o->file.bytes, o->file.size, err))
		return list_items(o, err);
	memcpy(why, err->text, sizeof(why));
	err->text[0] = 0;
	return patch_fail(err, "%.60s %.180s", path, why);
}

void object_free(struct object *o)
{
	elf_object_close(&o->elf);
	file_free(&o->file);
	free(o->path);
	free(o->items);
	free(o->item_of);
	*o = (struct object){0};
}

bool object_is_c(const struct object *o)
{
	size_t len = strlen(o->path);

	return len > 4 && !strcmp(o->path + len - 4, ".c.o");
}

struct item *object_symbol_item(const struct object *o, uint32_t symbol)
{
	uint16_t section = o->elf.symbol[symbol].st_shndx;

	if (section == SHN_UNDEF || section >= o->elf.nr_sections || !o->item_of[section])
		return NULL;
	return &o->items[o->item_of[section] - 1];
}

struct item *object_find(const struct object *o, const char *name, enum item_kind kind)
{
	for (uint32_t n = 0; n < o->nr_items; n++)
		if (o->items[n].kind == kind && !strcmp(o->items[n].name, name))
			return &o->items[n];
	return NULL;
}

uint32_t object_nr_relas(const struct object *o, const struct item *i)
{
	return i->relas ? elf_object_nr_relas(&o->elf, i->relas) : 0;
}

Elf64_Rela object_rela(const struct object *o, const struct item *i, uint32_t n)
{
	return elf_object_rela(&o->elf, i->relas, n);
}

int64_t object_pc_bias(uint32_t type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 ? 4 : 0;
}

uint64_t object_item_size(const struct object *o, const struct item *i)
{
	uint64_t size = i->symbol ? o->elf.symbol[i->symbol].st_size : 0;

	return size ? size : o->elf.section[i->section].sh_size;
}

/* --- all of a build ----------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add(struct object_set *set, const char *directory, const char *path,
	       struct patch_error *err)
{
	struct object *more = realloc(set->objects, (set->nr + 1) * sizeof(*more));

	if (!more)
		return patch_fail(err, "out of memory");
	set->objects = more;
	return object_read(directory, path, &set->objects[set->nr++], err);
}

int object_set_read(const char *directory, struct object_set *set, struct patch_error *err)
{
	char *roots[] = {(char *)directory, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	size_t skip = strlen(directory) + 1;
	FTSENT *e;
	int rc = 0;

	*set = (struct object_set){0};
	if (!fts)
		return patch_fail(err, "%s: %s", directory, strerror(errno));
	while (!rc && (e = fts_read(fts))) {
		size_t len = strlen(e->fts_name);

		if (e->fts_info == FTS_F && len > 2 && !strcmp(e->fts_name + len - 2, ".o"))
			rc = add(set, directory, e->fts_path + skip, err);
	}
	fts_close(fts);
	if (!rc && !set->nr)
		rc = patch_fail(err, "%s holds no objects", directory);
	return rc;
}

void object_set_free(struct object_set *set)
{
	for (uint32_t i = 0; i < set->nr; i++)
		object_free(&set->objects[i]);
	free(set->objects);
	*set = (struct object_set){0};
}

struct object *object_set_find(const struct object_set *set, const char *path)
{
	for (uint32_t i = 0; i < set->nr; i++)
		if (!strcmp(set->objects[i].path, path))
			return &set->objects[i];
	return NULL;
}

struct item *object_set_global(const struct object_set *set, const char *name,
			       struct object **where)
{
	for (uint32_t i = 0; i < set->nr; i++) {
		struct object *o = &set->objects[i];

		for (uint32_t n = 0; n < o->nr_items; n++)
			if (o->items[n].global && !strcmp(o->items[n].name, name)) {
				*where = o;
				return &o->items[n];
			}
	}
	return NULL;
}
