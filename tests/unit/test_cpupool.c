/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Pools of CPUs: Xen's codes, and who runs where. */
#include <criterion/criterion.h>
#include <hv/cmdline.h>
#include <string.h>
#include "sim.h"

#define ANY	XEN_SYSCTL_CPUPOOL_PAR_ANY
#define CREATE	XEN_SYSCTL_CPUPOOL_OP_CREATE
#define DESTROY XEN_SYSCTL_CPUPOOL_OP_DESTROY
#define ADDCPU	XEN_SYSCTL_CPUPOOL_OP_ADDCPU
#define RMCPU	XEN_SYSCTL_CPUPOOL_OP_RMCPU

static int op(uint32_t what, uint32_t pool, uint32_t cpu)
{
	return sim_pool_op(what, pool, cpu, XEN_SCHEDULER_CREDIT2, NULL);
}

Test(cpupool, life)
{
	uint32_t id;

	sim_boot(4, "socket", 1);
	cr_assert_eq(sim_pool_op(CREATE, ANY, 0, XEN_SCHEDULER_CREDIT2, &id), 0);
	cr_assert_eq(id, 1);
	cr_assert_eq(op(CREATE, 1, 0), -XEN_EEXIST);
	cr_assert_eq(op(CREATE, 7, 0), 0);
	cr_assert_eq(sim_pool_op(CREATE, ANY, 0, XEN_SCHEDULER_NULL, &id), 0);
	cr_assert_eq(id, 8);
	/* Credit, RTDS and ARINC653 are not built in. */
	cr_assert_eq(sim_pool_op(CREATE, ANY, 0, XEN_SCHEDULER_CREDIT, NULL), -XEN_ENOENT);
	cr_assert_eq(op(DESTROY, 1, 0), 0);
	cr_assert_eq(op(DESTROY, 1, 0), -XEN_ENOENT);
	cr_assert_eq(op(DESTROY, 0, 0), -XEN_EBUSY);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(op(CREATE, ANY, 0), 0);
	cr_assert_eq(op(CREATE, ANY, 0), -XEN_ENOSPC, "two for each CPU");
	cr_assert_eq(op(99, 0, 0), -XEN_ENOSYS);
}

Test(cpupool, cpus_come_and_go)
{
	sim_boot(4, "socket", 1);
	op(CREATE, 1, 0);
	cr_assert_eq(op(ADDCPU, 1, 1), -XEN_ENODEV, "not free");
	cr_assert_eq(op(ADDCPU, 1, ANY), -XEN_ENODEV);
	cr_assert_eq(op(ADDCPU, 1, 4), -XEN_EINVAL);
	cr_assert_eq(op(ADDCPU, 5, 1), -XEN_ENOENT);
	cr_assert_eq(op(RMCPU, 0, 0), -XEN_EINVAL, "CPU 0 stays");
	cr_assert_eq(op(RMCPU, 0, 9), -XEN_EINVAL);
	cr_assert_eq(op(RMCPU, 1, ANY), -XEN_EINVAL);
	cr_assert_eq(op(RMCPU, 0, ANY), 0);
	cr_assert_null(sched_cpu_pool(3), "the last one goes first");
	cr_assert_eq(op(RMCPU, 0, 3), -XEN_EADDRNOTAVAIL);
	cr_assert_eq(op(ADDCPU, 1, ANY), 0);
	cr_assert_eq(sched_cpu_pool(3)->id, 1);
	cr_assert_eq(op(DESTROY, 1, 0), -XEN_EBUSY);
	cr_assert_eq(op(RMCPU, 1, 3), 0);
	cr_assert_eq(op(DESTROY, 1, 0), 0);
}

