/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpus= and cpus_soft=, and the masks of xl.conf over them. */
#include <string.h>

#include "cpumap.h"
#include "sections.h"

static void append_map(struct builder *b, struct json *maps, const char *text)
{
	struct cpumap map;

	if (cpumap_parse(text, b->host, &map, b->report)) {
		b->failed = true;
		return;
	}
	if (!json_append(maps, cpumap_to_json(&map)))
		b->failed = true;
}

/* One string for all vCPUs, or a list with one entry for each. */
static void affinity_maps(struct builder *b, const struct cfg_value *value, struct json *maps)
{
	bool list = value->type == CFG_LIST;
	long i;

	for (i = 0; i < b->max_vcpus && (!list || (size_t)i < value->nr) && !b->failed; i++) {
		const struct cfg_value *one = list ? value->items[i] : value;

		if (one->type == CFG_STRING)
			append_map(b, maps, one->string);
		else
			builder_fail(b, "xl: a vCPU's list of CPUs must be text or a number");
	}
}

static void check_map(struct builder *b, const char *text)
{
	struct cpumap map;

	if (cpumap_parse(text, b->host, &map, b->report)) {
		b->failed = true;
		b->status = 1;
	}
}

/* cpus_soft, or a list for each vCPU: who places vCPUs by hand does not want automatic
 * placement on top. */
static void put_affinity(struct builder *b, const char *member, const char *key, bool hard)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, key);
	struct json *maps;

	if (!setting)
		return;
	maps = json_new_array();
	if (!maps)
		b->failed = true;
	/* As in Xen; but there nobody is told. */
	if (!b->max_vcpus)
		fprintf(b->report, "xl: warning: %s:%d: key `%s' has no effect without vcpus=\n",
			b->cfg->source, setting->line, key);
	if (setting->value->type == CFG_STRING && !b->max_vcpus)
		check_map(b, setting->value->string);
	else if (maps)
		affinity_maps(b, setting->value, maps);
	if (maps && maps->nr)
		builder_set(b, b->at[PLACE_BUILD], member, maps);
	else
		json_free(maps);
	if (!hard || setting->value->type == CFG_LIST)
		builder_set(b, b->at[PLACE_BUILD], "numa_placement", json_new_string("False"));
}

void section_affinity(struct builder *b)
{
	put_affinity(b, "vcpu_hard_affinity", "cpus", true);
	if (!b->failed)
		put_affinity(b, "vcpu_soft_affinity", "cpus_soft", false);
}

/* No CPU of the mask @text is left out; false: there is no mask. */
static bool read_mask(struct builder *b, const char *text, struct cpumap *mask)
{
	/* What is wrong in it is told, and the rest of it left out, as in xl. */
	if (text)
		cpumap_parse(text, b->host, mask, b->report);
	return text;
}

/* Where there is a mask but no cpus=, all vCPUs get one. */
static struct json *all_maps(struct builder *b)
{
	struct json *maps = json_new_array();
	struct cpumap all;
	long i;

	cpumap_parse("all", b->host, &all, b->report);
	for (i = 0; i < b->max_vcpus; i++)
		if (!json_append(maps, cpumap_to_json(&all)))
			b->failed = true;
	if (!maps || maps->nr)
		builder_set(b, b->at[PLACE_BUILD], "vcpu_hard_affinity", maps);
	else
		json_free(maps);
	return json_get(b->at[PLACE_BUILD], "vcpu_hard_affinity");
}

static struct json *masked(const struct json *map, const struct cpumap *mask)
{
	struct json *left = json_new_array();
	size_t i;

	for (i = 0; i < map->nr; i++)
		if (cpumap_test(mask, (unsigned int)json_int(map->items[i], 0)) &&
		    !json_append(left, json_copy(map->items[i]))) {
			json_free(left);
			return NULL;
		}
	return left;
}

static void apply_mask(struct builder *b, const struct json *maps, const struct cpumap *mask)
{
	size_t i;

	for (i = 0; maps && i < maps->nr && !b->failed; i++) {
		struct json *left = masked(maps->items[i], mask);

		if (!left) {
			b->failed = true;
			return;
		}
		json_free(maps->items[i]);
		maps->items[i] = left;
	}
}

void section_cpu_masks(struct builder *b)
{
	struct cpumap vm, hvm;
	bool have_vm = read_mask(b, b->defaults->vm_cpumask, &vm);
	bool have_hvm = read_mask(b, b->defaults->hvm_cpumask, &hvm);
	const struct json *maps = json_get(b->at[PLACE_BUILD], "vcpu_hard_affinity");
	size_t i;

	if (!maps && (have_vm || have_hvm))
		maps = all_maps(b);
	if (have_vm)
		apply_mask(b, maps, &vm);
	if (have_hvm)
		apply_mask(b, maps, &hvm);
	/* A vCPU without a CPU could never run. */
	for (i = 0; maps && i < maps->nr && !b->failed; i++)
		if (!maps->items[i]->nr)
			builder_fail(b, "vcpu hard affinity map is empty");
}
