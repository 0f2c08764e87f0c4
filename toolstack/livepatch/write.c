/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "livepatch/build.h"
#include "livepatch/elf_writer.h"
#include "patch/payload_record.h"

#define BUILD_ID_LEN 20u /* as the linker's */
#define JUMP_SIZE    5u
#define OPCODE_JMP   0xe9

struct writer {
	struct build *b;
	struct elf_writer *elf;
	uint32_t funcs, strings; /* sections of the records and of their names */
};

/* --- items ------------------------------------------------------------------------------------ */

static void add_item(struct writer *w, struct object *o, struct item *i)
{
	const Elf64_Shdr *s = &o->elf.section[i->section];
	const char *section = elf_object_section_name(&o->elf, i->section);
	bool exported = i->state == ITEM_NEW && i->symbol && !is_cold_part(i);
	char name[PLACE_NAME_MAX] = "";

	/* Hooks of one kind are one list. */
	i->out_section = i->kind == ITEM_HOOK ? elf_writer_find(w->elf, section) : 0;
	if (!i->out_section)
		i->out_section = elf_writer_section(
			w->elf, section, s->sh_type,
			s->sh_flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR), s->sh_addralign);
	i->out_offset = elf_writer_append(w->elf, i->out_section,
					  elf_object_data(&o->elf, i->section), s->sh_size);
	if (i->symbol)
		place_name(o, i, name);
	/* What is new can be used by later payloads. */
	i->out_symbol = elf_writer_symbol(w->elf, name, i->out_section, i->out_offset, s->sh_size,
					  i->kind == ITEM_CODE ? STT_FUNC : STT_OBJECT,
					  exported ? STB_GLOBAL : STB_LOCAL);
}

static uint32_t place_symbol(struct writer *w, const struct place *p)
{
	if (p->kind == PLACE_IMAGE)
		return elf_writer_symbol(w->elf, p->name, SHN_ABS, p->address, 0, STT_NOTYPE,
					 STB_LOCAL);
	return elf_writer_symbol(w->elf, p->name, SHN_UNDEF, 0, 0, STT_NOTYPE, STB_GLOBAL);
}

static int link_item(struct writer *w, struct object *o, const struct item *i,
		     struct patch_error *err)
{
	for (uint32_t n = 0; n < object_nr_relas(o, i); n++) {
		Elf64_Rela r = object_rela(o, i, n);
		uint32_t type = (uint32_t)ELF64_R_TYPE(r.r_info);
		struct target t;

		if (type == R_X86_64_NONE)
			continue;
		if (target_of(w->b, o, (uint32_t)ELF64_R_SYM(r.r_info), &t, err))
			return -1;
		elf_writer_rela(w->elf, i->out_section, i->out_offset + r.r_offset, type,
				t.item ? t.item->out_symbol : place_symbol(w, &t.place),
				r.r_addend + t.offset);
	}
	return 0;
}

/* --- records ------------------------------------------------------------------------ */

/* A function that is shorter than a jump may reach into the padding behind it. */
static int old_size(const struct writer *w, const struct object *o, const struct item *i,
		    const struct place *p, uint32_t *size, struct patch_error *err)
{
	const struct object *was = object_set_find(&w->b->before, o->path);

	*size = (uint32_t)object_item_size(was, &was->items[i->before - 1]);
	/* A payload below may have made it larger; what it was is still what is there. */
	if (p->kind == PLACE_IMAGE && *size > image_room(&w->b->image, p->address))
		*size = (uint32_t)image_room(&w->b->image, p->address);
	if (*size >= JUMP_SIZE)
		return 0;
	if (p->kind != PLACE_IMAGE || image_room(&w->b->image, p->address) < JUMP_SIZE)
		return patch_fail(err, "%s: the function %s is too short for a jump", o->path,
				  i->name);
	*size = JUMP_SIZE;
	return 0;
}

static bool is_replaced_below(const struct build *b, const char *name)
{
	for (uint32_t n = 0; n < b->nr_bases; n++)
		if (base_replaces(&b->bases[n], name))
			return true;
	return false;
}

/* What has to be at the old function: its code, or the jump of a payload below. */
static int expect(const struct writer *w, const struct item *i, const struct place *p,
		  struct payload_record *r, struct patch_error *err)
{
	const uint8_t *code;
	uint8_t len = r->old_size < PAYLOAD_EXPECT ? (uint8_t)r->old_size : PAYLOAD_EXPECT;

	if (is_replaced_below(w->b, i->name)) {
		r->expect_flags = 1 | 1 << 1;
		r->expect[0] = OPCODE_JMP;
		return 0;
	}
	if (p->kind != PLACE_IMAGE)
		return 0;
	code = image_bytes(&w->b->image, p->address, len);
	if (!code)
		return patch_fail(err, "the image has no code for %s", i->name);
	memcpy(r->expect, code, len);
	r->expect_flags = (uint8_t)(1 | len << 1);
	return 0;
}

