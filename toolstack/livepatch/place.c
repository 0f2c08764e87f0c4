/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "livepatch/build.h"

void build_refuse(struct build *b, const char *fmt, ...)
{
	va_list ap;

	fputs("cannot be patched live: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	b->refusals++;
}

bool is_cold_part(const struct item *i)
{
	const char *dot = strrchr(i->name, '.');

	return i->kind == ITEM_CODE && dot && !strcmp(dot, ".cold");
}

void place_name(const struct object *o, const struct item *i, char name[PLACE_NAME_MAX])
{
	size_t len = strlen(i->name);

	if (i->global) {
		snprintf(name, PLACE_NAME_MAX, "%s", i->name);
		return;
	}
	/* The number of a static variable in a function may be another one next time. */
	while (len && isdigit((unsigned char)i->name[len - 1]))
		len--;
	if (i->kind == ITEM_CODE || !len || i->name[len - 1] != '.')
		len = strlen(i->name) + 1;
	snprintf(name, PLACE_NAME_MAX, "%.*s:%.*s", (int)strlen(o->path) - 2, o->path, (int)len - 1,
		 i->name);
}

static bool in_base(const struct build *b, const char *name)
{
	for (uint32_t n = 0; n < b->nr_bases; n++)
		if (base_exports(&b->bases[n], name))
			return true;
	return false;
}

struct place place_of(const struct build *b, const struct object *o, const struct item *i)
{
	const struct object *was = i->before ? object_set_find(&b->before, o->path) : NULL;
	struct place p = {.kind = PLACE_NOWHERE};
	const char *section;

	place_name(o, i, p.name);
	if (!was)
		return p;
	section = elf_object_section_name(&was->elf, was->items[i->before - 1].section);
	p.address = image_section(&b->image, o->path, section);
	if (p.address)
		p.kind = PLACE_IMAGE;
	else if (in_base(b, p.name))
		p.kind = PLACE_BASE;
	return p;
}

static int target_by_name(const struct build *b, const char *name, struct target *t,
			  struct patch_error *err)
{
	t->place.address = image_symbol(&b->image, name);
	snprintf(t->place.name, sizeof(t->place.name), "%s", name);
	if (t->place.address)
		t->place.kind = PLACE_IMAGE;
	else if (in_base(b, name))
		t->place.kind = PLACE_BASE;
	else
		return patch_fail(err, "symbol %s is neither in the image nor in the patch", name);
	return 0;
}

static bool is_own(const struct item *i, const struct place *p)
{
	switch (i->kind) {
	case ITEM_LITERAL:
	case ITEM_PRIVATE:
		return true;
	case ITEM_CODE:
		return is_cold_part(i) || p->kind == PLACE_NOWHERE;
	case ITEM_CONST:
		return i->state == ITEM_CHANGED || p->kind == PLACE_NOWHERE;
	case ITEM_DATA:
		return !i->before;
	default:
		return false;
	}
}

int target_of(const struct build *b, struct object *o, uint32_t symbol, struct target *t,
	      struct patch_error *err)
{
	const Elf64_Sym *sym = &o->elf.symbol[symbol];
	const char *name = elf_object_symbol_name(&o->elf, symbol);

	*t = (struct target){.object = o, .item = object_symbol_item(o, symbol)};
	if (t->item)
		t->offset = (int64_t)sym->st_value;
	else if (sym->st_shndx == SHN_UNDEF)
		t->item = object_set_global(&b->after, name, &t->object);
	else
		return patch_fail(err, "%s: symbol %s lies in no section", o->path, name);
	if (!t->item)
		return target_by_name(b, name, t, err);
	t->place = place_of(b, t->object, t->item);
	if (is_own(t->item, &t->place))
		return 0;
	if (t->place.kind == PLACE_NOWHERE)
		return patch_fail(err, "%s: %s exists without the patch, but is not in the image",
				  t->object->path, t->item->name);
	t->item = NULL;
	return 0;
}
