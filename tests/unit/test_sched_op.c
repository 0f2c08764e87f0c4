/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <hv/evtchn.h>
#include <xen/event_channel.h>
#include <xen/sched.h>
#include "hvcall.h"

#define MS 1000000LL
#define S  (1000 * MS)

static struct domain *d;
static struct vcpu *v, *zero;

static void boot(void)
{
	hv_boot(2, 64);
	d = hv_guest(2, 16);
	v = d->vcpu[0];
	zero = dom0->vcpu[0];
	v->pause_flags = 0;
}

TestSuite(sched_op, .init = boot);

#define OP(who, cmd, arg) HV_OP(who, do_sched_op, SCHEDOP_##cmd, arg)

static uint32_t ipi(void)
{
	struct evtchn_bind_ipi i = {.vcpu = 0};

	cr_assert_eq(HV_OP(v, do_event_channel_op, EVTCHNOP_bind_ipi, &i), 0);
	return i.port;
}

static void fire(uint32_t port)
{
	struct evtchn_send s = {.port = port};

	cr_assert_eq(HV_OP(v, do_event_channel_op, EVTCHNOP_send, &s), 0);
}

static bool blocked(void)
{
	return v->pause_flags & VPF_BLOCKED;
}

static long poll(uint32_t nr, const uint32_t *ports, uint64_t timeout)
{
	struct sched_poll p = {.ports.p = (void *)BUF2, .nr_ports = nr, .timeout = timeout};

	hv_put(v, BUF2, ports, nr * sizeof(*ports));
	return OP(v, poll, &p);
}

Test(sched_op, block_until_an_event)
{
	uint32_t port = ipi();

	cr_assert_eq(hv_call(v, do_sched_op, SCHEDOP_block, 0, 0), 0);
	cr_assert(blocked());
	fire(port);
	cr_assert_not(blocked());
	/* Pending already: no sleep. */
	cr_assert_eq(hv_call(v, do_sched_op, SCHEDOP_block, 0, 0), 0);
	cr_assert_not(blocked());
}

Test(sched_op, poll_wakes_for_its_ports_even_if_masked)
{
	uint32_t ports[2] = {ipi(), ipi()};

	d->shared_info->evtchn_mask[0] = ~0UL;
	cr_assert_eq(poll(1, ports, 0), 0);
	cr_assert(blocked());
	fire(ports[1]);
	cr_assert(blocked());
	fire(ports[0]);
	cr_assert_not(blocked());
	cr_assert_eq(poll(1, ports, 0), 0); /* pending: at once */
	cr_assert_not(blocked());
	d->shared_info->evtchn_pending[0] = 0;
	cr_assert_eq(poll(2, ports, 0), 0);
	cr_assert(blocked());
	fire(ports[1]);
	cr_assert_not(blocked());
	cr_assert_eq(d->poll_mask_any, 0);
}

/* PV spinlocks wait with interrupts off, whatever else is pending. */
Test(sched_op, poll_with_interrupts_off_sleeps_on)
{
	uint32_t ports[2] = {ipi(), ipi()};

	fire(ports[1]);
	cr_assert(vcpu_event_pending(v));
	cr_assert_eq(poll(1, ports, 0), 0);
	cr_assert(blocked());
	fire(ports[0]);
	cr_assert_not(blocked());
	d->shared_info->evtchn_pending[0] = 0;
	v->regs.rflags |= RFLAGS_IF;
	cr_assert_eq(poll(1, ports, 0), 0);
	cr_assert_not(blocked());
}

Test(sched_op, poll_ends_by_timeout)
{
	uint32_t port = ipi();

	cr_assert_eq(poll(1, &port, 10 * MS), 0);
	host_advance(9 * MS);
	cr_assert(blocked());
	host_advance(2 * MS);
	cr_assert_not(blocked());
	cr_assert_eq(poll(0, &port, 20 * MS), 0);
	cr_assert(blocked());
	host_advance(10 * MS);
	cr_assert_not(blocked());
	cr_assert_eq(poll(1, &port, UINT64_MAX), 0);
	cr_assert(blocked());
	host_kill(d);
}

Test(sched_op, hostile_polls)
{
	struct sched_poll p = {.nr_ports = 129, .ports.p = (void *)BUF2};
	uint32_t port = 5000;

	cr_assert_eq(OP(v, poll, &p), -XEN_EINVAL);
	p.nr_ports = UINT32_MAX;
	cr_assert_eq(OP(v, poll, &p), -XEN_EINVAL);
	p.nr_ports = 3;
	p.ports.p = (void *)BAD;
	cr_assert_eq(OP(v, poll, &p), -XEN_EFAULT);
	cr_assert_not(blocked());
	cr_assert_eq(poll(1, &port, 0), -XEN_EINVAL);
	cr_assert_not(blocked());
	cr_assert_eq(d->poll_mask_any, 0);
	for (unsigned int cmd = SCHEDOP_shutdown; cmd <= SCHEDOP_watchdog; cmd++)
		cr_assert_eq(hv_call(v, do_sched_op, cmd, BAD, 0), -XEN_EFAULT);
	cr_assert_eq(hv_call(v, do_sched_op, 99, BUF, 0), -XEN_ENOSYS);
	cr_assert_eq(hv_call(v, do_sched_op, SCHEDOP_pin_override, BUF, 0), -XEN_EPERM);
}

