/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "host_cpus.h"

#include "xl.h"

static void read_host(struct cpumap_host *host, const struct json *info)
{
	const struct json *list = json_get(info, "cpu_topology");
	int64_t last = json_int(json_get(info, "max_cpu_id"), 0);
	unsigned int i;

	host->nr_cpus = last >= 0 && last < CPUMAP_BITS ? (unsigned int)last + 1 : CPUMAP_BITS;
	for (i = 0; i < CPUMAP_BITS; i++)
		host->node[i] = -1;
	for (i = 0; list && i < list->nr; i++) {
		int64_t cpu = json_int(json_get(list->items[i], "cpu"), -1);

		if (cpu >= 0 && cpu < CPUMAP_BITS)
			host->node[cpu] = (int32_t)json_int(json_get(list->items[i], "node"), 0);
	}
}

bool host_cpus(struct cpumap_host *host)
{
	struct json *info = xl_call("host.info", NULL, RPC_QUICK);

	if (info)
		read_host(host, info);
	json_free(info);
	return info;
}

void host_cpus_or_any(struct cpumap_host *host)
{
	struct rpc_error error;
	struct json *info = xl_try("host.info", NULL, RPC_QUICK, NULL, &error);

	if (info)
		read_host(host, info);
	else
		cpumap_host_any(host);
	json_free(info);
}
