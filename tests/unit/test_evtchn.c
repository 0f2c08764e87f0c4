/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <xen/event_channel.h>
#include "core/evtchn.h"
#include "hvcall.h"

static struct domain *a, *b;
static struct vcpu *av, *bv, *zero;

static void boot(void)
{
	hv_boot(2, 64);
	a = hv_guest(2, 16);
	b = hv_guest(1, 16);
	av = a->vcpu[0];
	bv = b->vcpu[0];
	zero = dom0->vcpu[0];
}

TestSuite(evtchn, .init = boot);

static long op(struct vcpu *v, unsigned int cmd, void *arg, size_t len)
{
	return hv_op(v, do_event_channel_op, cmd, arg, len);
}
#define OP(v, cmd, arg) op(v, EVTCHNOP_##cmd, arg, sizeof(*(arg)))

static uint32_t unbound(struct vcpu *v, domid_t dom, domid_t remote)
{
	struct evtchn_alloc_unbound u = {.dom = dom, .remote_dom = remote};

	cr_assert_eq(OP(v, alloc_unbound, &u), 0);
	return u.port;
}

static long bind(struct vcpu *v, domid_t remote, uint32_t port, uint32_t *local)
{
	struct evtchn_bind_interdomain i = {.remote_dom = remote, .remote_port = port};
	long rc = OP(v, bind_interdomain, &i);

	*local = i.local_port;
	return rc;
}

static long close_port(struct vcpu *v, uint32_t port)
{
	struct evtchn_close c = {.port = port};

	return OP(v, close, &c);
}

static long send_port(struct vcpu *v, uint32_t port)
{
	struct evtchn_send s = {.port = port};

	return OP(v, send, &s);
}

static uint32_t status_of(struct vcpu *v, uint32_t port, struct evtchn_status *s)
{
	*s = (struct evtchn_status){.dom = DOMID_SELF, .port = port};
	cr_assert_eq(OP(v, status, s), 0);
	return s->status;
}

static bool pending(struct domain *d, uint32_t port)
{
	return d->shared_info->evtchn_pending[port / 64] >> (port % 64) & 1;
}

/* What a guest does on an upcall. */
static void take(struct vcpu *v, uint32_t port)
{
	v->vcpu_info->evtchn_upcall_pending = 0;
	v->vcpu_info->evtchn_pending_sel = 0;
	v->domain->shared_info->evtchn_pending[port / 64] &= ~(1UL << (port % 64));
}

Test(evtchn, a_pair_carries_events_both_ways)
{
	uint32_t pa = unbound(av, DOMID_SELF, b->id), pb;

	cr_assert_eq(pa, 1);
	cr_assert_eq(bind(bv, a->id, pa, &pb), 0);
	/* The binder looks once, so that nothing sent before is lost. */
	cr_assert(pending(b, pb));
	cr_assert(bv->vcpu_info->evtchn_upcall_pending);
	cr_assert(vcpu_event_pending(bv));
	take(bv, pb);
	cr_assert_eq(send_port(bv, pb), 0);
	cr_assert(pending(a, pa));
	cr_assert_eq(av->vcpu_info->evtchn_pending_sel, 1);
	cr_assert(vcpu_event_pending(av));
	cr_assert_not(pending(b, pb));
	cr_assert_eq(send_port(av, pa), 0);
	cr_assert(pending(b, pb));
}

Test(evtchn, masked_ports_wait_for_unmask)
{
	uint32_t pa = unbound(av, DOMID_SELF, b->id), pb;
	struct evtchn_unmask u = {.port = pa};

	cr_assert_eq(bind(bv, a->id, pa, &pb), 0);
	a->shared_info->evtchn_mask[0] = ~0UL;
	cr_assert_eq(send_port(bv, pb), 0);
	cr_assert(pending(a, pa));
	cr_assert_not(vcpu_event_pending(av));
	cr_assert_eq(OP(av, unmask, &u), 0);
	cr_assert(vcpu_event_pending(av));
	cr_assert_eq(av->vcpu_info->evtchn_pending_sel, 1);
}

