/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch/payload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "patch/elf_object.h"
#include "patch/payload_record.h"

#define NOTE_BUILD_ID 3u
#define MAX_SYMBOLS   8192u /* the hypervisor's bounds */
#define MAX_HOOKS     64u
#define MAX_INFOS     256u

const char *const payload_hook_names[NR_HOOKS] = {
	"load", "unload", "preapply", "apply", "postapply", "prerevert", "revert", "postrevert",
};

bool payload_is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return true;
}

/* --- rules for all sections ---------------------------------------------------------- */

static int check_placing(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	for (uint32_t i = 1; i < o->nr_sections; i++) {
		const Elf64_Shdr *s = &o->section[i];

		if ((s->sh_flags & SHF_ALLOC) && (s->sh_flags & SHF_WRITE) &&
		    (s->sh_flags & SHF_EXECINSTR))
			return patch_fail(err, "section %u is writable and executable", i);
		if (!elf_object_is_loaded(o, i))
			continue;
		p->loaded += s->sh_size;
		if (s->sh_size > PAYLOAD_MAX_SIZE || p->loaded > PAYLOAD_MAX_SIZE)
			return patch_fail(err, "needs more than %u bytes of memory",
					  PAYLOAD_MAX_SIZE);
		if ((s->sh_flags & SHF_WRITE) &&
		    strcmp(elf_object_section_name(o, i), ".livepatch.funcs") != 0)
			p->has_data = true;
	}
	return 0;
}

static int rela_width(uint64_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32S:
		return 4;
	default:
		return -1;
	}
}

static int check_rela(const struct elf_object *o, uint32_t target, const Elf64_Rela *r,
		      struct patch_error *err)
{
	const Elf64_Sym *sym = &o->symbol[ELF64_R_SYM(r->r_info)];
	int width = rela_width(ELF64_R_TYPE(r->r_info));

	if (width < 0)
		return patch_fail(err,
				  "section %u has a relocation of type %" PRIu64
				  ", which is not supported",
				  target, (uint64_t)ELF64_R_TYPE(r->r_info));
	if ((uint64_t)width > o->section[target].sh_size - r->r_offset)
		return patch_fail(err, "section %u has a relocation beyond its end", target);
	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx == SHN_ABS)
		return 0;
	if (sym->st_shndx >= o->nr_sections || !elf_object_is_loaded(o, sym->st_shndx) ||
	    sym->st_value > o->section[sym->st_shndx].sh_size)
		return patch_fail(err, "section %u refers to what is not loaded", target);
	return 0;
}

static int check_relas(const struct elf_object *o, struct patch_error *err)
{
	for (uint32_t i = 1; i < o->nr_sections; i++) {
		const Elf64_Shdr *s = &o->section[i];

		if ((s->sh_type != SHT_RELA && s->sh_type != SHT_REL) ||
		    s->sh_info >= o->nr_sections || !elf_object_is_loaded(o, s->sh_info))
			continue;
		if (s->sh_type == SHT_REL || o->section[s->sh_info].sh_type == SHT_NOBITS)
			return patch_fail(err,
					  "section %u is relocated in a way that is not "
					  "supported",
					  s->sh_info);
		for (uint32_t n = 0; n < elf_object_nr_relas(o, i); n++) {
			Elf64_Rela r = elf_object_rela(o, i, n);

			if (check_rela(o, s->sh_info, &r, err))
				return -1;
		}
	}
	return 0;
}

/* Xen's own tables for code that is patched or recovered at run time. */
static const char *find_foreign(const struct elf_object *o)
{
	static const char *const foreign[] = {".altinstructions", ".ex_table", ".exception_table"};

	for (uint32_t i = 1; i < o->nr_sections; i++) {
		const char *name = elf_object_section_name(o, i);
		bool hit = !strncmp(name, ".bug_frames.", 12);

		for (unsigned int f = 0; f < sizeof(foreign) / sizeof(foreign[0]); f++)
			hit |= !strcmp(name, foreign[f]);
		if (hit && o->section[i].sh_size)
			return name;
	}
	return NULL;
}

/* --- build-ids --------------------------------------------------------------------------- */

static int read_id(const struct elf_object *o, const char *name, struct payload_id *id,
		   struct patch_error *err)
{
	uint32_t i = elf_object_find(o, name);
	const uint8_t *at = i ? elf_object_data(o, i) : NULL;
	uint64_t size = i ? o->section[i].sh_size : 0;
	uint32_t word[4];

