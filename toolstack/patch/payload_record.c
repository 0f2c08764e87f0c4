/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch/payload_record.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FUNCTIONS 1024u /* the hypervisor's bound */
#define JUMP_SIZE     5u    /* of the instruction that leads to the new function */

#define FUNCS "function %u of .livepatch.funcs"

/* What relocations put into a field. */
struct record_link {
	bool present;
	uint32_t symbol;
	int64_t addend;
};

struct record_links {
	struct record_link name, new_addr, old_addr;
};

/* --- relocations of the records ------------------------------------------------------- */

static struct record_link *link_of(struct record_links *l, size_t field)
{
	switch (field) {
	case offsetof(struct payload_record, name):
		return &l->name;
	case offsetof(struct payload_record, new_addr):
		return &l->new_addr;
	case offsetof(struct payload_record, old_addr):
		return &l->old_addr;
	default:
		return NULL;
	}
}

static int read_table(const struct elf_object *o, uint32_t table, uint32_t funcs,
		      struct record_links *links, struct patch_error *err)
{
	uint64_t nr = o->section[funcs].sh_size / sizeof(struct payload_record);

	for (uint32_t n = 0; n < elf_object_nr_relas(o, table); n++) {
		Elf64_Rela r = elf_object_rela(o, table, n);
		uint64_t record = r.r_offset / sizeof(struct payload_record);
		struct record_link *l = NULL;

		if (ELF64_R_TYPE(r.r_info) == R_X86_64_NONE)
			continue;
		if (ELF64_R_TYPE(r.r_info) == R_X86_64_64 && record < nr)
			l = link_of(&links[record], r.r_offset % sizeof(struct payload_record));
		if (!l)
			return patch_fail(err,
					  ".livepatch.funcs: relocation %u is not of a "
					  "pointer",
					  n);
		*l = (struct record_link){true, (uint32_t)ELF64_R_SYM(r.r_info), r.r_addend};
	}
	return 0;
}

/* Fill in the links of all records; @links are zeroed, one per record. */
static int read_links(const struct elf_object *o, uint32_t funcs, struct record_links *links,
		      struct patch_error *err)
{
	for (uint32_t i = 1; i < o->nr_sections; i++)
		if (o->section[i].sh_type == SHT_RELA && o->section[i].sh_info == funcs &&
		    read_table(o, i, funcs, links, err))
			return -1;
	return 0;
}

/* --- what they say ----------------------------------------------------------------- */

/* The string that a relocation makes a pointer to, NULL if it is none. */
static const char *string_of(const struct elf_object *o, const struct record_link *l)
{
	const Elf64_Sym *sym = &o->symbol[l->symbol];
	uint64_t at = sym->st_value + (uint64_t)l->addend;
	const uint8_t *data;

	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= o->nr_sections ||
	    (o->section[sym->st_shndx].sh_flags & SHF_EXECINSTR))
		return NULL;
	data = elf_object_data(o, sym->st_shndx);
	if (!data || at >= o->section[sym->st_shndx].sh_size ||
	    !memchr(data + at, 0, o->section[sym->st_shndx].sh_size - at))
		return NULL;
	return (const char *)data + at;
}

static int check_function(const struct payload_function *f, uint8_t flags, struct patch_error *err)
{
	if (f->version != LIVEPATCH_PAYLOAD_VERSION)
		return patch_fail(err, "function %s: version %u of the record, not %u", f->name,
				  f->version, LIVEPATCH_PAYLOAD_VERSION);
	if (!f->old_size)
		return patch_fail(err, "function %s: its old size is zero", f->name);
	if (f->blanks ? !f->new_size || f->new_size > PAYLOAD_EXPECT || f->new_size > f->old_size
		      : f->old_size < JUMP_SIZE)
		return patch_fail(err,
				  f->blanks ? "function %s: bad number of bytes to blank"
					    : "function %s: too short for a jump",
				  f->name);
	if (!f->blanks && !f->new_size)
		return patch_fail(err, "function %s: its new size is zero", f->name);
	if (f->expects && (flags >> 6 || f->expect_len > f->old_size))
		return patch_fail(err, "function %s: malformed expectation", f->name);
	return 0;
}

/* Its new code is where a symbol says, inside of the payload's code. */
static int check_new_code(const struct elf_object *o, const struct record_links *links,
			  struct payload_function *f, const struct payload_record *r,
			  struct patch_error *err)
{
	const struct record_link *l = &links->new_addr;
	const Elf64_Sym *sym = &o->symbol[l->symbol];
	uint64_t at = sym->st_value + (uint64_t)l->addend;

	f->blanks = !l->present && !r->new_addr;
	if (f->blanks)
		return 0;
	if (!l->present || sym->st_shndx == SHN_UNDEF || sym->st_shndx >= o->nr_sections ||
	    !(o->section[sym->st_shndx].sh_flags & SHF_EXECINSTR) ||
	    at > o->section[sym->st_shndx].sh_size ||
	    r->new_size > o->section[sym->st_shndx].sh_size - at)
		return patch_fail(err, "function %s: the new code is not in the payload", f->name);
	return 0;
}

static int read_function(const struct elf_object *o, const struct payload_record *r,
			 const struct record_links *links, uint32_t n, struct payload_function *f,
			 struct patch_error *err)
{
	f->name = links->name.present ? string_of(o, &links->name) : NULL;
	if (!f->name || !*f->name || !payload_is_plain(f->name, strlen(f->name)))
		return patch_fail(err, FUNCS " has no proper name", n);
	f->old_addr = r->old_addr;
	f->by_symbol = links->old_addr.present;
	f->by_name = !f->by_symbol && !r->old_addr;
	f->old_size = r->old_size;
	f->new_size = r->new_size;
	f->version = r->version;
	f->expects = r->expect_flags & 1;
	f->expect_len = r->expect_flags >> 1 & 31;
	memcpy(f->expect, r->expect, sizeof(f->expect));
	if (check_new_code(o, links, f, r, err))
		return -1;
	return check_function(f, r->expect_flags, err);
}

int payload_read_functions(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	uint32_t i = elf_object_find(o, ".livepatch.funcs");
	const uint8_t *at = i ? elf_object_data(o, i) : NULL;
	struct record_links *links;
	uint64_t nr;
	int rc = 0;

	if (!i)
		return 0;
	nr = o->section[i].sh_size / sizeof(struct payload_record);
	if (!at || !elf_object_is_loaded(o, i) ||
	    o->section[i].sh_size % sizeof(struct payload_record) || nr > MAX_FUNCTIONS)
		return patch_fail(err, ".livepatch.funcs has a bad size");
	links = calloc(nr, sizeof(*links));
	p->functions = calloc(nr, sizeof(*p->functions));
	if (!links || !p->functions)
		rc = patch_fail(err, "out of memory");
	if (!rc)
		rc = read_links(o, i, links, err);
	for (uint32_t n = 0; !rc && n < nr; n++) {
		struct payload_record r;

		memcpy(&r, at + n * sizeof(r), sizeof(r));
		rc = read_function(o, &r, &links[n], n, &p->functions[n], err);
		p->nr_functions++;
	}
	free(links);
	return rc;
}
