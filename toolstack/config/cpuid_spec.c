/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * cpuid=: what a guest may see of the processor.  Two ways to write it: "host,NAME=VALUE,..."
 * and, from xend, a list of "LEAF,SUBLEAF:REGISTER=BITS,...".  Both become libxl's list of
 * leaves with one character for each bit: 0, 1, x (as the host), k (keep), s.
 */
#include <stdlib.h>
#include <string.h>

#include "cpuid_flags.h"
#include "members.h"
#include "sections.h"

#define REGISTER_BITS 32
#define MSR_BITS      64

struct policy {
	struct builder *b;
	struct json *leaves, *msrs;
};

static struct json *append_object(struct policy *p, struct json *array)
{
	struct json *object = json_new_object();

	if (json_append(array, object))
		return object;
	p->b->failed = true;
	return NULL;
}

/* @subleaf < 0: none.  Made where it is not there yet; NULL: out of memory. */
static struct json *leaf_of(struct policy *p, uint32_t leaf, int64_t subleaf)
{
	struct json *v;
	size_t i;

	for (i = 0; i < p->leaves->nr; i++) {
		v = p->leaves->items[i];
		if (json_int(json_get(v, "leaf"), 0) == leaf &&
		    json_int(json_get(v, "subleaf"), -1) == subleaf)
			return v;
	}
	v = append_object(p, p->leaves);
	if (v && json_set_int(v, "leaf", leaf) && members_set_int(v, "subleaf", subleaf, -1))
		return v;
	p->b->failed = true;
	return NULL;
}

static struct json *msr_of(struct policy *p, uint32_t index)
{
	struct json *v;
	size_t i;

	for (i = 0; i < p->msrs->nr; i++)
		if (json_int(json_get(p->msrs->items[i], "index"), 0) == index)
			return p->msrs->items[i];
	v = append_object(p, p->msrs);
	if (v && json_set_int(v, "index", index))
		return v;
	p->b->failed = true;
	return NULL;
}

/* The member's characters, from the highest bit on; all 'x' where it is not there yet. */
static char *bits_of(struct policy *p, struct json *object, const char *member, size_t nr)
{
	char fresh[MSR_BITS + 1];
	struct json *bits = json_get(object, member);

	if (!bits) {
		memset(fresh, 'x', nr);
		fresh[nr] = '\0';
		builder_set(p->b, object, member, json_new_string(fresh));
		bits = json_get(object, member);
	}
	return bits ? bits->string : NULL;
}

/* @width bits from @bit on: digits of @number, or @fill unless that is 0. */
static void put_bits(char *bits, size_t nr, unsigned int bit, unsigned int width,
		     unsigned long long number, char fill)
{
	unsigned int i;

	for (i = 0; i < width; i++)
		bits[nr - 1 - bit - i] = fill ? fill : number >> i & 1 ? '1' : '0';
}

/* A number, or a letter for all bits. */
struct bit_value {
	unsigned long long number;
	char fill; /* 0: a number */
};

static bool read_value(const char *text, struct bit_value *value)
{
	char *end;

	value->number = strtoull(text, &end, 0);
	value->fill = 0;
	if (end != text)
		return true;
	value->fill = *text;
	return *text == 'x' || *text == 'k' || *text == 's';
}

/* Both are spread over two fields of leaf 1's eax; see the CPUID instruction. */
static void put_family(char *bits, const struct bit_value *v)
{
	unsigned long long base = v->number < 15 ? v->number : 15;

	put_bits(bits, REGISTER_BITS, 8, 4, base, v->fill);
	put_bits(bits, REGISTER_BITS, 20, 8, v->fill ? 0 : v->number - base, 0);
}

static void put_model(char *bits, const struct bit_value *v)
{
	put_bits(bits, REGISTER_BITS, 4, 4, v->number, v->fill);
	put_bits(bits, REGISTER_BITS, 16, 4, v->number >> 4, v->fill);
}

static const char *const registers[] = {"eax", "ebx", "ecx", "edx"};

enum flag_error { FLAG_GOOD, FLAG_NO_VALUE, FLAG_UNKNOWN, FLAG_BAD_VALUE };

static bool is_name(const char *text, size_t len, const char *name)
{
	return strlen(name) == len && !strncmp(text, name, len);
}

/* The leaf of a known name appears even where its value is wrong; an MSR has its bits then. */
static enum flag_error read_flag(struct policy *p, const char *text)
{
	static const struct cpuid_flag spread = {"", 1, -1, CPUID_EAX, 0, 0};
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;
	bool family, model;
	const struct cpuid_flag *flag;
	struct bit_value value;
	struct json *object;
	char *bits = NULL;
	bool good, msr;

	if (!equals)
		return FLAG_NO_VALUE;
	family = is_name(text, len, "family");
	model = is_name(text, len, "model");
	flag = family || model ? &spread : cpuid_flag_find(text, len);
	if (!flag)
		return FLAG_UNKNOWN;
	good = read_value(equals + 1, &value);
	msr = flag->place == CPUID_MSR;
	object = msr ? msr_of(p, flag->leaf) : leaf_of(p, flag->leaf, flag->subleaf);
	if (object && (good || msr))
		bits = bits_of(p, object, msr ? "policy" : registers[flag->place],
			       msr ? MSR_BITS : REGISTER_BITS);
	if (!good || !bits)
		return FLAG_BAD_VALUE;
	/* An MSR has nothing that would be kept from save to restore. */
	if (msr && value.fill == 's')
		value.fill = 'k';
	if (family)
		put_family(bits, &value);
	else if (model)
		put_model(bits, &value);
	else
		put_bits(bits, msr ? MSR_BITS : REGISTER_BITS, flag->bit, flag->width, value.number,
			 value.fill);
	return FLAG_GOOD;
}

