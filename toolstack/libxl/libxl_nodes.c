/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The NUMA nodes that a domain's memory prefers. */
#include "libxl_query.h"

/* Into a map that the caller made. */
int libxl_domain_get_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
	struct json *result;
	int rc = libxl__query(ctx, "domain.nodes.get", libxl__domain_params(domid), &result);

	if (rc)
		return rc;
	libxl_bitmap_set_none(nodemap);
	libxl__cpus_to_bitmap(json_get(result, "nodes"), nodemap);
	json_free(result);
	return 0;
}

int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
	struct json *params = libxl__domain_params(domid);

	if (params && json_set(params, "nodes", libxl__bitmap_to_cpus(nodemap)))
		return libxl__call(ctx, "domain.nodes.set", params, NULL);
	json_free(params);
	return ERROR_NOMEM;
}
