/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Bitmaps with a bit for each CPU, node or socket of the host. */
#include "libxl_query.h"

/* @wanted bits, or as many as @count finds when that is 0. */
static int alloc_counted(libxl_ctx *ctx, libxl_bitmap *map, int wanted,
			 int (*count)(libxl_ctx *ctx), const char *what)
{
	if (wanted < 0) {
		LIBXL__ERROR(ctx, INVALID_DOMID, "invalid number of %s provided", what);
		return ERROR_INVAL;
	}
	if (!wanted)
		wanted = count(ctx);
	if (wanted <= 0) {
		LIBXL__ERROR(ctx, INVALID_DOMID, "failed to retrieve the maximum number of %s",
			     what);
		return ERROR_FAIL;
	}
	return libxl_bitmap_alloc(ctx, map, wanted);
}

static int count_sockets(libxl_ctx *ctx)
{
	int i, nr, sockets = 0;
	libxl_cputopology *cpus = libxl_get_cpu_topology(ctx, &nr);

	if (!cpus)
		return ERROR_FAIL;
	for (i = 0; i < nr; i++)
		if (cpus[i].socket != LIBXL_CPUTOPOLOGY_INVALID_ENTRY &&
		    cpus[i].socket < INT32_MAX && (int)cpus[i].socket >= sockets)
			sockets = (int)cpus[i].socket + 1;
	libxl_cputopology_list_free(cpus, nr);
	return sockets;
}

int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus)
{
	return alloc_counted(ctx, cpumap, max_cpus, libxl_get_max_cpus, "cpus");
}

int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes)
{
	return alloc_counted(ctx, nodemap, max_nodes, libxl_get_max_nodes, "nodes");
}

int libxl_socket_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *socketmap, int max_sockets)
{
	return alloc_counted(ctx, socketmap, max_sockets, count_sockets, "sockets");
}

int libxl_get_online_socketmap(libxl_ctx *ctx, libxl_bitmap *socketmap)
{
	int i, nr;
	libxl_cputopology *cpus = libxl_get_cpu_topology(ctx, &nr);

	if (!cpus)
		return ERROR_FAIL;
	for (i = 0; i < nr; i++)
		if (cpus[i].socket < INT32_MAX)
			libxl_bitmap_set(socketmap, (int)cpus[i].socket);
	libxl_cputopology_list_free(cpus, nr);
	return 0;
}

/* The CPUs of the nodes that @nodemap has, among those that @cpumap has room for. */
int libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap)
{
	int i, nr;
	libxl_cputopology *cpus = libxl_get_cpu_topology(ctx, &nr);

	if (!cpus)
		return ERROR_FAIL;
	libxl_bitmap_set_none(cpumap);
	for (i = 0; i < nr; i++)
		if (cpus[i].node < INT32_MAX && libxl_bitmap_test(nodemap, (int)cpus[i].node))
			libxl_bitmap_set(cpumap, i);
	libxl_cputopology_list_free(cpus, nr);
	return 0;
}

int libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap)
{
	libxl_bitmap nodemap;
	int rc;

	libxl_bitmap_init(&nodemap);
	rc = libxl_node_bitmap_alloc(ctx, &nodemap, 0);
	if (rc)
		return rc;
	libxl_bitmap_set(&nodemap, node);
	rc = libxl_nodemap_to_cpumap(ctx, &nodemap, cpumap);
	libxl_bitmap_dispose(&nodemap);
	return rc;
}

int libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap)
{
	int i, nr;
	libxl_cputopology *cpus = libxl_get_cpu_topology(ctx, &nr);

	if (!cpus)
		return ERROR_FAIL;
	libxl_bitmap_set_none(nodemap);
	for (i = 0; i < nr; i++)
		if (cpus[i].node < INT32_MAX && libxl_bitmap_test(cpumap, i))
			libxl_bitmap_set(nodemap, (int)cpus[i].node);
	libxl_cputopology_list_free(cpus, nr);
	return 0;
}