Test(sched_op, shutdown_tells_why)
{
	struct sched_shutdown s = {.reason = SHUTDOWN_reboot};
	struct evtchn_bind_virq q = {.virq = VIRQ_DOM_EXC};

	cr_assert_eq(HV_OP(zero, do_event_channel_op, EVTCHNOP_bind_virq, &q), 0);
	cr_assert_eq(OP(v, shutdown, &s), 0);
	cr_assert(d->shut_down);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_reboot);
	cr_assert(dom0->shared_info->evtchn_pending[0] & 1UL << q.port);
	s.reason = SHUTDOWN_crash;
	cr_assert_eq(OP(v, shutdown, &s), 0);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_reboot, "the first reason stays");
}

Test(sched_op, a_code_can_be_named_before)
{
	struct sched_shutdown s = {.reason = SHUTDOWN_crash};

	cr_assert_eq(OP(v, shutdown_code, &s), 0);
	cr_assert_not(d->shut_down);
	s.reason = SHUTDOWN_poweroff;
	cr_assert_eq(OP(v, shutdown, &s), 0);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
}

Test(sched_op, only_the_privileged_shut_others_down)
{
	struct sched_remote_shutdown r = {.domain_id = d->id, .reason = SHUTDOWN_suspend};
	struct domain *other = hv_guest(1, 16);

	cr_assert_eq(OP(other->vcpu[0], remote_shutdown, &r), -XEN_EPERM);
	cr_assert_eq(OP(zero, remote_shutdown, &r), 0);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_suspend);
	r.domain_id = 4000;
	cr_assert_eq(OP(zero, remote_shutdown, &r), -XEN_ESRCH);
	r.domain_id = 0;
	cr_assert_eq(OP(zero, remote_shutdown, &r), -XEN_EPERM);
}

Test(sched_op, watchdogs_bite_unless_fed)
{
	struct sched_watchdog w = {.timeout = 10}, x;

	cr_assert_eq(OP(v, watchdog, &w), 1);
	x = w;
	cr_assert_eq(OP(v, watchdog, &x), 2);
	x = w;
	cr_assert_eq(OP(v, watchdog, &x), -XEN_ENOSPC);
	x = (struct sched_watchdog){.id = 2};
	cr_assert_eq(OP(v, watchdog, &x), 0); /* stopped */
	cr_assert_eq(OP(v, watchdog, &x), -XEN_EINVAL);
	w.id = 1;
	for (int i = 0; i < 5; i++) {
		host_advance(9 * S);
		cr_assert_not(d->shut_down);
		cr_assert_eq(OP(v, watchdog, &w), 0);
	}
	host_advance(11 * S);
	cr_assert(d->shut_down);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_watchdog);
	x = (struct sched_watchdog){.id = 3, .timeout = 1};
	cr_assert_eq(OP(v, watchdog, &x), -XEN_EINVAL);
	host_kill(d);
	host_advance(1000 * S);
}

Test(sched_op, a_watchdog_without_time_bites_at_once)
{
	struct sched_watchdog w = {0};

	cr_assert_eq(OP(v, watchdog, &w), 1);
	host_advance(1);
	cr_assert(d->shut_down);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_watchdog);
}

Test(sched_op, the_hosted_domain0_runs_nowhere)
{
	cr_assert_eq(hv_call(zero, do_sched_op, SCHEDOP_block, 0, 0), -XEN_EOPNOTSUPP);
	cr_assert_eq(hv_call(zero, do_sched_op, SCHEDOP_yield, 0, 0), -XEN_EOPNOTSUPP);
	cr_assert_eq(hv_call(zero, do_sched_op, 99, 0, 0), -XEN_ENOSYS);
}

Test(sched_op, thirty_two_bit_polls)
{
	struct {
		uint32_t ports, nr;
		uint64_t timeout;
	} p = {BUF2, 1, 10 * MS};
	uint32_t port = ipi();

	hv_put(v, BUF, &p, sizeof(p));
	hv_put(v, BUF2, &port, sizeof(port));
	cr_assert_eq(hv_call32(v, do_sched_op, SCHEDOP_poll, BUF, 0), 0);
	cr_assert(blocked());
	host_advance(11 * MS);
	cr_assert_not(blocked());
}
