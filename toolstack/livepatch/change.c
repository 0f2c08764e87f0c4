/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "livepatch/build.h"
#include "livepatch/compare.h"
#include "livepatch/layout.h"

/* A hook takes care of it: LIVEPATCH_HANDLES() of hv/livepatch_hooks.h. */
static bool is_handled(const struct build *b, const char *name)
{
	for (uint32_t i = 0; i < b->after.nr; i++) {
		const struct object *o = &b->after.objects[i];
		const struct item *list = object_find(o, ".livepatch.handled", ITEM_HANDLED);
		const char *at, *end;

		if (!list)
			continue;
		at = (const char *)elf_object_data(&o->elf, list->section);
		end = at + o->elf.section[list->section].sh_size;
		for (; at && at < end && memchr(at, 0, (size_t)(end - at)); at += strlen(at) + 1)
			if (!strcmp(at, name))
				return true;
	}
	return false;
}

/* --- one object ------------------------------------------------------------------------------- */

static void mark_same(struct object *o)
{
	for (uint32_t n = 0; n < o->nr_items; n++) {
		o->items[n].before = n + 1;
		o->items[n].state = ITEM_SAME;
	}
}

static void mark_new(struct object *o)
{
	for (uint32_t n = 0; n < o->nr_items; n++)
		o->items[n].state = ITEM_NEW;
}

struct layout_arg {
	struct build *b;
	const char *path;
};

/* Many objects know the type; one report is enough. */
static bool is_reported(struct build *b, const char *what)
{
	size_t len = strlen(what) + 1;
	char *more;

	for (size_t at = 0; at < b->reported_len; at += strlen(b->reported + at) + 1)
		if (!strcmp(b->reported + at, what))
			return true;
	more = realloc(b->reported, b->reported_len + len);
	if (more) {
		memcpy(more + b->reported_len, what, len);
		b->reported = more;
		b->reported_len += len;
	}
	return false;
}

static void layout_differs(void *arg, const char *what, const char *why)
{
	const struct layout_arg *a = arg;

	if (!is_handled(a->b, what) && !is_reported(a->b, what))
		build_refuse(a->b, "%s: the layout of %s changes: %s", a->path, what, why);
}

static int check_layout(struct build *b, const struct object *o, struct patch_error *err)
{
	char before[PATH_MAX], after[PATH_MAX];
	struct layout_arg arg = {b, o->path};

	snprintf(before, sizeof(before), "%s/before-objects/%s", b->tree.work, o->path);
	snprintf(after, sizeof(after), "%s/after-objects/%s", b->tree.work, o->path);
	return layout_compare(before, after, layout_differs, &arg, err);
}

/* The states in @real by those of objects that know no line numbers. */
static int compare_neutral(struct build *b, struct object *real, struct patch_error *err)
{
	struct object before = {0}, after = {0};
	char output[PATH_MAX];
	int rc;

	snprintf(output, sizeof(output), "%s/neutral-before.o", b->tree.work);
	rc = tree_compile_neutral(&b->tree, "before", real->path, output, err);
	if (!rc)
		rc = object_read(b->tree.work, "neutral-before.o", &before, err);
	snprintf(output, sizeof(output), "%s/neutral-after.o", b->tree.work);
	if (!rc)
		rc = tree_compile_neutral(&b->tree, NULL, real->path, output, err);
	if (!rc)
		rc = object_read(b->tree.work, "neutral-after.o", &after, err);
	if (!rc)
		rc = compare_objects(&before, &after, err);
	for (uint32_t n = 0; !rc && n < real->nr_items; n++) {
		struct item *i = &real->items[n];
		const struct item *neutral = object_find(&after, i->name, i->kind);

		/* What only one of them has stays as the comparison of the real ones said. */
		if (neutral && i->state == ITEM_CHANGED)
			i->state = neutral->state;
	}
	object_free(&before);
	object_free(&after);
	return rc;
}

static int find_in(struct build *b, struct object *o, struct patch_error *err)
{
	const struct object *was = object_set_find(&b->before, o->path);

	if (!was) {
		mark_new(o);
		return 0;
	}
	if (was->file.size == o->file.size &&
	    !memcmp(was->file.bytes, o->file.bytes, o->file.size)) {
		mark_same(o);
		return 0;
	}
	if (!object_is_c(o)) {
		if (!compare_equal(was, o))
			build_refuse(b, "%s: assembly changes", o->path);
		return 0;
	}
	if (compare_objects(was, o, err))
		return -1;
	if (compare_neutral(b, o, err))
		return -1;
	return check_layout(b, o, err);
}

