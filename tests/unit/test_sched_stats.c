/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* NACRE_SYSCTL_sched_stats as a caller sees it; what is counted: test_sched.c. */
#include <criterion/criterion.h>
#include "hvcall.h"

#include <hv/sched.h>
#include <xen/sysctl.h>

#define DOMAINS 40

static struct vcpu *zero;
static struct xen_sysctl op;
static struct nacre_sysctl_sched_stats *const s = NACRE_SYSCTL_ARG(&op, sched_stats);

static void boot(void)
{
	hv_boot(2, 64);
	zero = dom0->vcpu[0];
}

TestSuite(sched_stats, .init = boot);

static long ask(uint32_t first, uint32_t room)
{
	op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_sched_stats};
	s->first_domain = first;
	s->nr = room;
	s->record_size = sizeof(struct nacre_sched_record);
	s->buffer.p = (void *)BUF2;
	return hv_sysctl(zero, &op);
}

Test(sched_stats, one_record_per_domain)
{
	struct domain *d = hv_guest(2, 16);
	struct nacre_sched_record r[2];

	cr_assert_eq(ask(0, 5), 0);
	cr_assert_eq(s->nr, 2);
	cr_assert_eq(s->first_domain, d->id + 1u);
	cr_assert_eq(s->now_ns, (uint64_t)arch_now().ns);
	hv_get(zero, BUF2, r, sizeof(r));
	cr_assert_eq(r[0].domid, 0);
	cr_assert_eq(r[0].nr_vcpus, 0, "nobody schedules the programs of the host");
	cr_assert_eq(r[1].domid, d->id);
	cr_assert_eq(r[1].nr_vcpus, 2);
	cr_assert_eq(r[1].cpupool, 0);
	cr_assert_eq(r[1].sched_id, XEN_SCHEDULER_CREDIT2);
}

Test(sched_stats, a_call_goes_on_where_the_last_one_ended)
{
	struct nacre_sched_record r[DOMAINS];
	uint32_t seen = 0, calls = 0, last = 0;

	for (int i = 0; i < DOMAINS; i++)
		hv_guest(1, 8);
	for (uint32_t next = 0;; next = s->first_domain, calls++) {
		cr_assert_eq(ask(next, 15), 0);
		if (!s->nr)
			break;
		cr_assert_leq(s->nr, 15);
		hv_get(zero, BUF2, r, s->nr * sizeof(r[0]));
		for (uint32_t i = 0; i < s->nr; i++) {
			cr_assert(!seen || r[i].domid > last);
			last = r[i].domid;
			seen++;
		}
	}
	cr_assert_eq(seen, DOMAINS + 1);
	cr_assert_eq(calls, 3);
	cr_assert_eq(ask(last + 1, 15), 0);
	cr_assert_eq(s->nr, 0);
	cr_assert_eq(ask(UINT32_MAX, 15), 0);
	cr_assert_eq(s->nr, 0);
	/* However large the buffer, one call's time is bounded. */
	cr_assert_eq(ask(0, UINT32_MAX), 0);
	cr_assert_eq(s->nr, 32);
}

Test(sched_stats, both_sides_must_mean_the_same_record)
{
	op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_sched_stats};
	s->nr = 1;
	s->record_size = sizeof(struct nacre_sched_record) - 8;
	s->buffer.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
	cr_assert_eq(s->record_size, sizeof(struct nacre_sched_record), "tells its own");
	s->unused = 1;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
	s->unused = 0;
	s->nr = 0;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
	s->nr = 1;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	s->first_domain = 0;
	s->buffer.p = (void *)BAD;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EFAULT);
}

Test(sched_stats, guests_may_not_ask)
{
	struct domain *d = hv_guest(1, 16);

	op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_sched_stats};
	s->nr = 1;
	s->record_size = sizeof(struct nacre_sched_record);
	s->buffer.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(d->vcpu[0], &op), -XEN_EPERM);
	op.cmd = NACRE_SYSCTL_FIRST - 1;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
}
