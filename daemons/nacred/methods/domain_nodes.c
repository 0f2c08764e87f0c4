/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.nodes.get, domain.nodes.set: the NUMA nodes that a domain's memory prefers. */
#include <string.h>

#include "ctrl/domain.h"
#include "fields.h"
#include "nacred.h"
#include "rpc.h"
#include "world.h"

#define MAX_NODES 64 /* of Xen's, and of host.info's list */

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	uint8_t nodes[MAX_NODES / 8] = {0};
	const struct domain *d = world_find(n, params, e);
	struct json *list;
	unsigned int i;
	int rc;

	if (!d)
		return RPC_FAILED;
	rc = ctrl_domain_get_node_affinity(n->ctrl, d->domid, nodes, MAX_NODES);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot read the nodes of domain %u",
				  d->domid);
	list = json_new_array();
	for (i = 0; i < MAX_NODES; i++)
		if (nodes[i / 8] & 1u << i % 8)
			json_append(list, json_new_int(i));
	*result = world_identity(d);
	json_set(*result, "nodes", list);
	return RPC_DONE;
}

static int read_nodes(const struct json *list, uint8_t nodes[MAX_NODES / 8], struct rpc_error *e)
{
	size_t i;

	memset(nodes, 0, MAX_NODES / 8);
	for (i = 0; i < list->nr; i++) {
		int64_t node = json_int(list->items[i], -1);

		if (node < 0 || node >= MAX_NODES) {
			fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
			     "there is no node %lld", (long long)node);
			return fail_field(e, "nodes");
		}
		nodes[node / 8] |= (uint8_t)(1u << node % 8);
	}
	return 0;
}

static int set(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	uint8_t nodes[MAX_NODES / 8];
	const struct domain *d = world_find_settled(n, params, e);
	int rc;

	if (!d || read_nodes(json_get(params, "nodes"), nodes, e))
		return RPC_FAILED;
	rc = ctrl_domain_set_node_affinity(n->ctrl, d->domid, nodes, MAX_NODES);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused",
				  "cannot change the nodes of domain %u", d->domid);
	*result = world_identity(d);
	return RPC_DONE;
}

#define FIELD_NODES                                                                                \
	{                                                                                          \
		.name = "nodes", .type = F_ARRAY, .element = F_INT                                 \
	}

static const struct field get_params[] = {FIELD_DOMAIN, FIELDS_END};
static const struct field get_result[] = {FIELDS_IDENTITY, FIELD_NODES, FIELDS_END};
static const struct field set_params[] = {FIELD_DOMAIN, FIELD_NODES, FIELDS_END};

const struct method methods_domain_nodes[] = {
	{
		.name = "domain.nodes.get",
		.summary = "The NUMA nodes that its memory prefers",
		.params = get_params,
		.result = get_result,
		.handle = get,
	},
	{
		.name = "domain.nodes.set",
		.summary = "Let its memory prefer other nodes, for what it gets from now on",
		.class = METHOD_OPERATE,
		.params = set_params,
		.result = fields_identity,
		.handle = set,
	},
	{.name = NULL},
};