/* --- what follows from a change ----------------------------------------------------- */

/* Code that jumps into a changed part, or reads a changed constant, changes with it. */
static bool drags(const struct item *target)
{
	return target->state == ITEM_CHANGED &&
	       (target->kind == ITEM_CONST || is_cold_part(target));
}

static bool follow(struct build *b, struct object *o, struct item *i)
{
	if (i->state != ITEM_SAME || (i->kind != ITEM_CODE && i->kind != ITEM_CONST &&
				      i->kind != ITEM_PRIVATE && i->kind != ITEM_DATA))
		return false;
	for (uint32_t n = 0; n < object_nr_relas(o, i); n++) {
		uint32_t symbol = (uint32_t)ELF64_R_SYM(object_rela(o, i, n).r_info);
		struct object *where = o;
		struct item *target = object_symbol_item(o, symbol);

		if (!target && o->elf.symbol[symbol].st_shndx == SHN_UNDEF)
			target = object_set_global(&b->after,
						   elf_object_symbol_name(&o->elf, symbol), &where);
		if (!target || target == i || !drags(target))
			continue;
		if (i->kind == ITEM_DATA || i->kind == ITEM_PRIVATE) {
			build_refuse(b, "%s: the constant %s changes, and %s points to it", o->path,
				     target->name, i->name);
			return false;
		}
		i->state = ITEM_CHANGED;
		return true;
	}
	return false;
}

static void follow_all(struct build *b)
{
	bool again = true;

	while (again && !b->refusals) {
		again = false;
		for (uint32_t i = 0; i < b->after.nr; i++)
			for (uint32_t n = 0; n < b->after.objects[i].nr_items; n++)
				again |= follow(b, &b->after.objects[i],
						&b->after.objects[i].items[n]);
	}
}

/* --- what cannot be changed
 * -------------------------------------------------------------------------- */

static void check_data(struct build *b, const struct object *o, struct item *i)
{
	const struct object *was = object_set_find(&b->before, o->path);
	uint64_t old = object_item_size(was, &was->items[i->before - 1]),
		 new = object_item_size(o, i);

	if (old != new)
		build_refuse(b, "%s: the variable %s changes its size from %llu to %llu bytes",
			     o->path, i->name, (unsigned long long)old, (unsigned long long)new);
	else if (!is_handled(b, i->name))
		build_refuse(b,
			     "%s: the initial value of %s changes, but the variable has a value "
			     "already; let a hook deal with it and say LIVEPATCH_HANDLES(%s)",
			     o->path, i->name, i->name);
}

static void check_code(struct build *b, const struct object *o, const struct item *i)
{
	const struct object *was = object_set_find(&b->before, o->path);
	struct place p = place_of(b, o, i);

	if (p.kind != PLACE_IMAGE)
		return;
	if (p.address >= image_symbol(&b->image, "pinned_start") &&
	    p.address < image_symbol(&b->image, "pinned_end"))
		build_refuse(b,
			     "%s: the function %s runs while patches are applied; this needs a "
			     "reboot",
			     o->path, i->name);
	else if (!was->items[i->before - 1].runs)
		build_refuse(b,
			     "%s: the function %s runs only while the hypervisor starts; this "
			     "needs a reboot",
			     o->path, i->name);
}

static void check_item(struct build *b, const struct object *o, struct item *i)
{
	if (i->state == ITEM_SAME)
		return;
	if (i->kind == ITEM_DATA && i->state == ITEM_CHANGED)
		check_data(b, o, i);
	if (i->kind == ITEM_CODE && i->state == ITEM_CHANGED)
		check_code(b, o, i);
	if (i->kind == ITEM_OTHER)
		build_refuse(b, "%s: section %s changes", o->path, i->name);
	if (i->kind == ITEM_HOOK && i->state == ITEM_CHANGED)
		build_refuse(b, "%s: hooks of an earlier patch are still there", o->path);
}

int change_find(struct build *b, struct patch_error *err)
{
	for (uint32_t i = 0; i < b->after.nr; i++)
		if (find_in(b, &b->after.objects[i], err))
			return -1;
	follow_all(b);
	startup_find(b);
	for (uint32_t i = 0; i < b->after.nr; i++)
		for (uint32_t n = 0; n < b->after.objects[i].nr_items; n++)
			check_item(b, &b->after.objects[i], &b->after.objects[i].items[n]);
	return 0;
}
