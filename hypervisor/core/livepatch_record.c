/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What a payload asks for: functions to replace, hooks to call. */
#include "livepatch.h"

#include <hv/heap.h>
#include <hv/string.h>

#define RECORD_VERSION 2u    /* LIVEPATCH_PAYLOAD_VERSION */
#define MAX_SITES      1024u /* each is compared with every other */
#define MAX_HOOKS      64u

static bool inside(const struct patch_place *place, uintptr_t address, size_t len)
{
	return address >= (uintptr_t)place->base && len <= place->size &&
	       address - (uintptr_t)place->base <= place->size - len;
}

/* A string in the payload's constants or data, NULL if it does not end there. */
static const char *string_in(const struct payload *p, uintptr_t address)
{
	for (unsigned int k = PATCH_RODATA; k <= PATCH_DATA; k++) {
		const struct patch_place *place = &p->place[k];
		size_t room;

		if (!inside(place, address, 1))
			continue;
		room = place->size - (address - (uintptr_t)place->base);
		if (strnlen((const char *)address, room) < room)
			return (const char *)address;
	}
	return NULL;
}

static int bad_record(const struct payload *p, const struct patch_site *s, const char *what)
{
	patch_say(p->name, "function %s: %s", s->name, what);
	return -XEN_EINVAL;
}

/* Code of the image, or of a payload that is there already. */
static bool is_patchable(const struct payload *p, uintptr_t address, size_t len)
{
	struct list *at;

	if (arch_text_contains(address, len))
		return true;
	list_for_each (at, &payload_list) {
		const struct payload *other = list_entry(at, struct payload, link);

		if (other != p && inside(&other->place[PATCH_TEXT], address, len))
			return true;
	}
	return false;
}

/* The bytes to write at the old function. */
static int encode(const struct payload *p, struct patch_site *s)
{
	if (!s->new) {
		if (!s->new_size || s->new_size > PATCH_INSN_MAX || s->new_size > s->old_size)
			return bad_record(p, s, "bad number of bytes to blank");
		s->len = s->new_size;
		arch_patch_nops(s->insn, s->len);
		return 0;
	}
	if (!s->new_size || !inside(&p->place[PATCH_TEXT], s->new, s->new_size))
		return bad_record(p, s, "the new code is not in the payload");
	if (s->old_size < PATCH_JUMP_SIZE)
		return bad_record(p, s, "too short for a jump");
	s->len = PATCH_JUMP_SIZE;
	if (arch_patch_jump(s->insn, (uintptr_t)s->old, s->new))
		return bad_record(p, s, "too far away for a jump");
	return 0;
}

static int read_expectation(const struct payload *p, struct patch_site *s,
			    const struct patch_record *r)
{
	uint8_t len = r->expect_flags >> 1 & 31;

	if (!(r->expect_flags & 1))
		return 0;
	if (r->expect_flags >> 6 || len > s->old_size)
		return bad_record(p, s, "bad expectation");
	s->expect_len = len;
	memcpy(s->expect, r->expect, len);
	return 0;
}

static int read_record(const struct payload *p, const struct patch_record *r, struct patch_site *s)
{
	uintptr_t old = r->old_addr;
	int rc;

	s->name = string_in(p, r->name);
	if (!s->name) {
		patch_say(p->name, "a function's name is not in the payload");
		return -XEN_EINVAL;
	}
	if (r->version != RECORD_VERSION) {
		patch_say(p->name, "function %s: version %u of the record, not %u", s->name,
			  r->version, RECORD_VERSION);
		return -XEN_EOPNOTSUPP;
	}
	if (!r->old_size)
		return bad_record(p, s, "its old size is zero");
	if (!old)
		old = arch_symbol_find(s->name);
	if (!old) {
		patch_say(p->name, "function %s is unknown or not unique", s->name);
		return -XEN_ENOENT;
	}
	if (!is_patchable(p, old, r->old_size))
		return bad_record(p, s, "the old address is not code of the hypervisor");
	if (arch_text_pinned(old, r->old_size))
		return bad_record(p, s, "runs while patches are applied; this needs a reboot");
	s->old = (uint8_t *)old;
	s->old_size = r->old_size;
	s->new = r->new_addr;
	s->new_size = r->new_size;
	rc = encode(p, s);
	return rc ? rc : read_expectation(p, s, r);
}

