/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/layout.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEPTH 16

/* A type that has a name, and all that decides how its objects lie in memory, a line
 * for each member. */
struct type {
	char *name, *text;
};

struct types {
	void *tree; /* of struct type, by name */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct type *)a)->name, ((const struct type *)b)->name);
}

static void type_free(void *p)
{
	struct type *t = p;

	free(t->name);
	free(t->text);
	free(t);
}

/* --- what decides the layout ------------------------------------------------------------------ */

static void write_type(FILE *f, Dwarf_Die *die, unsigned int depth);

static Dwarf_Word number(Dwarf_Die *die, unsigned int attribute, Dwarf_Word otherwise)
{
	Dwarf_Attribute a;
	Dwarf_Word value;

	if (!dwarf_attr_integrate(die, attribute, &a) || dwarf_formudata(&a, &value))
		return otherwise;
	return value;
}

static Dwarf_Die *type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute a;

	if (!dwarf_attr_integrate(die, DW_AT_type, &a))
		return NULL;
	return dwarf_formref_die(&a, type);
}

static void write_children(FILE *f, Dwarf_Die *die, unsigned int depth)
{
	Dwarf_Die child, type;

	if (dwarf_child(die, &child))
		return;
	do {
		const char *name = dwarf_diename(&child);

		switch (dwarf_tag(&child)) {
		case DW_TAG_member:
			fprintf(f, "%" PRIu64, number(&child, DW_AT_data_member_location, 0));
			if (dwarf_hasattr(&child, DW_AT_bit_size))
				fprintf(f, " bits %" PRIu64 "+%" PRIu64,
					number(&child, DW_AT_data_bit_offset, 0),
					number(&child, DW_AT_bit_size, 0));
			fprintf(f, " %s ", name ? name : "");
			if (type_of(&child, &type))
				write_type(f, &type, depth);
			fputc('\n', f);
			break;
		case DW_TAG_enumerator:
			fprintf(f, "%" PRId64 " %s\n",
				(int64_t)number(&child, DW_AT_const_value, 0), name ? name : "");
			break;
		case DW_TAG_subrange_type:
			fprintf(f, "[%" PRIu64 "]",
				number(&child, DW_AT_upper_bound,
				       number(&child, DW_AT_count, 0) - 1) +
					1);
			break;
		default:
			break;
		}
	} while (!dwarf_siblingof(&child, &child));
}

static const char *keyword(int tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
		return "struct";
	case DW_TAG_union_type:
		return "union";
	case DW_TAG_enumeration_type:
		return "enum";
	default:
		return "type";
	}
}

/* Named types stand for themselves: each is compared on its own. */
static void write_type(FILE *f, Dwarf_Die *die, unsigned int depth)
{
	const char *name = dwarf_diename(die);
	int tag = dwarf_tag(die);
	Dwarf_Die type;

	if (depth > MAX_DEPTH)
		return;
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		if (name) {
			fprintf(f, "%s %s", keyword(tag), name);
			return;
		}
		fprintf(f, "%s {\n", keyword(tag));
		write_children(f, die, depth + 1);
		fprintf(f, "} of %" PRIu64, number(die, DW_AT_byte_size, 0));
		return;
	case DW_TAG_pointer_type: /* what it leads to is compared where it lies */
		fputs("pointer", f);
		return;
	case DW_TAG_array_type:
		if (type_of(die, &type))
			write_type(f, &type, depth + 1);
		write_children(f, die, depth + 1);
		return;
	case DW_TAG_subroutine_type:
		fputs("function", f);
		return;
	case DW_TAG_base_type:
		fprintf(f, "%s", name ? name : "?");
		return;
	default: /* typedef, const, volatile */
		if (type_of(die, &type))
			write_type(f, &type, depth + 1);
	}
}

/* --- the types of an object
 * ----------------------------------------------------------------------- */

static bool is_compared(Dwarf_Die *die, int tag)
{
	Dwarf_Die type;

	if (!dwarf_diename(die) || dwarf_hasattr(die, DW_AT_declaration))
		return false;
	if (tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
	    tag == DW_TAG_enumeration_type)
		return true;
	/* A name for a type that has none of its own, or for a plain one. */
	return tag == DW_TAG_typedef && type_of(die, &type);
}

