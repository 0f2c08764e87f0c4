/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The list of all methods. */
#include <string.h>

#include "rpc.h"

/* One a line; additions go to the end. */
/* clang-format off */
static const struct method *const tables[] = {
	methods_system,
	methods_host,
	methods_domain,
	methods_domain_state,
	methods_domain_life,
	methods_event,
	methods_cpu_policy,
	methods_cpupool,
	methods_cpupool_cpus,
	methods_cpupool_domain,
	methods_cpupool_numa,
	methods_vcpu,
	methods_vcpu_affinity,
	methods_job,
	methods_sched_params,
	methods_sched_credit2,
	methods_sched_stats,
	methods_simulate,
	methods_advisory,
	methods_patch,
	methods_patch_change,
	methods_domain_nodes,
	methods_domain_userdata,
	methods_snapshot,
	methods_memory,
	methods_domain_signal,
	methods_domain_config,
	methods_host_control,
	methods_domain_dump,
	methods_document,
};
/* clang-format on */

const struct method *rpc_method_at(unsigned int i)
{
	const struct method *m;
	size_t t;

	for (t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (m = tables[t]; m->name; m++)
			if (i-- == 0)
				return m;
	return NULL;
}

const struct method *rpc_method(const char *name)
{
	const struct method *m;
	size_t t;

	for (t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (m = tables[t]; m->name; m++)
			if (strcmp(m->name, name) == 0)
				return m;
	return NULL;
}