static int check_overlaps(const struct payload *p)
{
	for (uint32_t i = 0; i < p->nr_sites; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct patch_site *a = &p->site[i], *b = &p->site[j];

			if (a->old < b->old + b->len && b->old < a->old + a->len)
				return bad_record(p, a, "is changed twice");
		}
	return 0;
}

int payload_read_records(struct payload *p, const struct patch_elf *elf)
{
	const struct elf_section *s = patch_elf_find(elf, ".livepatch.funcs");
	const uint8_t *at = s ? patch_elf_placed(elf, s) : NULL;

	if (!s)
		return 0;
	if (!at || s->size % sizeof(struct patch_record) ||
	    s->size / sizeof(struct patch_record) > MAX_SITES) {
		patch_say(p->name, ".livepatch.funcs has a bad size");
		return -XEN_EINVAL;
	}
	p->nr_sites = (uint32_t)(s->size / sizeof(struct patch_record));
	p->site = heap_array(p->nr_sites, sizeof(*p->site));
	if (!p->site)
		return -XEN_ENOMEM;
	for (uint32_t i = 0; i < p->nr_sites; i++) {
		struct patch_record r;
		int rc;

		memcpy(&r, at + i * sizeof(r), sizeof(r));
		rc = read_record(p, &r, &p->site[i]);
		if (rc)
			return rc;
	}
	return check_overlaps(p);
}

/* --- hooks ----------------------------------------------------------------------- */

/* The functions listed in section .livepatch.hooks.@name; *@nr is 0 if there is none. */
static int read_list(const struct payload *p, const struct patch_elf *elf, const char *name,
		     uint32_t max, const uintptr_t **out, uint32_t *nr)
{
	char section[48] = ".livepatch.hooks.";
	const struct elf_section *s;

	strlcpy(section + strlen(section), name, sizeof(section) - strlen(section));
	s = patch_elf_find(elf, section);
	if (!s)
		return 0;
	*out = (const void *)patch_elf_placed(elf, s);
	if (!*out || (uintptr_t)*out % 8 || s->size % 8 || s->size / 8 > max || !s->size ||
	    (s->flags & SHF_WRITE)) {
		patch_say(p->name, "%s has a bad size or place", section);
		return -XEN_EINVAL;
	}
	*nr = (uint32_t)(s->size / 8);
	for (uint32_t i = 0; i < *nr; i++)
		if (!inside(&p->place[PATCH_TEXT], (*out)[i], 1)) {
			patch_say(p->name, "%s names no code of the payload", section);
			return -XEN_EINVAL;
		}
	return 0;
}

static int read_single(const struct payload *p, const struct patch_elf *elf, const char *name,
		       uintptr_t *out)
{
	const uintptr_t *list;
	uint32_t nr = 0;
	int rc = read_list(p, elf, name, 1, &list, &nr);

	if (!rc && nr)
		*out = *list;
	return rc;
}

int payload_read_hooks(struct payload *p, const struct patch_elf *elf)
{
	struct payload_hooks *h = &p->hooks;
	const struct {
		const char *name;
		uintptr_t *slot;
	} single[] = {
		{"preapply", (uintptr_t *)&h->pre_apply},
		{"apply", (uintptr_t *)&h->apply},
		{"postapply", (uintptr_t *)&h->post_apply},
		{"prerevert", (uintptr_t *)&h->pre_revert},
		{"revert", (uintptr_t *)&h->revert},
		{"postrevert", (uintptr_t *)&h->post_revert},
	};
	bool any = p->nr_sites;
	int rc = read_list(p, elf, "load", MAX_HOOKS, (const uintptr_t **)&h->load, &h->nr_load);

	if (!rc)
		rc = read_list(p, elf, "unload", MAX_HOOKS, (const uintptr_t **)&h->unload,
			       &h->nr_unload);
	for (unsigned int i = 0; !rc && i < ARRAY_SIZE(single); i++) {
		rc = read_single(p, elf, single[i].name, single[i].slot);
		any |= *single[i].slot != 0;
	}
	if (rc)
		return rc;
	if (!any && !h->nr_load && !h->nr_unload) {
		patch_say(p->name, "changes nothing");
		return -XEN_EINVAL;
	}
	return 0;
}
