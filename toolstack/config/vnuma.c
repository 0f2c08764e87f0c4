/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* vnuma=: the memory nodes that the guest is to see, each a list of KEY=VALUE. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "sections.h"
#include "spec_params.h"

struct vnuma {
	struct builder *b;
	size_t nr;	     /* nodes */
	unsigned long vcpus; /* of all nodes, as often as they are named */
	long kib;
};

struct vnode {
	long kib;
	unsigned long pnode;
	struct json *distances;
	bool vcpus[DOMAIN_CONFIG_MAX_VCPUS];
};

static unsigned long number(struct builder *b, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || value == ULONG_MAX)
		builder_fail(b, "xl: failed to convert \"%s\" to number", text);
	return value;
}

static unsigned long host_nodes(const struct cpumap_host *host)
{
	unsigned long nodes = 1;
	unsigned int cpu;

	for (cpu = 0; cpu < host->nr_cpus; cpu++)
		if (host->node[cpu] >= (int32_t)nodes)
			nodes = (unsigned long)host->node[cpu] + 1;
	return nodes;
}

static unsigned long host_cpus(const struct cpumap_host *host)
{
	unsigned long cpus = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < host->nr_cpus; cpu++)
		cpus += host->node[cpu] >= 0;
	return cpus;
}

/* As in xl, a range that is none stands for the vCPUs that could be read from it. */
static void add_vcpus(struct vnuma *v, struct vnode *node, char *text)
{
	char *rest, *range, *end;

	for (range = strtok_r(text, ",", &rest); range; range = strtok_r(NULL, ",", &rest)) {
		unsigned long first = strtoul(range, &end, 10), last = first;

		if (end != range && *end == '-')
			last = strtoul(end + 1, &end, 10);
		if (first >= DOMAIN_CONFIG_MAX_VCPUS || last >= DOMAIN_CONFIG_MAX_VCPUS) {
			builder_fail(v->b, "xl: vnuma names vcpu %s, but there are %d at most",
				     range, DOMAIN_CONFIG_MAX_VCPUS);
			return;
		}
		for (; first <= last; first++, v->vcpus++)
			node->vcpus[first] = true;
	}
}

static void set_distances(struct vnuma *v, struct vnode *node, char *text)
{
	char *rest, *one;
	size_t i = 0;

	for (one = strtok_r(text, ",", &rest); one && !v->b->failed;
	     one = strtok_r(NULL, ",", &rest)) {
		unsigned long value = number(v->b, one);

		/* Xen 4.17 writes behind its array then. */
		if (i >= v->nr && !v->b->failed)
			builder_fail(v->b, "xl: more vdistances than vnodes");
		if (!v->b->failed)
			node->distances->items[i++]->integer = (int64_t)(unsigned int)value;
	}
}

static void set_pnode(struct vnuma *v, struct vnode *node, const char *text)
{
	node->pnode = number(v->b, text);
	if (v->b->failed)
		return;
	if (node->pnode >= host_nodes(v->b->host))
		builder_fail(v->b, "xl: invalid pnode number: %lu", node->pnode);
	builder_set(v->b, v->b->at[PLACE_BUILD], "numa_placement", json_new_string("False"));
}

static void set_size(struct vnuma *v, struct vnode *node, const char *text)
{
	unsigned long mib = number(v->b, text);

	if (!v->b->failed && mib > LONG_MAX / 1024 / 1024)
		builder_fail(v->b, "xl: vnode of %lu MiB is beyond any machine's memory", mib);
	if (v->b->failed)
		return;
	node->kib = (long)mib * 1024;
	v->kib += node->kib;
}

static void read_option(struct vnuma *v, struct vnode *node, const char *option)
{
	char *copy = strdup(option), *key, *value;

	if (!copy || !spec_pair(copy, &key, &value)) {
		builder_fail(v->b, "xl: failed to split \"%s\" into pair", option);
		free(copy);
		return;
	}
	if (!strcmp(key, "pnode"))
		set_pnode(v, node, value);
	else if (!strcmp(key, "size"))
		set_size(v, node, value);
	else if (!strcmp(key, "vcpus"))
		add_vcpus(v, node, value);
	else if (!strcmp(key, "vdistances"))
		set_distances(v, node, value);
	free(copy);
}

static struct json *vnode_json(struct builder *b, struct vnode *node)
{
	struct json *v = json_new_object(), *vcpus = json_new_array();
	int64_t i;

	for (i = 0; vcpus && i < DOMAIN_CONFIG_MAX_VCPUS; i++)
		if (node->vcpus[i] && !json_append(vcpus, json_new_int(i)))
			b->failed = true;
	if (!v || !members_set_int(v, "memkb", node->kib, 0))
		b->failed = true;
	builder_set(b, v, "distances", node->distances);
	if (v && !members_set_int(v, "pnode", (int64_t)node->pnode, 0))
		b->failed = true;
	if (vcpus && vcpus->nr)
		builder_set(b, v, "vcpus", vcpus);
	else
		json_free(vcpus);
	return v;
}

static struct json *read_vnode(struct vnuma *v, const struct cfg_value *value)
{
	struct vnode node = {.distances = json_new_array()};
	size_t i;

	if (value->type != CFG_LIST) {
		builder_fail(v->b,
			     "%s:%d:%d: warning: value is not a list\n"
			     "xl: cannot get vnode config option list",
			     v->b->cfg->source, value->line, 0);
		json_free(node.distances);
		return NULL;
	}
	for (i = 0; i < v->nr && node.distances; i++)
		if (!json_append(node.distances, json_new_int(0)))
			v->b->failed = true;
	if (!node.distances)
		v->b->failed = true;
	for (i = 0; i < value->nr && !v->b->failed; i++)
		if (value->items[i]->type == CFG_STRING)
			read_option(v, &node, value->items[i]->string);
	return vnode_json(v->b, &node);
}

/* What the nodes say together must be what maxvcpus= and maxmem= say. */
static void compare(struct vnuma *v)
{
	struct builder *b = v->b;
	const struct json *maxmem = json_get(b->at[PLACE_BUILD], "max_memkb");

	if (b->max_vcpus && (unsigned long)b->max_vcpus != v->vcpus)
		builder_fail(b, "xl: vnuma vcpus and maxvcpus= mismatch");
	else if (!b->max_vcpus && host_cpus(b->host) < v->vcpus)
		builder_fail(b, "xl: vnuma specifies more vcpus than pcpus, use maxvcpus= to "
				"override this check.");
	else if (maxmem && json_int(maxmem, 0) != v->kib)
		builder_fail(b, "xl: maxmem and vnuma memory size mismatch");
	if (b->failed)
		return;
	b->max_vcpus = (long)v->vcpus;
	builder_set(b, b->at[PLACE_BUILD], "max_memkb", json_new_int(v->kib));
}

void section_vnuma(struct builder *b)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, "vnuma");
	struct vnuma v = {.b = b};
	struct json *nodes;
	size_t i;

	if (!setting || setting->value->type != CFG_LIST || !setting->value->nr)
		return;
	v.nr = setting->value->nr;
	nodes = json_new_array();
	for (i = 0; i < v.nr && !b->failed; i++)
		if (!json_append(nodes, read_vnode(&v, setting->value->items[i])))
			b->failed = true;
	builder_set(b, b->at[PLACE_BUILD], "vnuma_nodes", nodes);
	if (!b->failed)
		compare(&v);
}
