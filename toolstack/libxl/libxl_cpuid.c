/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The words of xl.cfg's cpuid=, one a call: "name=value", where a value is a number or
 * one of x (as libxl would choose), k (keep) and s (the same after migration) for all
 * bits; and xend's "leaf[,subleaf]:register=bits,...".  A word that is refused may have
 * left an empty leaf behind, as with libxl.
 */
#include <stdlib.h>
#include <string.h>

#include "libxl_internal.h" /* first: it makes what libxl.h declares visible */

#include "cpuid_flags.h"
#include "cpuid_policy.h"

enum { OK, NO_VALUE, UNKNOWN, BAD_VALUE, BAD_REGISTER, BAD_BITS };

#define LEAF_BITS 32
#define MSR_BITS  64

/* --- the list ------------------------------------------------------------------------- */

static struct libxl__cpu_policy *policy_of(libxl_cpuid_policy_list *list)
{
	struct libxl__cpu_policy *policy = *list;

	if (!policy)
		*list = policy = calloc(1, sizeof(*policy));
	return policy;
}

/* The leaf, made if need be; NULL: no memory. */
static struct cpuid_leaf *find_leaf(libxl_cpuid_policy_list *list, uint32_t leaf, uint32_t subleaf)
{
	struct libxl__cpu_policy *policy = policy_of(list);
	struct cpuid_leaf *leaves;
	size_t i;

	if (!policy)
		return NULL;
	for (i = 0; i < policy->nr_leaves; i++)
		if (policy->leaf[i].leaf == leaf && policy->leaf[i].subleaf == subleaf)
			return &policy->leaf[i];
	leaves = reallocarray(policy->leaf, policy->nr_leaves + 1, sizeof(*leaves));
	if (!leaves)
		return NULL;
	policy->leaf = leaves;
	leaves += policy->nr_leaves++;
	*leaves = (struct cpuid_leaf){.leaf = leaf, .subleaf = subleaf};
	return leaves;
}

/* --- bits ----------------------------------------------------------------------------- */

struct value {
	uint64_t number;
	char letter; /* for every bit; 0: it is a number */
};

/* Up to the comma that may follow. */
static bool parse_value(const char *text, struct value *value)
{
	char *end;

	*value = (struct value){.number = strtoull(text, &end, 0)};
	if (end != text)
		return true;
	value->letter = *text;
	return *text && strchr("xks", *text);
}

/* @nr bits from @bit up, in a text of @width characters that is made if need be. */
static bool put_bits(char **text, unsigned int width, unsigned int bit, unsigned int nr,
		     const struct value *value)
{
	unsigned int i;

	if (!*text) {
		*text = malloc(width + 1);
		if (!*text)
			return false;
		memset(*text, 'x', width);
		(*text)[width] = '\0';
	}
	for (i = 0; i < nr; i++)
		(*text)[width - 1 - bit - i] =
			value->letter ? value->letter : (char)('0' + (value->number >> i & 1));
	return true;
}

/* An MSR's bits are there from the start, all x. */
static struct cpuid_msr *find_msr(libxl_cpuid_policy_list *list, uint32_t index)
{
	struct libxl__cpu_policy *policy = policy_of(list);
	struct cpuid_msr *msrs;
	size_t i;

	if (!policy)
		return NULL;
	for (i = 0; i < policy->nr_msrs; i++)
		if (policy->msr[i].index == index)
			return &policy->msr[i];
	msrs = reallocarray(policy->msr, policy->nr_msrs + 1, sizeof(*msrs));
	if (!msrs)
		return NULL;
	policy->msr = msrs;
	msrs += policy->nr_msrs;
	*msrs = (struct cpuid_msr){.index = index};
	if (!put_bits(&msrs->bits, MSR_BITS, 0, 0, NULL))
		return NULL;
	policy->nr_msrs++;
	return msrs;
}

/* --- name=value ------------------------------------------------------------------------- */

static int set_flag(libxl_cpuid_policy_list *list, const struct cpuid_flag *flag, const char *text)
{
	uint32_t subleaf = flag->subleaf < 0 ? CPUID_UNUSED : (uint32_t)flag->subleaf;
	struct cpuid_leaf *leaf = NULL;
	struct cpuid_msr *msr = NULL;
	struct value value;
	bool good;

	if (flag->place == CPUID_MSR)
		msr = find_msr(list, flag->leaf);
	else
		leaf = find_leaf(list, flag->leaf, subleaf);
	if ((!msr && !leaf) || !parse_value(text, &value))
		return BAD_VALUE;
	if (msr)
		good = put_bits(&msr->bits, MSR_BITS, flag->bit, flag->width, &value);
	else
		good = put_bits(&leaf->reg[flag->place], LEAF_BITS, flag->bit, flag->width, &value);
	return good ? OK : BAD_VALUE;
}