Test(cpupool, domains_move)
{
	struct sim_domain *dom;

	sim_boot(2, "socket", 1);
	dom = sim_add(2, 700, 30, LOAD_CPU, 0, 0);
	op(CREATE, 1, 0);
	cr_assert_eq(sim_pool_move(dom, 1), -XEN_ENOENT, "no CPU there");
	cr_assert_eq(sim_pool_move(dom, 5), -XEN_ENOENT);
	op(RMCPU, 0, 1);
	op(ADDCPU, 1, 1);
	cr_assert_eq(sim_pool_move(dom, 1), 0);
	cr_assert_eq(dom->d->weight, 256, "the new pool's defaults");
	cr_assert_eq(dom->d->cap, 0);
	cr_assert_eq(op(RMCPU, 1, 1), -XEN_EBUSY, "the last one, with a domain");
	sim_reset_clocks();
	sim_run(100 * MS);
	cr_assert_eq(sim.busy[0], 0);
	cr_assert_eq(sim.busy[1], 100 * MS);
	cr_assert_eq(sched_set_affinity(dom->vcpu[0].v, &(struct cpumask){1}, NULL), -XEN_EINVAL,
		     "a CPU of another pool");
	sim_remove(dom);
	cr_assert_eq(op(RMCPU, 1, 1), 0);
}

Test(cpupool, a_domain_is_made_in_its_pool)
{
	struct xen_domctl_createdomain c = {.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
					    .max_vcpus = 1,
					    .max_evtchn_port = 1023,
					    .max_grant_frames = 4,
					    .max_maptrack_frames = 4,
					    .cpupool_id = 3,
					    .arch.emulation_flags = XEN_X86_EMU_LAPIC};
	struct domain *d;

	sim_boot(2, "socket", 1);
	cr_assert_eq(domain_create(0, &c, &d), -XEN_ESRCH);
	op(CREATE, 3, 0);
	cr_assert_eq(domain_create(0, &c, &d), -XEN_ENODEV);
	op(RMCPU, 0, 1);
	op(ADDCPU, 3, 1);
	cr_assert_eq(domain_create(0, &c, &d), 0);
	cr_assert_eq(d->cpupool->id, 3);
	cr_assert_eq(d->cpupool->n_dom, 1);
	host_kill(d);
	cr_assert_eq(op(RMCPU, 3, 1), 0);
}

Test(cpupool, parameters_belong_to_the_pool)
{
	struct xen_sysctl_scheduler_op s = {.sched_id = XEN_SCHEDULER_CREDIT2,
					    .cmd = XEN_SYSCTL_SCHEDOP_getinfo};

	sim_boot(2, "socket", 1);
	op(CREATE, 1, 0);
	sim_ratelimit(1, 2000);
	cr_assert_eq(cpupool_adjust(&s), 0);
	cr_assert_eq(s.u.sched_credit2.ratelimit_us, 1000);
	s.cpupool_id = 1;
	cr_assert_eq(cpupool_adjust(&s), 0);
	cr_assert_eq(s.u.sched_credit2.ratelimit_us, 2000);
	s.sched_id = XEN_SCHEDULER_CREDIT;
	cr_assert_eq(cpupool_adjust(&s), -XEN_EINVAL);
	s.cpupool_id = 2;
	cr_assert_eq(cpupool_adjust(&s), -XEN_ESRCH);
}

Test(cpupool, null_from_the_start)
{
	struct sim_domain *a, *b;

	strcpy(boot_options.sched, "null");
	sim_boot(2, "socket", 1);
	cr_assert_eq(sched_default, &sched_null);
	a = sim_add(1, 0, 0, LOAD_BURSTY, 1 * MS, 1 * MS);
	b = sim_add(2, 0, 0, LOAD_CPU, 0, 0);
	sim_run(100 * MS);
	cr_assert_gt(a->ran, 30 * MS);
	cr_assert_eq(b->vcpu[0].ran, 100 * MS, "its CPU is its own");
	cr_assert_eq(b->vcpu[1].ran, 0, "there is no third CPU");
	/* A CPU becomes free when its vCPU goes offline. */
	vcpu_set_flags(b->vcpu[0].v, VPF_DOWN);
	sim_run(100 * MS);
	cr_assert_geq(b->vcpu[1].ran, 99 * MS);
}

Test(cpupool, unknown_words_at_boot_are_told)
{
	strcpy(boot_options.sched, "credit");
	boot_options.ratelimit_us = 50;
	sim_boot(2, "sock", 1);
	cr_assert(strstr(host.console, "\"credit\" is not known"), "%s", host.console);
	cr_assert(strstr(host.console, "credit2_runqueue=sock is not known"));
	cr_assert(strstr(host.console, "sched_ratelimit_us is not"));
	cr_assert_eq(sched_default, &sched_credit2);
	cr_assert_eq(sched_cpu_pool(0)->ratelimit_us, 1000);
}