	if (!i)
		return patch_fail(err, "has no section %s", name);
	if (!at || !elf_object_is_loaded(o, i) || size < sizeof(word))
		return patch_fail(err, "%s holds no build-id", name);
	memcpy(word, at, sizeof(word));
	if (word[0] != 4 || word[2] != NOTE_BUILD_ID || memcmp(&word[3], "GNU", 4) != 0)
		return patch_fail(err, "%s holds no build-id", name);
	if (!word[1] || word[1] > PAYLOAD_ID_MAX || word[1] > size - sizeof(word))
		return patch_fail(err, "%s holds a build-id of %u bytes", name, word[1]);
	memcpy(id->bytes, at + sizeof(word), word[1]);
	id->len = word[1];
	return 0;
}

static int read_ids(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	if (read_id(o, ".note.gnu.build-id", &p->id, err) ||
	    read_id(o, ".livepatch.depends", &p->depends, err) ||
	    read_id(o, ".livepatch.xen_depends", &p->xen_depends, err))
		return -1;
	if (payload_id_equal(&p->id, &p->depends))
		return patch_fail(err, "depends on itself");
	return 0;
}

bool payload_id_equal(const struct payload_id *a, const struct payload_id *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

void payload_id_print(const struct payload_id *id, char hex[PAYLOAD_ID_HEX])
{
	hex[0] = 0;
	for (uint32_t i = 0; i < id->len; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", id->bytes[i]);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int payload_id_scan(const char *hex, struct payload_id *id)
{
	size_t len = strlen(hex);

	if (!len || len % 2 || len / 2 > PAYLOAD_ID_MAX)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		id->bytes[i] = (uint8_t)(high << 4 | low);
	}
	id->len = (uint32_t)(len / 2);
	return 0;
}

/* --- hooks ------------------------------------------------------------------------------------ */

static bool leads_to_code(const struct elf_object *o, const Elf64_Rela *r)
{
	const Elf64_Sym *sym = &o->symbol[ELF64_R_SYM(r->r_info)];
	uint64_t at = sym->st_value + (uint64_t)r->r_addend;

	return ELF64_R_TYPE(r->r_info) == R_X86_64_64 && r->r_offset % 8 == 0 &&
	       sym->st_shndx != SHN_UNDEF && sym->st_shndx < o->nr_sections &&
	       (o->section[sym->st_shndx].sh_flags & SHF_EXECINSTR) &&
	       at < o->section[sym->st_shndx].sh_size;
}

/* Every slot of the list has to be a pointer into code of the payload. */
static int check_slots(const struct elf_object *o, uint32_t i, uint32_t slots, const char *name,
		       struct patch_error *err)
{
	uint32_t good = 0;

	for (uint32_t t = 1; t < o->nr_sections; t++) {
		if (o->section[t].sh_type != SHT_RELA || o->section[t].sh_info != i)
			continue;
		for (uint32_t n = 0; n < elf_object_nr_relas(o, t); n++) {
			Elf64_Rela r = elf_object_rela(o, t, n);

			good += leads_to_code(o, &r);
		}
	}
	if (good != slots)
		return patch_fail(err, ".livepatch.hooks.%s names no code of the payload", name);
	return 0;
}

static int read_hooks(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	bool any = p->nr_functions;

	for (unsigned int h = 0; h < NR_HOOKS; h++) {
		uint32_t max = h == HOOK_LOAD || h == HOOK_UNLOAD ? MAX_HOOKS : 1;
		char name[40];
		uint32_t i;

		snprintf(name, sizeof(name), ".livepatch.hooks.%s", payload_hook_names[h]);
		i = elf_object_find(o, name);
		if (!i)
			continue;
		if (!elf_object_is_loaded(o, i) || !elf_object_data(o, i) ||
		    o->section[i].sh_size % 8 || o->section[i].sh_size / 8 > max ||
		    o->section[i].sh_addralign % 8 || !o->section[i].sh_addralign ||
		    (o->section[i].sh_flags & SHF_WRITE))
			return patch_fail(err, "%s has a bad size or place", name);
		p->nr_hooks[h] = (uint32_t)(o->section[i].sh_size / 8);
		if (check_slots(o, i, p->nr_hooks[h], payload_hook_names[h], err))
			return -1;
		any = true;
	}
	return any ? 0 : patch_fail(err, "changes nothing: it has neither functions nor hooks");
}

bool payload_vetoes(const struct payload *p)
{
	return p->nr_hooks[HOOK_PRE_APPLY] || p->nr_hooks[HOOK_POST_APPLY] ||
	       p->nr_hooks[HOOK_PRE_REVERT] || p->nr_hooks[HOOK_POST_REVERT];
}

/* --- metadata ----------------------------------------------------------------------- */

static int read_info(struct payload *p, const char *text, size_t len, struct patch_error *err)
{
	const char *equal = memchr(text, '=', len);

	if (!payload_is_plain(text, len))
		return patch_fail(err, ".modinfo has characters that do not print");
	if (!equal || equal == text || memchr(text, ' ', (size_t)(equal - text)))
		return patch_fail(err, ".modinfo: '%.*s' is no key=value", len > 40 ? 40 : (int)len,
				  text);
	if (p->nr_infos == MAX_INFOS)
		return patch_fail(err, ".modinfo has more than %u entries", MAX_INFOS);
	p->infos[p->nr_infos++] = (struct payload_info){
		.key = text, .key_len = (size_t)(equal - text), .value = equal + 1};
	return 0;
}

static int read_infos(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	uint32_t i = elf_object_find(o, ".modinfo");
	const char *at = i ? (const char *)elf_object_data(o, i) : NULL;
	const char *end;

	if (!i || !o->section[i].sh_size)
		return 0;
	if (!at || !elf_object_is_loaded(o, i) || (o->section[i].sh_flags & SHF_WRITE) ||
	    at[o->section[i].sh_size - 1])
		return patch_fail(err, ".modinfo is no list of strings");
	p->infos = calloc(MAX_INFOS, sizeof(*p->infos));
	if (!p->infos)
		return patch_fail(err, "out of memory");
	for (end = at + o->section[i].sh_size; at < end; at += strlen(at) + 1)
		if (*at && read_info(p, at, strlen(at), err))
			return -1;
	return 0;
}

const char *payload_value(const struct payload *p, const char *key, uint32_t n)
{
	for (uint32_t i = 0; i < p->nr_infos; i++) {
		const struct payload_info *info = &p->infos[i];

		if (strlen(key) == info->key_len && !memcmp(key, info->key, info->key_len) && !n--)
			return info->value;
	}
	return NULL;
}

/* --- names
 * ---------------------------------------------------------------------------------------- */

bool payload_name_valid(const char *name)
{
	size_t len = strnlen(name, XEN_LIVEPATCH_NAME_SIZE);

	return len && len < XEN_LIVEPATCH_NAME_SIZE && payload_is_plain(name, len) &&
	       !strchr(name, ' ');
}

int payload_name(const struct payload *p, const char *path, char name[XEN_LIVEPATCH_NAME_SIZE],
		 struct patch_error *err)
{
	const char *given = p ? payload_value(p, "name", 0) : NULL;
	const char *base = strrchr(path, '/');
	const char *from = given ? given : base ? base + 1 : path;
	const char *dot = given ? NULL : strrchr(from, '.');
	size_t len = dot && dot != from ? (size_t)(dot - from) : strlen(from);

	if (len < XEN_LIVEPATCH_NAME_SIZE) {
		memcpy(name, from, len);
		name[len] = 0;
		if (payload_name_valid(name))
			return 0;
	}
	return patch_fail(err,
			  "cannot be called '%.*s': a name has 1 to %u printable characters "
			  "without spaces",
			  len > 60 ? 60 : (int)len, from, XEN_LIVEPATCH_NAME_SIZE - 1);
}

/* --- the whole
 * -------------------------------------------------------------------------------------- */

static int parse(const struct elf_object *o, struct payload *p, struct patch_error *err)
{
	/* Files may be padded to eight bytes; more is a signature, or what is left of one. */
	if (o->size > o->end && o->size - o->end >= 8)
		return patch_fail(err, "%zu bytes follow the payload: of a damaged signature?",
				  o->size - o->end);
	if (o->nr_symbols > MAX_SYMBOLS)
		return patch_fail(err, "has more than %u symbols", MAX_SYMBOLS);
	p->foreign = find_foreign(o);
	if (check_placing(o, p, err) || check_relas(o, err) || read_ids(o, p, err) ||
	    payload_read_functions(o, p, err) || read_hooks(o, p, err))
		return -1;
	return read_infos(o, p, err);
}

int payload_parse(const uint8_t *bytes, size_t size, struct payload *p, struct patch_error *err)
{
	struct elf_object o = {0};
	int rc;

	*p = (struct payload){0};
	err->text[0] = 0;
	if (!size)
		return patch_fail(err, "is empty");
	if (size > PAYLOAD_MAX_SIZE)
		return patch_fail(err, "has %zu bytes; %u are allowed", size, PAYLOAD_MAX_SIZE);
	rc = elf_object_open(&o, bytes, size, err);
	if (!rc)
		rc = parse(&o, p, err);
	elf_object_close(&o);
	return rc;
}

void payload_clear(struct payload *p)
{
	free(p->functions);
	free(p->infos);
	*p = (struct payload){0};
}