static int add(struct types *types, Dwarf_Die *die, struct patch_error *err)
{
	int tag = dwarf_tag(die);
	struct type *t;
	size_t len;
	void *slot;
	FILE *f;

	if (!is_compared(die, tag))
		return 0;
	t = calloc(1, sizeof(*t));
	f = t ? open_memstream(&t->text, &len) : NULL;
	if (!f || asprintf(&t->name, "%s %s", keyword(tag), dwarf_diename(die)) < 0) {
		if (f)
			fclose(f);
		free(t);
		return patch_fail(err, "out of memory");
	}
	if (tag == DW_TAG_typedef) {
		write_type(f, die, 0);
		fputc('\n', f);
	} else {
		write_children(f, die, 0);
		if (tag != DW_TAG_enumeration_type)
			fprintf(f, "size %" PRIu64 "\n", number(die, DW_AT_byte_size, 0));
	}
	if (fclose(f)) {
		type_free(t);
		return patch_fail(err, "out of memory");
	}
	slot = tsearch(t, &types->tree, by_name);
	if (!slot || *(struct type **)slot != t)
		type_free(t);
	return slot ? 0 : patch_fail(err, "out of memory");
}

static int add_unit(struct types *types, Dwarf_Die *unit, struct patch_error *err)
{
	Dwarf_Die child;

	if (dwarf_child(unit, &child))
		return 0;
	do {
		if (add(types, &child, err))
			return -1;
	} while (!dwarf_siblingof(&child, &child));
	return 0;
}

static int read_types(const char *path, struct types *types, struct patch_error *err)
{
	static const Dwfl_Callbacks callbacks = {
		.section_address = dwfl_offline_section_address,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module = dwfl ? dwfl_report_offline(dwfl, path, path, -1) : NULL;
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;
	int rc = 0, nr = 0;

	if (module)
		dwfl_report_end(dwfl, NULL, NULL);
	while (!rc && module && (unit = dwfl_module_nextcu(module, unit, &bias))) {
		rc = add_unit(types, unit, err);
		nr++;
	}
	if (!rc && !nr)
		rc = patch_fail(err, "%s has no debugging information: %s", path, dwfl_errmsg(-1));
	if (dwfl)
		dwfl_end(dwfl);
	return rc;
}

/* --- comparing
 * --------------------------------------------------------------------------------------- */

struct comparison {
	struct types *before;
	void (*differs)(void *arg, const char *what, const char *why);
	void *arg;
};

static void explain(const struct comparison *c, const struct type *was, const struct type *is)
{
	const char *a = was->text, *b = is->text;
	char why[200];

	while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") &&
	       !strncmp(a, b, strcspn(a, "\n"))) {
		a += strcspn(a, "\n") + 1;
		b += strcspn(b, "\n") + 1;
	}
	/* Values behind the last one disturb nobody. */
	if (!*a && !strncmp(is->name, "enum ", 5))
		return;
	snprintf(why, sizeof(why), "'%.*s' was '%.*s'", *b ? (int)strcspn(b, "\n") : 7,
		 *b ? b : "nothing", *a ? (int)strcspn(a, "\n") : 7, *a ? a : "nothing");
	c->differs(c->arg, is->name, why);
}

static void compare_one(const void *node, VISIT visit, void *arg)
{
	const struct type *is = *(struct type *const *)node;
	const struct comparison *c = arg;
	void *found;

	if (visit != postorder && visit != leaf)
		return;
	found = tfind(is, &c->before->tree, by_name);
	if (found && strcmp((*(struct type **)found)->text, is->text) != 0)
		explain(c, *(struct type **)found, is);
}

int layout_compare(const char *before, const char *after,
		   void (*differs)(void *arg, const char *what, const char *why), void *arg,
		   struct patch_error *err)
{
	struct types was = {0}, is = {0};
	struct comparison c = {&was, differs, arg};
	int rc = read_types(before, &was, err);

	if (!rc)
		rc = read_types(after, &is, err);
	if (!rc)
		twalk_r(is.tree, compare_one, &c);
	tdestroy(was.tree, type_free);
	tdestroy(is.tree, type_free);
	return rc;
}
