/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/compare.h"

#include <ctype.h>
#include <string.h>

#define MAX_DEPTH 8 /* of tables without names that refer to others */

/* Length of @name without ".NUMBER" at its end. */
static size_t stem(const char *name)
{
	size_t len = strlen(name), n = len;

	while (n && isdigit((unsigned char)name[n - 1]))
		n--;
	return n > 1 && n < len && name[n - 1] == '.' ? n - 1 : len;
}

static bool is_variable(const struct item *i)
{
	return i->kind == ITEM_DATA || i->kind == ITEM_CONST;
}

static unsigned int count_stem(const struct object *o, const char *name)
{
	size_t len = stem(name);
	unsigned int nr = 0;

	for (uint32_t n = 0; n < o->nr_items; n++) {
		const struct item *i = &o->items[n];

		nr += is_variable(i) && stem(i->name) == len && !strncmp(i->name, name, len);
	}
	return nr;
}

static bool same_stem(const char *a, const char *b)
{
	return stem(a) == stem(b) && !strncmp(a, b, stem(a));
}

/* The counterpart of @i in @other, 0: none, else index + 1. */
static uint32_t counterpart(const struct object *other, const struct item *i)
{
	for (uint32_t n = 0; n < other->nr_items; n++) {
		const struct item *b = &other->items[n];

		if (b->kind == i->kind && !strcmp(b->name, i->name))
			return n + 1;
	}
	if (!is_variable(i) || !i->name[stem(i->name)])
		return 0;
	for (uint32_t n = 0; n < other->nr_items; n++)
		if (is_variable(&other->items[n]) && same_stem(other->items[n].name, i->name))
			return n + 1;
	return 0;
}

/* With several of one name their numbers have to be the same ones. */
static int check_numbered(const struct object *before, const struct object *after,
			  struct patch_error *err)
{
	for (uint32_t n = 0; n < after->nr_items; n++) {
		const struct item *i = &after->items[n];
		unsigned int was, is;

		if (!is_variable(i) || !i->name[stem(i->name)])
			continue;
		was = count_stem(before, i->name);
		is = count_stem(after, i->name);
		if ((was > 1 || is > 1) && was && was != is)
			return patch_fail(err,
					  "%s: static variables called %.*s in several "
					  "functions: %u before, %u after; they cannot be "
					  "told apart, rename the new one",
					  after->path, (int)stem(i->name), i->name, was, is);
	}
	return 0;
}

/* --- equality ------------------------------------------------------------------------------- */

struct pair {
	const struct object *before, *after;
};

static bool items_equal(const struct pair *p, const struct item *b, const struct item *a,
			unsigned int depth);

/* The bytes that a pointer into literals means. */
static bool literals_equal(const struct pair *p, const struct item *b, uint64_t at_b,
			   const struct item *a, uint64_t at_a)
{
	const Elf64_Shdr *sb = &p->before->elf.section[b->section],
			 *sa = &p->after->elf.section[a->section];
	const uint8_t *db = elf_object_data(&p->before->elf, b->section),
		      *da = elf_object_data(&p->after->elf, a->section);
	uint64_t len;

	if (!db || !da || at_b >= sb->sh_size || at_a >= sa->sh_size ||
	    sb->sh_entsize != sa->sh_entsize)
		return false;
	if (sb->sh_flags & sa->sh_flags & SHF_STRINGS)
		len = strnlen((const char *)db + at_b, sb->sh_size - at_b);
	else
		len = sb->sh_entsize;
	return len < sb->sh_size - at_b + 1 && len <= sa->sh_size - at_a &&
	       !memcmp(db + at_b, da + at_a, len) &&
	       (!(sb->sh_flags & SHF_STRINGS) || (at_a + len < sa->sh_size && !da[at_a + len]));
}