/*
 * family and model are each in two fields of leaf 1 (AMD APM 3, Fn0000_0001_EAX): a
 * family above 15 is 15 and the rest in the extended field, a model's upper half is in
 * another.  A letter does not reach the extended family.
 */
static int set_family(libxl_cpuid_policy_list *list, const char *text)
{
	struct cpuid_leaf *leaf = find_leaf(list, 1, CPUID_UNUSED);
	struct value value, low, high = {0};

	if (!leaf || !parse_value(text, &value))
		return BAD_VALUE;
	low = value;
	if (!value.letter && value.number > 15) {
		low.number = 15;
		high.number = value.number - 15;
	}
	return put_bits(&leaf->reg[0], LEAF_BITS, 20, 8, &high) &&
			       put_bits(&leaf->reg[0], LEAF_BITS, 8, 4, &low)
		       ? OK
		       : BAD_VALUE;
}

static int set_model(libxl_cpuid_policy_list *list, const char *text)
{
	struct cpuid_leaf *leaf = find_leaf(list, 1, CPUID_UNUSED);
	struct value value, high;

	if (!leaf || !parse_value(text, &value))
		return BAD_VALUE;
	high = value;
	high.number >>= 4;
	return put_bits(&leaf->reg[0], LEAF_BITS, 16, 4, &high) &&
			       put_bits(&leaf->reg[0], LEAF_BITS, 4, 4, &value)
		       ? OK
		       : BAD_VALUE;
}

int libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str)
{
	const char *equals = strchr(str, '=');
	const struct cpuid_flag *flag;
	size_t len;

	if (!equals)
		return NO_VALUE;
	len = (size_t)(equals - str);
	if (len == strlen("family") && !strncmp(str, "family", len))
		return set_family(cpuid, equals + 1);
	if (len == strlen("model") && !strncmp(str, "model", len))
		return set_model(cpuid, equals + 1);
	flag = cpuid_flag_find(str, len);
	return flag ? set_flag(cpuid, flag, equals + 1) : UNKNOWN;
}

/* --- xend's leaves ------------------------------------------------------------------------ */

/* "1:" or "7,0:", and *@text behind it. */
static int parse_leaf(const char **text, uint32_t *leaf, uint32_t *subleaf)
{
	char *end;

	*subleaf = CPUID_UNUSED;
	*leaf = (uint32_t)strtoul(*text, &end, 0);
	if (end == *text)
		return NO_VALUE;
	if (*end == ',') {
		*text = end + 1;
		*subleaf = (uint32_t)strtoul(*text, &end, 0);
		if (end == *text)
			return UNKNOWN;
	}
	if (*end != ':')
		return BAD_VALUE;
	*text = end + 1;
	return OK;
}

/* "eax=" and 32 characters; *@text behind them. */
static int parse_register(const char **text, struct cpuid_leaf *leaf)
{
	static const char *const names[] = {"eax=", "ebx=", "ecx=", "edx="};
	size_t len;
	int i = 0;

	while (i < 4 && strncmp(*text, names[i], 4) != 0)
		i++;
	if (i == 4)
		return BAD_REGISTER;
	*text += 4;
	len = strspn(*text, "01xks");
	if (len != LEAF_BITS || ((*text)[len] && (*text)[len] != ','))
		return BAD_BITS;
	free(leaf->reg[i]);
	leaf->reg[i] = strndup(*text, len);
	*text += len;
	return leaf->reg[i] ? OK : BAD_BITS;
}

int libxl_cpuid_parse_config_xend(libxl_cpuid_policy_list *cpuid, const char *str)
{
	struct cpuid_leaf *leaf;
	uint32_t number, subleaf;
	int rc = parse_leaf(&str, &number, &subleaf);

	if (rc)
		return rc;
	leaf = find_leaf(cpuid, number, subleaf);
	if (!leaf)
		return BAD_BITS;
	while (!rc && *str) {
		rc = parse_register(&str, leaf);
		if (!rc && *str)
			str++;
	}
	return rc;
}
