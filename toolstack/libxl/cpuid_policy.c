/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpuid_policy.h"

#include <stdlib.h>
#include <string.h>

#include "no_memory.h"
#include "type.h"
#include <libxl_json.h>

static const char *const reg_names[4] = {"eax", "ebx", "ecx", "edx"};

enum { LEAF_BITS = 32, MSR_BITS = 64 };

int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l)
{
	return *l ? (int)(*l)->nr_leaves : 0;
}

void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list)
{
	struct libxl__cpu_policy *policy = *cpuid_list;
	size_t i, r;

	if (!policy)
		return;
	for (i = 0; i < policy->nr_leaves; i++)
		for (r = 0; r < 4; r++)
			free(policy->leaf[i].reg[r]);
	for (i = 0; i < policy->nr_msrs; i++)
		free(policy->msr[i].bits);
	free(policy->leaf);
	free(policy->msr);
	free(policy);
	*cpuid_list = NULL;
}

static char *copy_bits(const char *bits)
{
	return bits ? libxl__must_strdup(bits) : NULL;
}

void libxl_cpuid_policy_list_copy(libxl_ctx *ctx, libxl_cpuid_policy_list *dst,
				  const libxl_cpuid_policy_list *src)
{
	const struct libxl__cpu_policy *from = *src;
	struct libxl__cpu_policy *to;
	size_t i, r;

	*dst = NULL;
	if (!from)
		return;
	*dst = to = libxl__must_calloc(1, sizeof(*to));
	to->leaf = libxl__must_calloc(from->nr_leaves + 1, sizeof(*to->leaf));
	to->msr = libxl__must_calloc(from->nr_msrs + 1, sizeof(*to->msr));
	for (i = 0; i < from->nr_leaves; i++) {
		to->leaf[i] = from->leaf[i];
		for (r = 0; r < 4; r++)
			to->leaf[i].reg[r] = copy_bits(from->leaf[i].reg[r]);
	}
	for (i = 0; i < from->nr_msrs; i++) {
		to->msr[i] = from->msr[i];
		to->msr[i].bits = copy_bits(from->msr[i].bits);
	}
	to->nr_leaves = from->nr_leaves;
	to->nr_msrs = from->nr_msrs;
}

/* --- JSON ------------------------------------------------------------------------------ */

static yajl_gen_status gen_text(yajl_gen hand, const char *s)
{
	return yajl_gen_string(hand, (const unsigned char *)s, strlen(s));
}

static yajl_gen_status gen_number(yajl_gen hand, const char *key, uint32_t number)
{
	yajl_gen_status s = gen_text(hand, key);

	return s == yajl_gen_status_ok ? yajl_gen_integer(hand, number) : s;
}

static yajl_gen_status gen_bits(yajl_gen hand, const char *key, const char *bits)
{
	yajl_gen_status s = gen_text(hand, key);

	return s == yajl_gen_status_ok ? gen_text(hand, bits) : s;
}

