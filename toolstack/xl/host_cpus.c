/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "host_cpus.h"

#include "ctx.h"

static bool read_host(libxl_ctx *ctx, struct cpumap_host *host)
{
	int i, nr = 0;
	libxl_cputopology *topology = libxl_get_cpu_topology(ctx, &nr);

	if (!topology)
		return false;
	host->nr_cpus = nr < CPUMAP_BITS ? (unsigned int)nr : CPUMAP_BITS;
	for (i = 0; i < CPUMAP_BITS; i++)
		host->node[i] = -1;
	for (i = 0; i < (int)host->nr_cpus; i++)
		if (topology[i].node != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
			host->node[i] = (int32_t)topology[i].node;
	libxl_cputopology_list_free(topology, nr);
	return true;
}

bool host_cpus(struct cpumap_host *host)
{
	if (read_host(xl_ctx(), host))
		return true;
	fputs("libxl_get_topologyinfo failed\n", stderr);
	return false;
}

/* With a context of its own: where there is no nacred, xl_ctx() ends the program. */
void host_cpus_or_any(struct cpumap_host *host)
{
	libxl_ctx *ctx = NULL;

	if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL) || !read_host(ctx, host))
		cpumap_host_any(host);
	libxl_ctx_free(ctx);
}
