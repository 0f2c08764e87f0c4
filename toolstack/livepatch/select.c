/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/build.h"

bool is_site(const struct build *b, const struct object *o, const struct item *i)
{
	return i->kind == ITEM_CODE && i->state == ITEM_CHANGED && !is_cold_part(i) &&
	       place_of(b, o, i).kind != PLACE_NOWHERE;
}

/* Include @i and what it refers to that is nowhere else. */
static int include(struct build *b, struct object *o, struct item *i, struct patch_error *err)
{
	if (i->included)
		return 0;
	i->included = true;
	for (uint32_t n = 0; n < object_nr_relas(o, i); n++) {
		Elf64_Rela r = object_rela(o, i, n);
		struct target t;

		if (ELF64_R_TYPE(r.r_info) == R_X86_64_NONE)
			continue;
		if (target_of(b, o, (uint32_t)ELF64_R_SYM(r.r_info), &t, err))
			return -1;
		if (t.item && include(b, t.object, t.item, err))
			return -1;
	}
	return 0;
}

int select_items(struct build *b, struct patch_error *err)
{
	unsigned int nr = 0;

	for (uint32_t n = 0; n < b->after.nr; n++) {
		struct object *o = &b->after.objects[n];

		for (uint32_t k = 0; k < o->nr_items; k++) {
			struct item *i = &o->items[k];

			if (!is_site(b, o, i) && (i->kind != ITEM_HOOK || i->state != ITEM_NEW))
				continue;
			nr++;
			if (include(b, o, i, err))
				return -1;
		}
	}
	if (!nr)
		build_refuse(b, "the patch changes no code that runs");
	return 0;
}
