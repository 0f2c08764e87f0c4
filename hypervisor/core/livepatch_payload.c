/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A payload's way from its file into memory, and out of it. */
#include "livepatch.h"

#include <hv/heap.h>
#include <hv/string.h>

#define STB_GLOBAL     1
#define NOTE_BUILD_ID  3
#define PLACE_ALIGN    PAGE_SIZE /* sections ask for no more (livepatch_elf.c) */
#define INT3	       0xcc
#define SECTION_FUNCS  ".livepatch.funcs"
#define SECTION_XENDEP ".livepatch.xen_depends"

struct list payload_list = LIST_INIT(payload_list);
struct list payload_stack = LIST_INIT(payload_stack);

/* --- build-ids ------------------------------------------------------------------ */

struct note {
	uint32_t name_len, desc_len, type;
	char name[4];
	uint8_t desc[];
};

int patch_note_id(const void *note, size_t len, struct patch_id *out)
{
	const struct note *n = note;

	if (len < sizeof(*n) || n->name_len != 4 || memcmp(n->name, "GNU", 4) != 0 ||
	    n->type != NOTE_BUILD_ID || !n->desc_len || n->desc_len > PATCH_ID_MAX ||
	    n->desc_len > len - sizeof(*n))
		return -XEN_EINVAL;
	memcpy(out->bytes, n->desc, n->desc_len);
	out->len = n->desc_len;
	return 0;
}

/* The linker's, in the image. */
extern const uint8_t __note_build_id_start[], __note_build_id_end[];

int hypervisor_build_id(struct patch_id *out)
{
	return patch_note_id(__note_build_id_start,
			     (size_t)(__note_build_id_end - __note_build_id_start), out);
}

bool patch_id_equal(const struct patch_id *a, const struct patch_id *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

static int read_id(const struct payload *p, const struct patch_elf *elf, const char *section,
		   struct patch_id *out)
{
	const struct elf_section *s = patch_elf_find(elf, section);
	uint8_t *note = s ? patch_elf_placed(elf, s) : NULL;

	if (!note || patch_note_id(note, s->size, out)) {
		patch_say(p->name, "%s: no proper build-id", section);
		return -XEN_EINVAL;
	}
	return 0;
}

static int read_ids(struct payload *p, const struct patch_elf *elf)
{
	struct patch_id running;
	struct list *at;
	int rc = read_id(p, elf, ".note.gnu.build-id", &p->id);

	if (!rc)
		rc = read_id(p, elf, ".livepatch.depends", &p->depends);
	if (!rc)
		rc = read_id(p, elf, SECTION_XENDEP, &p->xen_depends);
	if (!rc)
		rc = hypervisor_build_id(&running);
	if (rc)
		return rc;
	if (!patch_id_equal(&running, &p->xen_depends)) {
		patch_say(p->name, "was built for another hypervisor");
		return -XEN_EINVAL;
	}
	list_for_each (at, &payload_list) {
		const struct payload *other = list_entry(at, struct payload, link);

		if (!patch_id_equal(&other->id, &p->id))
			continue;
		patch_say(p->name, "has the build-id of %s", other->name);
		return -XEN_EEXIST;
	}
	return 0;
}

/* --- memory ------------------------------------------------------------------------ */

/* End of the payload that [@start, @start + @size) runs into; NULL: it is free. */
static uint8_t *taken_until(enum patch_kind kind, const uint8_t *start, size_t size)
{
	struct list *at;

	list_for_each (at, &payload_list) {
		const struct patch_place *o = &list_entry(at, struct payload, link)->place[kind];

		if (o->size && start < o->base + o->size && o->base < start + size)
			return o->base + ROUND_UP(o->size, PLACE_ALIGN);
	}
	return NULL;
}

/* Nothing of an earlier payload stays: zeros, and between functions what traps. */
static void wipe(enum patch_kind kind, uint8_t *start, size_t len)
{
	uint8_t fill[256];

	_Static_assert(PLACE_ALIGN % sizeof(fill) == 0, "whole pieces");
	memset(fill, kind == PATCH_TEXT ? INT3 : 0, sizeof(fill));
	for (size_t i = 0; i < len; i += sizeof(fill))
		arch_text_write(start + i, fill, sizeof(fill));
}

/* First fit. */
static int take_place(enum patch_kind kind, struct patch_place *place)
{
	uint8_t *base, *start, *next;
	size_t size, len = ROUND_UP(place->size, PLACE_ALIGN);

	arch_patch_area(kind, &base, &size);
	if (!place->size)
		return 0;
	for (start = base; (next = taken_until(kind, start, len)); start = next)
		;
	if (len > size - (size_t)(start - base))
		return -XEN_ENOMEM;
	place->base = start;
	wipe(kind, start, len);
	return 0;
}

static int take_places(struct payload *p, struct patch_elf *elf)
{
	size_t size[NR_PATCH_KINDS];
	int rc = patch_elf_measure(elf, size);

	for (unsigned int k = 0; !rc && k < NR_PATCH_KINDS; k++) {
		p->place[k].size = size[k];
		rc = take_place(k, &p->place[k]);
	}
	if (rc == -XEN_ENOMEM)
		patch_say(p->name, "no room left for payloads; unload others");
	return rc;
}

/* --- symbols ----------------------------------------------------------------------- */

/* The payload that is being linked, for resolve(); uploads come one at a time. */
static struct payload *linking;

static bool use(struct payload *p, struct payload *other)
{
	for (uint32_t i = 0; i < p->nr_uses; i++)
		if (p->uses[i] == other)
			return true;
	if (p->nr_uses == PATCH_MAX_USES)
		return false;
	p->uses[p->nr_uses++] = other;
	other->users++;
	return true;
}

static uintptr_t resolve(const char *name)
{
	uintptr_t value = arch_symbol_find(name);
	struct list *at;

	if (value)
		return value;
	list_for_each (at, &payload_list) {
		struct payload *p = list_entry(at, struct payload, link);

		for (uint32_t i = 0; i < p->nr_symbols; i++)
			if (!strcmp(p->symbol[i].name, name))
				return use(linking, p) ? p->symbol[i].value : 0;
	}
	return 0;
}

static bool is_exported(const struct patch_elf *elf, const struct elf_symbol *s)
{
	return s->info >> 4 == STB_GLOBAL && s->shndx != SHN_UNDEF && s->shndx < elf->nr_sections &&
	       elf->placed[s->shndx] && s->value <= elf->section[s->shndx].size;
}

static int keep_symbols(struct payload *p, const struct patch_elf *elf)
{
	size_t chars = 0;
	uint32_t n = 0;

	for (uint32_t i = 1; i < elf->nr_symbols; i++)
		if (is_exported(elf, &elf->symbol[i])) {
			n++;
			chars += strlen(patch_elf_symbol_name(elf, &elf->symbol[i])) + 1;
		}
	if (!n)
		return 0;
	p->symbol = heap_array(n, sizeof(*p->symbol));
	p->symbol_names = heap_alloc(chars);
	if (!p->symbol || !p->symbol_names)
		return -XEN_ENOMEM;
	chars = 0;
	for (uint32_t i = 1; i < elf->nr_symbols; i++) {
		const struct elf_symbol *s = &elf->symbol[i];
		const char *name = patch_elf_symbol_name(elf, s);

		if (!is_exported(elf, s))
			continue;
		p->symbol[p->nr_symbols++] = (struct patch_symbol){
			p->symbol_names + chars, (uintptr_t)elf->placed[s->shndx] + s->value};
		memcpy(p->symbol_names + chars, name, strlen(name) + 1);
		chars += strlen(name) + 1;
	}
	return 0;
}

/* --- the whole ----------------------------------------------------------------------- */

/* Xen's own tables for code that is patched or recovered at run time; the image has
 * none of these, so that a payload with them was made for something else. */
static int refuse_foreign(const struct payload *p, const struct patch_elf *elf)
{
	static const char *const foreign[] = {".altinstructions", ".ex_table", ".exception_table"};

	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		const char *name = patch_elf_section_name(elf, &elf->section[i]);
		bool bad = !strncmp(name, ".bug_frames.", 12);

		for (unsigned int f = 0; f < ARRAY_SIZE(foreign); f++)
			bad |= !strcmp(name, foreign[f]);
		if (bad && elf->section[i].size) {
			patch_say(p->name, "section %s is not supported", name);
			return -XEN_EOPNOTSUPP;
		}
	}
	return 0;
}

