/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Code that runs only while the hypervisor starts: to replace it later changes nothing.
 * What else can run is found from where it is entered: assembly, the functions that are
 * pinned (the dispatch loop among them), and every function whose address is taken
 * anywhere, for it may be called from anywhere; and from there by calls.
 */
#include <string.h>

#include "livepatch/build.h"

/* include/hv/unit.h: the first hook of a unit is called once, by the boot CPU. */
#define UNIT_INIT_OFFSET 8u

static bool is_start_assembly(const struct object *o)
{
	return strstr(o->path, "boot.S.o") || strstr(o->path, "trampoline.S.o");
}

static bool is_unit(const struct item *i)
{
	size_t len = strlen(i->name);

	return (i->kind == ITEM_CONST || i->kind == ITEM_DATA) && len > 5 &&
	       !strcmp(i->name + len - 5, "_unit");
}

static bool is_call(const Elf64_Rela *r)
{
	return object_pc_bias((uint32_t)ELF64_R_TYPE(r->r_info)) != 0;
}

static bool is_pinned(const struct build *b, const struct object *o, const struct item *i)
{
	uint64_t address =
		image_section(&b->image, o->path, elf_object_section_name(&o->elf, i->section));

	return address >= image_symbol(&b->image, "pinned_start") &&
	       address < image_symbol(&b->image, "pinned_end");
}

static struct item *leads_to(const struct build *b, const struct object *o, const Elf64_Rela *r,
			     struct object **where)
{
	uint32_t symbol = (uint32_t)ELF64_R_SYM(r->r_info);
	struct item *i = object_symbol_item(o, symbol);

	*where = (struct object *)(uintptr_t)o;
	if (i || o->elf.symbol[symbol].st_shndx != SHN_UNDEF)
		return i;
	return object_set_global(&b->before, elf_object_symbol_name(&o->elf, symbol), where);
}

/* @i runs, and so does what it refers to. */
static void mark(const struct build *b, const struct object *o, struct item *i)
{
	if (i->runs)
		return;
	i->runs = true;
	for (uint32_t n = 0; n < object_nr_relas(o, i); n++) {
		Elf64_Rela r = object_rela(o, i, n);
		struct object *where;
		struct item *target = leads_to(b, o, &r, &where);

		if (target && (target->kind == ITEM_CODE || target->kind == ITEM_PRIVATE))
			mark(b, where, target);
	}
}

static void mark_pointers(const struct build *b, const struct object *o, const struct item *i)
{
	for (uint32_t n = 0; n < object_nr_relas(o, i); n++) {
		Elf64_Rela r = object_rela(o, i, n);
		struct object *where;
		struct item *target = leads_to(b, o, &r, &where);

		if (target && target != i && target->kind == ITEM_CODE && !is_call(&r) &&
		    i->kind != ITEM_PRIVATE && !(is_unit(i) && r.r_offset == UNIT_INIT_OFFSET))
			mark(b, where, target);
	}
}

void startup_find(struct build *b)
{
	for (uint32_t k = 0; k < b->before.nr; k++) {
		struct object *o = &b->before.objects[k];

		if (is_start_assembly(o))
			continue;
		for (uint32_t n = 0; n < o->nr_items; n++) {
			struct item *i = &o->items[n];

			if (!object_is_c(o) || (i->kind == ITEM_CODE && is_pinned(b, o, i)))
				mark(b, o, i);
			mark_pointers(b, o, i);
		}
	}
}
