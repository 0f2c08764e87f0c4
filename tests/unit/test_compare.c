/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which functions and variables of an object have changed; objects by elf_writer. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "livepatch/compare.h"
#include "livepatch/elf_writer.h"

static char dir[64];
static struct patch_error err;
static struct elf_writer *w;
static struct object before, after;

static void setup(void)
{
	strcpy(dir, "/tmp/nacre-compare.XXXXXX");
	cr_assert(mkdtemp(dir));
	w = elf_writer_new();
}

static void teardown(void)
{
	char command[80];

	object_free(&before);
	object_free(&after);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(compare, .init = setup, .fini = teardown);

/* A section with a symbol at its start: the symbol. */
static uint32_t put(const char *section, const char *name, uint64_t flags, const char *bytes,
		    size_t len, unsigned int type)
{
	uint32_t s = elf_writer_section(w, section, SHT_PROGBITS, SHF_ALLOC | flags, 8);

	elf_writer_append(w, s, bytes, len);
	return elf_writer_symbol(w, name, s, 0, len, type, STB_LOCAL);
}

static uint32_t function(const char *name, const char *bytes)
{
	char section[64];

	snprintf(section, sizeof(section), ".text.%s", name);
	return put(section, name, SHF_EXECINSTR, bytes, 16, STT_FUNC);
}

static uint32_t variable(const char *name, const char *bytes)
{
	char section[64];

	snprintf(section, sizeof(section), ".data.%s", name);
	return put(section, name, SHF_WRITE, bytes, 8, STT_OBJECT);
}

static void refer(const char *section, uint64_t offset, uint32_t type, uint32_t symbol,
		  int64_t addend)
{
	elf_writer_rela(w, elf_writer_find(w, section), offset, type, symbol, addend);
}

static void finish(const char *name, struct object *o)
{
	struct file f;
	char path[96];

	cr_assert_eq(elf_writer_finish(w, &f, &err), 0, "%s", err.text);
	elf_writer_free(w);
	w = elf_writer_new();
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(file_write(path, f.bytes, f.size, &err), 0);
	file_free(&f);
	cr_assert_eq(object_read(dir, name, o, &err), 0, "%s", err.text);
}

static enum item_state state(const char *name, enum item_kind kind)
{
	const struct item *i = object_find(&after, name, kind);

	cr_assert_not_null(i, "%s", name);
	return i->state;
}

#define CODE "0123456789abcdef"

Test(compare, functions_and_variables)
{
	function("same", CODE);
	function("changed", CODE);
	variable("count", "01234567");
	function("gone", CODE);
	finish("a.c.o", &before);
	function("fresh", CODE);
	function("same", CODE);
	function("changed", "0123456789abcdeX");
	variable("count", "0123456X");
	finish("b.c.o", &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("same", ITEM_CODE), ITEM_SAME);
	cr_assert_eq(state("changed", ITEM_CODE), ITEM_CHANGED);
	cr_assert_eq(state("fresh", ITEM_CODE), ITEM_NEW);
	cr_assert_eq(state("count", ITEM_DATA), ITEM_CHANGED);
	cr_assert_not(compare_equal(&before, &after));
}

/* One object with a function that refers to the string behind @skip bytes. */
static void with_string(const char *name, const char *text, size_t len, uint64_t at,
			struct object *o)
{
	uint32_t s = elf_writer_section(w, ".rodata.f.str1.1", SHT_PROGBITS,
					SHF_ALLOC | SHF_MERGE | SHF_STRINGS, 1),
		 label;

	elf_writer_append(w, s, text, len);
	label = elf_writer_symbol(w, ".LC0", s, at, 0, STT_NOTYPE, STB_LOCAL);
	function("f", CODE);
	refer(".text.f", 3, R_X86_64_32S, label, 0);
	finish(name, o);
	/* The writer gives its sections no size of entries; strings have one. */
	o->elf.section[s].sh_entsize = 1;
}

Test(compare, strings_by_their_words)
{
	with_string("a.c.o", "hello", 6, 0, &before);
	with_string("b.c.o", "another\0hello", 14, 8, &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_SAME);
	object_free(&after);
	with_string("b.c.o", "hella", 6, 0, &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_CHANGED);
	object_free(&after);
	with_string("b.c.o", "hell", 5, 0, &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_CHANGED);
}

/* A static variable in a function gets another number when others come before it. */
static void with_static(const char *name, const char *variable_name, struct object *o)
{
	function("f", CODE);
	refer(".text.f", 3, R_X86_64_PC32, variable(variable_name, "01234567"), -4);
	finish(name, o);
}

Test(compare, numbered_statics)
{
	with_static("a.c.o", "calls.0", &before);
	with_static("b.c.o", "calls.7", &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_SAME);
	cr_assert_eq(state("calls.7", ITEM_DATA), ITEM_SAME);
	object_free(&after);
	with_static("b.c.o", "other.0", &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_CHANGED);
	cr_assert_eq(state("other.0", ITEM_DATA), ITEM_NEW);
	object_free(&after);
	variable("calls.1", "01234567");
	with_static("b.c.o", "calls.0", &after);
	cr_assert_eq(compare_objects(&before, &after, &err), -1);
	cr_assert(strstr(err.text, "static variables called calls"), "%s", err.text);
}

Test(compare, calls)
{
	function("f", CODE);
	refer(".text.f", 3, R_X86_64_PLT32,
	      elf_writer_symbol(w, "panic", SHN_UNDEF, 0, 0, STT_NOTYPE, STB_GLOBAL), -4);
	finish("a.c.o", &before);
	function("f", CODE);
	refer(".text.f", 3, R_X86_64_PLT32,
	      elf_writer_symbol(w, "printk", SHN_UNDEF, 0, 0, STT_NOTYPE, STB_GLOBAL), -4);
	finish("b.c.o", &after);
	cr_assert_eq(compare_objects(&before, &after, &err), 0);
	cr_assert_eq(state("f", ITEM_CODE), ITEM_CHANGED);
}

Test(compare, kinds_of_sections)
{
	function("f", CODE);
	put(".rodata.table", "table", 0, CODE, 16, STT_OBJECT);
	put(".rodata.f", ".Ltable", 0, CODE, 16, STT_NOTYPE);
	put(".livepatch.hooks.load", "hook", 0, CODE, 8, STT_OBJECT);
	put(".livepatch.handled", "names", 0, "x", 2, STT_OBJECT);
	put(".exception_table", "e", 0, CODE, 16, STT_OBJECT);
	finish("a.c.o", &before);
	cr_assert(object_find(&before, "table", ITEM_CONST));
	cr_assert(object_find(&before, ".rodata.f", ITEM_PRIVATE));
	cr_assert(object_find(&before, ".livepatch.hooks.load", ITEM_HOOK));
	cr_assert(object_find(&before, ".livepatch.handled", ITEM_HANDLED));
	cr_assert(object_find(&before, "e", ITEM_OTHER));
	cr_assert_eq(before.nr_items, 6);
	cr_assert(object_is_c(&before));
}