Test(evtchn, the_other_end_of_a_closed_channel_can_be_bound_again)
{
	/* xenstored's restart: the guest keeps its port and notices nothing. */
	uint32_t pa = unbound(zero, a->id, 0), p0;
	struct evtchn_status s;

	cr_assert_eq(bind(zero, a->id, pa, &p0), 0);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(close_port(zero, p0), 0);
		cr_assert_eq(status_of(av, pa, &s), EVTCHNSTAT_unbound);
		cr_assert_eq(s.u.unbound.dom, 0);
		cr_assert_eq(send_port(av, pa), 0); /* silently */
		cr_assert_eq(bind(zero, a->id, pa, &p0), 0);
		cr_assert_eq(status_of(av, pa, &s), EVTCHNSTAT_interdomain);
		cr_assert_eq(s.u.interdomain.dom, 0);
		cr_assert_eq(s.u.interdomain.port, p0);
	}
}

Test(evtchn, only_the_named_domain_may_bind)
{
	uint32_t pa = unbound(av, DOMID_SELF, 0), p;

	cr_assert_eq(bind(bv, a->id, pa, &p), -XEN_EINVAL);
	cr_assert_eq(bind(zero, a->id, pa, &p), 0);
	cr_assert_eq(bind(zero, a->id, pa, &p), -XEN_EINVAL);
	cr_assert_eq(bind(zero, 4000, pa, &p), -XEN_ESRCH);
	cr_assert_eq(bind(zero, a->id, 99, &p), -XEN_EINVAL);
	cr_assert_eq(bind(zero, a->id, UINT32_MAX, &p), -XEN_EINVAL);
}

Test(evtchn, only_the_privileged_act_for_others)
{
	struct evtchn_alloc_unbound u = {.dom = b->id, .remote_dom = 0};
	struct evtchn_status s = {.dom = b->id, .port = 1};
	struct evtchn_reset r = {.dom = b->id};

	cr_assert_eq(OP(av, alloc_unbound, &u), -XEN_EPERM);
	cr_assert_eq(OP(av, status, &s), -XEN_EPERM);
	cr_assert_eq(OP(av, reset, &r), -XEN_EPERM);
	u.dom = s.dom = r.dom = 4000;
	cr_assert_eq(OP(av, alloc_unbound, &u), -XEN_ESRCH);
	cr_assert_eq(OP(av, status, &s), -XEN_ESRCH);
	cr_assert_eq(OP(zero, reset, &r), -XEN_ESRCH);
	r.dom = a->id;
	cr_assert_eq(OP(zero, reset, &r), -XEN_EINVAL, "it must be paused");
	cr_assert_eq(domain_pause_by_controller(a), 0);
	cr_assert_eq(OP(zero, reset, &r), 0);
}

Test(evtchn, virqs_and_ipis_bind_once_and_fire)
{
	struct evtchn_bind_virq v = {.virq = VIRQ_TIMER, .vcpu = 1};
	struct evtchn_bind_ipi i = {.vcpu = 1};
	struct evtchn_status s;

	cr_assert_eq(OP(av, bind_virq, &v), 0);
	cr_assert_eq(status_of(av, v.port, &s), EVTCHNSTAT_virq);
	cr_assert_eq(s.vcpu, 1);
	cr_assert_eq(OP(av, bind_virq, &v), -XEN_EEXIST);
	send_vcpu_virq(a->vcpu[0], VIRQ_TIMER);
	cr_assert_not(pending(a, v.port));
	send_vcpu_virq(a->vcpu[1], VIRQ_TIMER);
	cr_assert(pending(a, v.port));
	cr_assert(vcpu_event_pending(a->vcpu[1]));
	cr_assert_not(vcpu_event_pending(a->vcpu[0]));
	cr_assert_eq(close_port(av, v.port), 0);
	cr_assert_not(pending(a, v.port));
	cr_assert_eq(a->vcpu[1]->virq_port[VIRQ_TIMER], 0);
	cr_assert_eq(OP(av, bind_ipi, &i), 0);
	cr_assert_eq(send_port(av, i.port), 0);
	cr_assert(pending(a, i.port));
	v = (struct evtchn_bind_virq){.virq = NR_VIRQS};
	cr_assert_eq(OP(av, bind_virq, &v), -XEN_EINVAL);
	v = (struct evtchn_bind_virq){.virq = VIRQ_DOM_EXC, .vcpu = 1};
	cr_assert_eq(OP(av, bind_virq, &v), -XEN_EINVAL);
	v = (struct evtchn_bind_virq){.virq = VIRQ_DEBUG, .vcpu = 2};
	cr_assert_eq(OP(av, bind_virq, &v), -XEN_ENOENT);
	i.vcpu = 7;
	cr_assert_eq(OP(av, bind_ipi, &i), -XEN_ENOENT);
}