static int add_record(struct writer *w, struct object *o, const struct item *i,
		      struct patch_error *err)
{
	struct place p = place_of(w->b, o, i);
	struct payload_record r = {
		.old_addr = p.address,
		.new_size = (uint32_t)object_item_size(o, i),
		.version = LIVEPATCH_PAYLOAD_VERSION,
	};
	uint64_t name, at;

	if (old_size(w, o, i, &p, &r.old_size, err) || expect(w, i, &p, &r, err))
		return -1;
	name = elf_writer_append(w->elf, w->strings, i->name, strlen(i->name) + 1);
	at = elf_writer_append(w->elf, w->funcs, &r, sizeof(r));
	elf_writer_rela(w->elf, w->funcs, at + offsetof(struct payload_record, name), R_X86_64_64,
			elf_writer_symbol(w->elf, "", w->strings, name, 0, STT_OBJECT, STB_LOCAL),
			0);
	elf_writer_rela(w->elf, w->funcs, at + offsetof(struct payload_record, new_addr),
			R_X86_64_64, i->out_symbol, 0);
	if (p.kind == PLACE_BASE)
		elf_writer_rela(w->elf, w->funcs, at + offsetof(struct payload_record, old_addr),
				R_X86_64_64, place_symbol(w, &p), 0);
	return 0;
}

/* --- the rest
 * ------------------------------------------------------------------------------------- */

/* A note with a build-id; zeros for NULL, where the payload's own comes later. */
static uint32_t add_id(struct writer *w, const char *section, const struct payload_id *id)
{
	uint32_t out = elf_writer_section(w->elf, section, SHT_NOTE, SHF_ALLOC, 4);
	uint32_t word[3] = {4, id ? id->len : BUILD_ID_LEN, 3};
	uint8_t note[16 + PAYLOAD_ID_MAX] = {0};

	memcpy(note, word, sizeof(word));
	memcpy(note + 12, "GNU", 4);
	if (id)
		memcpy(note + 16, id->bytes, id->len);
	elf_writer_append(w->elf, out, note, 16 + word[1]);
	return out;
}

static int for_each(struct writer *w, struct patch_error *err,
		    int (*visit)(struct writer *w, struct object *o, struct item *i,
				 struct patch_error *err))
{
	for (uint32_t n = 0; n < w->b->after.nr; n++) {
		struct object *o = &w->b->after.objects[n];

		for (uint32_t k = 0; k < o->nr_items; k++)
			if (o->items[k].included && visit(w, o, &o->items[k], err))
				return -1;
	}
	return 0;
}

static int visit_add(struct writer *w, struct object *o, struct item *i, struct patch_error *err)
{
	(void)err;
	add_item(w, o, i);
	return 0;
}

static int visit_link(struct writer *w, struct object *o, struct item *i, struct patch_error *err)
{
	if (link_item(w, o, i, err))
		return -1;
	if (!is_site(w->b, o, i))
		return 0;
	if (!w->funcs) {
		w->funcs =
			elf_writer_section(w->elf, ".livepatch.funcs", SHT_PROGBITS, SHF_ALLOC, 8);
		w->strings = elf_writer_section(w->elf, ".rodata.livepatch.names", SHT_PROGBITS,
						SHF_ALLOC, 1);
	}
	return add_record(w, o, i, err);
}

/* The payload's own build-id: the hash of all the rest. */
static int identify(struct file *out, struct patch_error *err)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	struct elf_object elf;
	int rc = elf_object_open(&elf, out->bytes, out->size, err);

	if (!rc) {
		uint32_t id = elf_object_find(&elf, ".note.gnu.build-id");

		crypto_hash_sha256(hash, out->bytes, out->size);
		memcpy(out->bytes + elf.section[id].sh_offset + 16, hash, BUILD_ID_LEN);
	}
	elf_object_close(&elf);
	return rc;
}

static int write_all(struct writer *w, const struct write_info *info, struct file *out,
		     struct patch_error *err)
{
	const struct build *b = w->b;
	uint32_t section;

	if (for_each(w, err, visit_add) || for_each(w, err, visit_link))
		return -1;
	add_id(w, ".note.gnu.build-id", NULL);
	add_id(w, ".livepatch.depends",
	       b->nr_bases ? &b->bases[b->nr_bases - 1].payload.id : &b->image.id);
	add_id(w, ".livepatch.xen_depends", &b->image.id);
	section = elf_writer_section(w->elf, ".modinfo", SHT_PROGBITS, SHF_ALLOC, 1);
	elf_writer_append(w->elf, section, info->modinfo, info->modinfo_len);
	section = elf_writer_section(w->elf, BASE_SOURCE, SHT_PROGBITS, 0, 1);
	elf_writer_append(w->elf, section, info->source, info->source_len);
	if (elf_writer_finish(w->elf, out, err))
		return -1;
	return identify(out, err);
}

int write_payload(struct build *b, const struct write_info *info, struct file *out,
		  struct patch_error *err)
{
	struct writer w = {.b = b, .elf = elf_writer_new()};
	int rc;

	*out = (struct file){0};
	if (!w.elf)
		return patch_fail(err, "out of memory");
	rc = write_all(&w, info, out, err);
	elf_writer_free(w.elf);
	if (rc)
		file_free(out);
	return rc;
}