static bool defined_equal(const struct pair *p, const struct item *b, const Elf64_Rela *rb,
			  const struct item *a, const Elf64_Rela *ra, unsigned int depth)
{
	const Elf64_Sym *sb = &p->before->elf.symbol[ELF64_R_SYM(rb->r_info)],
			*sa = &p->after->elf.symbol[ELF64_R_SYM(ra->r_info)];
	int64_t bias = object_pc_bias((uint32_t)ELF64_R_TYPE(rb->r_info));

	if (b->kind != a->kind)
		return false;
	if (b->kind == ITEM_LITERAL) {
		bool whole = ELF64_ST_TYPE(sb->st_info) == STT_SECTION;

		if (whole != (ELF64_ST_TYPE(sa->st_info) == STT_SECTION))
			return false;
		if (!whole && rb->r_addend != ra->r_addend)
			return false;
		return literals_equal(
			p, b, sb->st_value + (whole ? (uint64_t)(rb->r_addend + bias) : 0), a,
			sa->st_value + (whole ? (uint64_t)(ra->r_addend + bias) : 0));
	}
	if (sb->st_value + (uint64_t)rb->r_addend != sa->st_value + (uint64_t)ra->r_addend)
		return false;
	if (b->kind == ITEM_PRIVATE)
		return depth < MAX_DEPTH && items_equal(p, b, a, depth + 1);
	return !strcmp(b->name, a->name) || (a->before && &p->before->items[a->before - 1] == b);
}

static bool targets_equal(const struct pair *p, const Elf64_Rela *rb, const Elf64_Rela *ra,
			  unsigned int depth)
{
	uint32_t nb = (uint32_t)ELF64_R_SYM(rb->r_info), na = (uint32_t)ELF64_R_SYM(ra->r_info);
	const struct item *b = object_symbol_item(p->before, nb),
			  *a = object_symbol_item(p->after, na);

	if (b && a)
		return defined_equal(p, b, rb, a, ra, depth);
	/* Undefined there or absolute: the name and place are all there is. */
	return !b == !a &&
	       p->before->elf.symbol[nb].st_shndx == p->after->elf.symbol[na].st_shndx &&
	       p->before->elf.symbol[nb].st_value == p->after->elf.symbol[na].st_value &&
	       rb->r_addend == ra->r_addend &&
	       !strcmp(elf_object_symbol_name(&p->before->elf, nb),
		       elf_object_symbol_name(&p->after->elf, na));
}

static bool items_equal(const struct pair *p, const struct item *b, const struct item *a,
			unsigned int depth)
{
	const Elf64_Shdr *sb = &p->before->elf.section[b->section],
			 *sa = &p->after->elf.section[a->section];
	const uint8_t *db = elf_object_data(&p->before->elf, b->section),
		      *da = elf_object_data(&p->after->elf, a->section);

	if (sb->sh_size != sa->sh_size || sb->sh_type != sa->sh_type ||
	    sb->sh_flags != sa->sh_flags || !db != !da ||
	    (db && memcmp(db, da, sb->sh_size) != 0) ||
	    object_nr_relas(p->before, b) != object_nr_relas(p->after, a))
		return false;
	for (uint32_t n = 0; n < object_nr_relas(p->before, b); n++) {
		Elf64_Rela rb = object_rela(p->before, b, n), ra = object_rela(p->after, a, n);

		if (rb.r_offset != ra.r_offset ||
		    ELF64_R_TYPE(rb.r_info) != ELF64_R_TYPE(ra.r_info) ||
		    !targets_equal(p, &rb, &ra, depth))
			return false;
	}
	return true;
}

int compare_objects(const struct object *before, struct object *after, struct patch_error *err)
{
	struct pair p = {before, after};

	if (check_numbered(before, after, err))
		return -1;
	for (uint32_t n = 0; n < after->nr_items; n++)
		after->items[n].before = counterpart(before, &after->items[n]);
	for (uint32_t n = 0; n < after->nr_items; n++) {
		struct item *a = &after->items[n];

		if (!a->before)
			a->state = ITEM_NEW;
		else if (items_equal(&p, &before->items[a->before - 1], a, 0))
			a->state = ITEM_SAME;
		else
			a->state = ITEM_CHANGED;
	}
	return 0;
}

bool compare_equal(const struct object *before, struct object *after)
{
	struct patch_error err = {""};

	if (before->nr_items != after->nr_items || compare_objects(before, after, &err))
		return false;
	for (uint32_t n = 0; n < after->nr_items; n++)
		if (after->items[n].state != ITEM_SAME)
			return false;
	return true;
}