Test(evtchn, global_virqs_go_to_their_handler)
{
	struct evtchn_bind_virq v = {.virq = VIRQ_DOM_EXC};
	struct evtchn_bind_virq w = v;

	cr_assert_eq(OP(zero, bind_virq, &v), 0);
	cr_assert_eq(OP(av, bind_virq, &w), 0);
	send_global_virq(VIRQ_DOM_EXC);
	cr_assert(pending(dom0, v.port));
	cr_assert_not(pending(a, w.port));
	take(zero, v.port);
	cr_assert_eq(set_global_virq_handler(a, VIRQ_DOM_EXC), 0);
	send_global_virq(VIRQ_DOM_EXC);
	cr_assert(pending(a, w.port));
	cr_assert_not(pending(dom0, v.port));
	cr_assert_eq(set_global_virq_handler(a, VIRQ_TIMER), -XEN_EINVAL);
	cr_assert_eq(set_global_virq_handler(a, NR_VIRQS), -XEN_EINVAL);
	host_kill(a); /* back to domain 0 */
	take(zero, v.port);
	send_global_virq(VIRQ_DOM_EXC);
	cr_assert(pending(dom0, v.port));
}

Test(evtchn, channels_move_between_vcpus)
{
	uint32_t pa = unbound(av, DOMID_SELF, b->id), pb;
	struct evtchn_bind_vcpu m = {.port = pa, .vcpu = 1};
	struct evtchn_bind_ipi i = {.vcpu = 0};

	cr_assert_eq(OP(av, bind_vcpu, &m), 0);
	cr_assert_eq(bind(bv, a->id, pa, &pb), 0);
	cr_assert_eq(send_port(bv, pb), 0);
	cr_assert(vcpu_event_pending(a->vcpu[1]));
	cr_assert_not(vcpu_event_pending(a->vcpu[0]));
	m.vcpu = 2;
	cr_assert_eq(OP(av, bind_vcpu, &m), -XEN_ENOENT);
	m = (struct evtchn_bind_vcpu){.port = 4095};
	cr_assert_eq(OP(av, bind_vcpu, &m), -XEN_EINVAL);
	cr_assert_eq(OP(av, bind_ipi, &i), 0);
	m.port = i.port;
	cr_assert_eq(OP(av, bind_vcpu, &m), -XEN_EINVAL, "IPIs stay where they are");
}

Test(evtchn, ports_end_where_the_toolstack_said)
{
	struct evtchn_alloc_unbound u = {.dom = DOMID_SELF, .remote_dom = 0};
	uint32_t n = 0;
	long rc;

	while (!(rc = OP(av, alloc_unbound, &u))) {
		n++;
		cr_assert_eq(u.port, n);
	}
	cr_assert_eq(rc, -XEN_ENOSPC);
	cr_assert_eq(n, 1023); /* host_domain() gives 1023 as the highest port */
	cr_assert_eq(close_port(av, 500), 0);
	cr_assert_eq(OP(av, alloc_unbound, &u), 0);
	cr_assert_eq(u.port, 500);
	/* The last one is as good as any. */
	u.dom = a->id;
	cr_assert_eq(send_port(av, 1023), 0);
}