static void read_flags(struct policy *p, const char *text)
{
	static const char *const errors[] = {
		[FLAG_NO_VALUE] = "missing \"=\" in key=value",
		[FLAG_UNKNOWN] = "unknown CPUID flag name",
		[FLAG_BAD_VALUE] = "illegal CPUID value (must be: [0|1|x|k|s])",
	};
	char *copy = strdup(text), *rest, *word;

	if (!copy) {
		p->b->failed = true;
		return;
	}
	word = strtok_r(copy, ",", &rest);
	if (word && strcmp(word, "host") != 0) {
		fprintf(p->b->report,
			"while parsing CPUID string: \"%s\":\n  error: first word must be "
			"\"host\"\n",
			text);
		word = NULL;
	}
	while (word && (word = strtok_r(NULL, ",", &rest)) && !p->b->failed) {
		enum flag_error error = read_flag(p, word);

		if (error)
			fprintf(p->b->report,
				"while parsing CPUID flag: \"%s\":\n  error #%d: %s\n", word,
				(int)error, errors[error]);
	}
	free(copy);
}

enum line_error {
	LINE_GOOD,
	LINE_BAD_LEAF,
	LINE_BAD_SUBLEAF,
	LINE_NO_COLON,
	LINE_BAD_REGISTER,
	LINE_BAD_LENGTH,
};

/* "ecx=" and 32 characters, with a comma between several. */
static enum line_error read_registers(struct policy *p, struct json *leaf, const char *at)
{
	char bits[REGISTER_BITS + 1];

	for (;; at++) {
		size_t len;

		if (at[0] != 'e' || at[1] < 'a' || at[1] > 'd' || at[2] != 'x' || at[3] != '=')
			return LINE_BAD_REGISTER;
		len = strcspn(at + 4, ",");
		if (len != REGISTER_BITS)
			return LINE_BAD_LENGTH;
		memcpy(bits, at + 4, REGISTER_BITS);
		bits[REGISTER_BITS] = '\0';
		builder_set(p->b, leaf, registers[at[1] - 'a'], json_new_string(bits));
		at += 4 + len;
		if (!*at)
			return LINE_GOOD;
	}
}

static enum line_error read_line(struct policy *p, const char *text)
{
	char *end;
	uint32_t leaf = (uint32_t)strtoul(text, &end, 0);
	int64_t subleaf = -1;
	const char *at = end;
	struct json *v;

	if (at == text)
		return LINE_BAD_LEAF;
	if (*at == ',') {
		subleaf = (uint32_t)strtoul(at + 1, &end, 0);
		if (end == at + 1)
			return LINE_BAD_SUBLEAF;
		at = end;
	}
	if (*at != ':')
		return LINE_NO_COLON;
	v = leaf_of(p, leaf, subleaf);
	return v ? read_registers(p, v, at + 1) : LINE_GOOD;
}

static void read_lines(struct policy *p, const struct cfg_value *list)
{
	static const char *const errors[] = {
		[LINE_BAD_LEAF] = "illegal leaf number",
		[LINE_BAD_SUBLEAF] = "illegal subleaf number",
		[LINE_NO_COLON] = "missing colon",
		[LINE_BAD_REGISTER] = "invalid register name (must be e[abcd]x)",
		[LINE_BAD_LENGTH] = "policy string must be exactly 32 characters long",
	};
	size_t i;

	for (i = 0; i < list->nr && list->items[i]->type == CFG_STRING && !p->b->failed; i++) {
		enum line_error error = read_line(p, list->items[i]->string);

		if (error)
			fprintf(p->b->report,
				"while parsing CPUID line: \"%s\":\n  error #%d: %s\n",
				list->items[i]->string, (int)error, errors[error]);
	}
}

static void put_policy(struct policy *p)
{
	static const char *const leaf_order[] = {"leaf", "subleaf", "eax", "ebx",
						 "ecx",	 "edx",	    NULL};
	struct json *policy = json_new_object();
	size_t i;

	for (i = 0; i < p->leaves->nr; i++)
		members_sort(p->leaves->items[i], leaf_order);
	builder_set(p->b, policy, "cpuid", p->leaves);
	builder_set(p->b, policy, "msr", p->msrs);
	builder_set(p->b, p->b->at[PLACE_BUILD], "cpuid", policy);
}

void section_cpuid(struct builder *b)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, "cpuid");
	struct policy p = {b, json_new_array(), json_new_array()};

	if (!p.leaves || !p.msrs)
		b->failed = true;
	else if (setting && setting->value->type == CFG_LIST)
		read_lines(&p, setting->value);
	else if (setting)
		read_flags(&p, setting->value->string);
	if (!b->failed && (p.leaves->nr || p.msrs->nr)) {
		put_policy(&p);
		return;
	}
	json_free(p.leaves);
	json_free(p.msrs);
}