static yajl_gen_status gen_leaf(yajl_gen hand, const struct cpuid_leaf *leaf)
{
	yajl_gen_status s = yajl_gen_map_open(hand);
	size_t r;

	if (s == yajl_gen_status_ok)
		s = gen_number(hand, "leaf", leaf->leaf);
	if (s == yajl_gen_status_ok && leaf->subleaf != CPUID_UNUSED)
		s = gen_number(hand, "subleaf", leaf->subleaf);
	for (r = 0; s == yajl_gen_status_ok && r < 4; r++)
		if (leaf->reg[r])
			s = gen_bits(hand, reg_names[r], leaf->reg[r]);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

static yajl_gen_status gen_leaves(yajl_gen hand, const struct libxl__cpu_policy *policy)
{
	yajl_gen_status s = gen_text(hand, "cpuid");
	size_t i;

	if (s == yajl_gen_status_ok)
		s = yajl_gen_array_open(hand);
	for (i = 0; s == yajl_gen_status_ok && policy && i < policy->nr_leaves; i++)
		s = gen_leaf(hand, &policy->leaf[i]);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

static yajl_gen_status gen_msr(yajl_gen hand, const struct cpuid_msr *msr)
{
	yajl_gen_status s = yajl_gen_map_open(hand);

	if (s == yajl_gen_status_ok)
		s = gen_number(hand, "index", msr->index);
	if (s == yajl_gen_status_ok)
		s = gen_bits(hand, "policy", msr->bits);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

static yajl_gen_status gen_msrs(yajl_gen hand, const struct libxl__cpu_policy *policy)
{
	yajl_gen_status s = gen_text(hand, "msr");
	size_t i;

	if (s == yajl_gen_status_ok)
		s = yajl_gen_array_open(hand);
	for (i = 0; s == yajl_gen_status_ok && policy && i < policy->nr_msrs; i++)
		s = gen_msr(hand, &policy->msr[i]);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

yajl_gen_status libxl_cpuid_policy_list_gen_json(yajl_gen hand, libxl_cpuid_policy_list *p)
{
	yajl_gen_status s = yajl_gen_map_open(hand);

	if (s == yajl_gen_status_ok)
		s = gen_leaves(hand, *p);
	if (s == yajl_gen_status_ok)
		s = gen_msrs(hand, *p);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

static yajl_gen_status gen_policy(yajl_gen hand, const void *p)
{
	libxl_cpuid_policy_list list = *(const libxl_cpuid_policy_list *)p;

	return libxl_cpuid_policy_list_gen_json(hand, &list);
}

/* Real libxl takes a string that is too short and reads beyond it later. */
static int parse_bits(const struct json_node *node, size_t bits, char **out)
{
	if (!node)
		return 0;
	if (strlen(node->text) < bits)
		return ERROR_FAIL;
	*out = strndup(node->text, bits);
	return *out ? 0 : ERROR_NOMEM;
}

static uint32_t parse_input(const struct json_node *map, const char *key)
{
	const struct json_node *node = json_node_get(map, key, NODE_INTEGER);

	return node ? (uint32_t)node->integer : CPUID_UNUSED;
}

/* A leaf without a number ends the list, as in libxl, where it is the mark of the end. */
static int parse_leaves(const struct json_node *array, struct libxl__cpu_policy *policy)
{
	const struct json_node *map;
	size_t r;
	int rc = 0;

	policy->leaf = calloc(array->nr + 1, sizeof(*policy->leaf));
	if (!policy->leaf)
		return ERROR_NOMEM;
	for (map = array->first; map && !rc; map = map->next) {
		struct cpuid_leaf *leaf = &policy->leaf[policy->nr_leaves];

		if (map->kind != NODE_MAP)
			return ERROR_FAIL;
		leaf->leaf = parse_input(map, "leaf");
		leaf->subleaf = parse_input(map, "subleaf");
		if (leaf->leaf == CPUID_UNUSED)
			return 0;
		policy->nr_leaves++;
		for (r = 0; r < 4 && !rc; r++)
			rc = parse_bits(json_node_get(map, reg_names[r], NODE_STRING), LEAF_BITS,
					&leaf->reg[r]);
	}
	return rc;
}

static int parse_msrs(const struct json_node *array, struct libxl__cpu_policy *policy)
{
	const struct json_node *map;
	int rc = 0;

	policy->msr = calloc(array->nr + 1, sizeof(*policy->msr));
	if (!policy->msr)
		return ERROR_NOMEM;
	for (map = array->first; map && !rc; map = map->next) {
		const struct json_node *index, *bits;
		struct cpuid_msr *msr = &policy->msr[policy->nr_msrs];

		if (map->kind != NODE_MAP)
			return ERROR_FAIL;
		index = json_node_get(map, "index", NODE_INTEGER);
		bits = json_node_get(map, "policy", NODE_STRING);
		if (!index || !bits || index->integer < 0 || index->integer > UINT32_MAX)
			return ERROR_FAIL;
		if (index->integer == CPUID_UNUSED)
			return 0; /* the mark of the end here, too */
		msr->index = (uint32_t)index->integer;
		rc = parse_bits(bits, MSR_BITS, &msr->bits);
		policy->nr_msrs += !rc;
	}
	return rc;
}

/* Before there were registers in it the leaves stood alone. */
static int parse_policy(const struct json_node *node, void *p)
{
	const struct json_node *leaves = node, *msrs = NULL;
	libxl_cpuid_policy_list *list = p;
	int rc;

	if (node->kind == NODE_MAP) {
		leaves = json_node_get(node, "cpuid", NODE_ARRAY);
		msrs = json_node_get(node, "msr", NODE_ARRAY);
		if (!leaves || !msrs)
			return ERROR_FAIL;
	} else if (node->kind != NODE_ARRAY) {
		return ERROR_FAIL;
	}
	*list = calloc(1, sizeof(**list));
	if (!*list)
		return ERROR_NOMEM;
	rc = parse_leaves(leaves, *list);
	if (!rc && msrs)
		rc = parse_msrs(msrs, *list);
	return rc;
}

static void dispose_policy(void *p)
{
	libxl_cpuid_dispose(p);
}

static void copy_policy(libxl_ctx *ctx, void *dst, const void *src)
{
	libxl_cpuid_policy_list_copy(ctx, dst, src);
}

static bool policy_is_empty(const void *p)
{
	const struct libxl__cpu_policy *policy = *(const libxl_cpuid_policy_list *)p;

	return !policy || (!policy->nr_leaves && !policy->nr_msrs);
}

const struct libxl__type libxl__type_cpuid_policy_list = {
	.name = "cpuid_policy_list",
	.size = sizeof(libxl_cpuid_policy_list),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_ANY,
			.dispose = dispose_policy,
			.copy = copy_policy,
			.is_default = policy_is_empty,
			.gen = gen_policy,
			.parse = parse_policy,
		},
};