Test(evtchn, the_hosted_domain0_is_rung)
{
	uint32_t pa = unbound(av, DOMID_SELF, 0), p0, rings;

	cr_assert_eq(bind(zero, a->id, pa, &p0), 0);
	rings = host.doorbells;
	/* The host never clears the upcall flag, only the bits. */
	for (int i = 1; i <= 3; i++) {
		dom0->shared_info->evtchn_pending[0] = 0;
		cr_assert_eq(send_port(av, pa), 0);
		cr_assert(pending(dom0, p0));
		cr_assert_eq(host.doorbells, rings + i);
		cr_assert_eq(send_port(av, pa), 0); /* still pending: one ring is enough */
		cr_assert_eq(host.doorbells, rings + i);
	}
	dom0->shared_info->evtchn_pending[0] = 0;
	dom0->shared_info->evtchn_mask[0] = ~0UL;
	cr_assert_eq(send_port(av, pa), 0);
	cr_assert_eq(host.doorbells, rings + 3);
	struct evtchn_unmask u = {.port = p0};
	cr_assert_eq(OP(zero, unmask, &u), 0);
	cr_assert_eq(host.doorbells, rings + 4);
}

Test(evtchn, a_dying_domain_lets_go)
{
	uint32_t pa = unbound(av, DOMID_SELF, b->id), pb, own, peer;
	struct hv_usage before = hv_usage();
	struct evtchn_status s;

	cr_assert_eq(bind(bv, a->id, pa, &pb), 0);
	own = unbound(av, DOMID_SELF, a->id);
	cr_assert_eq(bind(av, a->id, own, &peer), 0); /* with itself */
	cr_assert(hv_usage_same(before, hv_usage()));
	host_kill(a);
	cr_assert_eq(status_of(bv, pb, &s), EVTCHNSTAT_unbound);
	cr_assert_eq(send_port(bv, pb), 0);
	host_kill(b);
}

Test(evtchn, loopback_channels_close_from_either_end)
{
	uint32_t x = unbound(av, DOMID_SELF, a->id), y;
	struct evtchn_status s;

	cr_assert_eq(bind(av, DOMID_SELF, x, &y), 0);
	cr_assert_eq(send_port(av, y), 0);
	cr_assert(pending(a, x));
	cr_assert_eq(close_port(av, x), 0);
	cr_assert_eq(status_of(av, y, &s), EVTCHNSTAT_unbound);
	cr_assert_eq(status_of(av, x, &s), EVTCHNSTAT_closed);
	cr_assert_eq(close_port(av, y), 0);
}

Test(evtchn, wrong_arguments_get_xens_codes)
{
	uint32_t x[8] = {0};

	cr_assert_eq(op(av, 999, x, sizeof(x)), -XEN_ENOSYS);
	cr_assert_eq(op(av, EVTCHNOP_bind_pirq, x, sizeof(x)), -XEN_EINVAL);
	for (unsigned int cmd = 0; cmd <= EVTCHNOP_set_priority; cmd++)
		cr_assert_eq(hv_call(av, do_event_channel_op, cmd, BAD, 0), -XEN_EFAULT);
	cr_assert_eq(close_port(av, 0), -XEN_EINVAL);
	cr_assert_eq(close_port(av, 5), -XEN_EINVAL);
	cr_assert_eq(close_port(av, 100000), -XEN_EINVAL);
	cr_assert_eq(send_port(av, 0), -XEN_EINVAL);
	cr_assert_eq(send_port(av, UINT32_MAX), -XEN_EINVAL);
}

/* Every port value, every op, from a guest with one channel of each kind. */
Test(evtchn, hostile_ports_hurt_nobody)
{
	uint32_t pa = unbound(av, DOMID_SELF, b->id), pb;
	struct evtchn_bind_ipi i = {.vcpu = 0};
	uint32_t arg[8];

	cr_assert_eq(bind(bv, a->id, pa, &pb), 0);
	cr_assert_eq(OP(av, bind_ipi, &i), 0);
	srand(1);
	for (int n = 0; n < 20000; n++) {
		for (int k = 0; k < 8; k++)
			arg[k] = rand() % 4 ? (uint32_t)rand() % 8 : (uint32_t)rand() * 3u;
		op(av, rand() % 16, arg, sizeof(arg));
	}
	host_kill(a);
	host_kill(b);
}