static int read_metadata(struct payload *p, const struct patch_elf *elf)
{
	const struct elf_section *s = patch_elf_find(elf, ".modinfo");

	if (!s || !s->size)
		return 0;
	p->metadata = (const char *)patch_elf_placed(elf, s);
	p->metadata_len = (uint32_t)s->size;
	if (p->metadata && !(s->flags & SHF_WRITE) && !p->metadata[s->size - 1])
		return 0;
	patch_say(p->name, ".modinfo is no list of strings");
	return -XEN_EINVAL;
}

/* Data that the patched code may have changed; the records are read once, at load. */
static void note_data(struct payload *p, const struct patch_elf *elf)
{
	for (uint32_t i = 1; i < elf->nr_sections; i++) {
		const struct elf_section *s = &elf->section[i];

		if (elf->placed[i] && (s->flags & SHF_WRITE) &&
		    strcmp(patch_elf_section_name(elf, s), SECTION_FUNCS) != 0)
			p->has_data = true;
	}
}

static int load(struct payload *p, struct patch_elf *elf)
{
	int rc = patch_elf_open(elf);

	if (!rc)
		rc = refuse_foreign(p, elf);
	if (!rc)
		rc = take_places(p, elf);
	if (rc)
		return rc;
	patch_elf_lay_out(elf, p->place);
	patch_elf_copy(elf);
	rc = read_ids(p, elf);
	if (!rc)
		rc = patch_elf_relocate(elf, resolve);
	if (!rc)
		rc = payload_read_records(p, elf);
	if (!rc)
		rc = payload_read_hooks(p, elf);
	if (!rc)
		rc = read_metadata(p, elf);
	if (!rc)
		rc = keep_symbols(p, elf);
	if (!rc)
		note_data(p, elf);
	return rc;
}

int payload_load(struct payload *p, const uint8_t *file, size_t size)
{
	struct patch_elf elf = {.name = p->name, .file = file, .size = size};
	int rc;

	linking = p;
	rc = load(p, &elf);
	linking = NULL;
	patch_elf_close(&elf);
	return rc;
}

void payload_free(struct payload *p)
{
	for (uint32_t i = 0; i < p->nr_uses; i++)
		p->uses[i]->users--;
	heap_free(p->symbol_names);
	heap_free(p->symbol);
	heap_free(p->site);
	heap_free(p);
}