/* --- 32-bit guests ---------------------------------------------------------------- */

Test(evtchn, thirty_two_bit_guests_have_their_own_layout)
{
	xen_hvm_param_t p = {.domid = DOMID_SELF,
			     .index = HVM_PARAM_CALLBACK_IRQ,
			     .value = 0x02000000000000f3ULL};
	struct evtchn_bind_ipi i = {.vcpu = 0};
	const uint32_t *page = (const uint32_t *)(const void *)a->shared_info;
	const uint32_t *pend = page + 2048 / 4, *wc = pend + 64;

	hv_put(av, BUF, &p, sizeof(p));
	cr_assert_eq(hv_call32(av, do_hvm_op, 0 /* HVMOP_set_param */, BUF, 0), 0);
	cr_assert_eq(a->callback_vector, 0xf3);
	for (int n = 0; n < 40; n++)
		cr_assert_eq(OP(av, bind_ipi, &i), 0);
	cr_assert_eq(send_port(av, i.port), 0);
	cr_assert_eq(i.port, 40);
	cr_assert_eq(pend[1], 1u << 8);
	/* The selector is the second word of vcpu_info. */
	cr_assert_eq(page[1], 2);
	cr_assert(vcpu_event_pending(av));
	cr_assert_eq(wc[1], 1000000000); /* seconds of the fake machine's clock */
	cr_assert_eq(evtchn_max_port(a), 1024);
}

/* XSA-342: a port of a 64-bit guest that the 32-bit layout has no bit for. */
Test(evtchn, ports_beyond_the_narrow_layout_touch_nothing)
{
	struct xen_domctl_createdomain config = a->config;
	struct evtchn_alloc_unbound u = {.remote_dom = b->id};
	struct evtchn_unmask m = {.port = 2000};
	struct evtchn_status s;
	shared_info_t before;
	uint32_t far;

	config.max_evtchn_port = 2100;
	host_kill(a);
	a = host_domain_with(&config, 16);
	av = a->vcpu[0];
	u.dom = a->id;
	do
		cr_assert_eq(OP(zero, alloc_unbound, &u), 0);
	while (u.port < 2000);
	cr_assert_eq(bind(bv, a->id, 2000, &far), 0);
	cr_assert_eq(send_port(bv, far), 0);
	cr_assert(pending(a, 2000));
	a->evtchn->narrow = true;
	memset(a->shared_info, 0, PAGE_SIZE);
	before = *a->shared_info;
	cr_assert_eq(send_port(bv, far), 0);
	cr_assert_eq(OP(av, unmask, &m), 0);
	cr_assert_eq(evtchn_any_pending(a, &m.port, 1), 0);
	cr_assert_eq(status_of(av, 2000, &s), EVTCHNSTAT_interdomain, "XSA-338: still valid");
	cr_assert_eq(memcmp(&before, a->shared_info, sizeof(before)), 0);
	memset(a->shared_info, 0xff, PAGE_SIZE);
	before = *a->shared_info;
	cr_assert_eq(close_port(av, 2000), 0);
	cr_assert_eq(memcmp(&before, a->shared_info, sizeof(before)), 0);
	host_kill(a);
}

Test(evtchn, failing_allocations_change_nothing)
{
	struct evtchn_alloc_unbound u = {.dom = DOMID_SELF, .remote_dom = 0};
	struct hv_usage before;
	long rc;

	/* Fill the buckets there are, then ask with no memory left. */
	for (int i = 0; i < 127; i++)
		cr_assert_eq(OP(av, alloc_unbound, &u), 0);
	host_take_memory(0);
	while (heap_alloc(64)) /* what the heap still holds */
		;
	before = hv_usage();
	rc = OP(av, alloc_unbound, &u);
	cr_assert_eq(rc, -XEN_ENOMEM);
	cr_assert(hv_usage_same(before, hv_usage()));
	host_return_memory();
	cr_assert_eq(OP(av, alloc_unbound, &u), 0);
	cr_assert_eq(u.port, 128);
}
