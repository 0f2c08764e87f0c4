/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Event channels against a reference that is too simple to be wrong: every
 * sequence of three operations of two domains on their first ports, then long
 * random walks, in both ABIs.  After each step the result, the state of every port
 * and its bits must be those of the reference; in the FIFO ABI events also come
 * off the queues in the reference's order.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/evtchn.h>
#include <xen/event_channel.h>
#include "fifo_guest.h"

#define PORTS 4 /* 1..PORTS are looked at; more are never in use at once */
#define VCPUS 2

enum kind { CLOSED, UNBOUND, INTER, VIRQ, IPI };

struct ref_port {
	enum kind kind;
	int remote, remote_port; /* unbound: who may bind; inter: the other end */
	int virq;
	unsigned int vcpu, priority;
	bool pending, masked, linked;
};

static struct ref_port ref[2][PORTS + 1];
/* FIFO: the ports in each queue, in order. */
static struct {
	int nr, port[PORTS];
} queue[2][VCPUS][EVTCHN_FIFO_MAX_QUEUES];
static struct domain *dom[2];
static bool fifo;

/* --- the reference -------------------------------------------------------------------- */

static int ref_free(int d)
{
	for (int p = 1; p <= PORTS; p++)
		if (ref[d][p].kind == CLOSED && !ref[d][p].linked)
			return p;
	return 0;
}

/* A new owner; the guest's own bits stay. */
static struct ref_port *ref_set(int d, int p, struct ref_port to)
{
	to.masked = ref[d][p].masked;
	to.linked = ref[d][p].linked;
	to.priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
	ref[d][p] = to;
	return &ref[d][p];
}

static void ref_raise(int d, int p)
{
	struct ref_port *r = &ref[d][p];

	r->pending = true;
	if (!fifo || r->masked || r->linked)
		return;
	r->linked = true;
	queue[d][r->vcpu][r->priority].port[queue[d][r->vcpu][r->priority].nr++] = p;
}

/* What the guest gets from a vCPU's queues. */
static long ref_take(int d, int vcpu)
{
	for (int q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
		while (queue[d][vcpu][q].nr) {
			int p = queue[d][vcpu][q].port[0];
			struct ref_port *r = &ref[d][p];

			queue[d][vcpu][q].nr--;
			memmove(&queue[d][vcpu][q].port[0], &queue[d][vcpu][q].port[1],
				(PORTS - 1) * sizeof(int));
			r->linked = false;
			if (r->pending && !r->masked) {
				r->pending = false;
				return p;
			}
		}
	return 0;
}

static long ref_mask(int d, int p, bool masked)
{
	ref[d][p].masked = masked;
	if (!masked && ref[d][p].pending)
		ref_raise(d, p);
	return 0;
}

static long ref_alloc(int d, int remote)
{
	int p = ref_free(d);

	ref_set(d, p, (struct ref_port){.kind = UNBOUND, .remote = remote});
	return 0;
}

static long ref_bind(int d, int remote, int rport)
{
	struct ref_port *r = &ref[remote][rport];
	int p;

	if (r->kind != UNBOUND || r->remote != d)
		return -XEN_EINVAL;
	p = ref_free(d);
	ref_set(d, p, (struct ref_port){.kind = INTER, .remote = remote, .remote_port = rport});
	ref_raise(d, p);
	r->kind = INTER;
	r->remote = d;
	r->remote_port = p;
	return 0;
}

static long ref_close(int d, int p)
{
	struct ref_port *r = &ref[d][p];

	if (r->kind == CLOSED)
		return -XEN_EINVAL;
	if (r->kind == INTER) {
		struct ref_port *peer = &ref[r->remote][r->remote_port];

		peer->kind = UNBOUND;
		peer->remote = d;
	}
	ref_set(d, p, (struct ref_port){0});
	return 0;
}

static long ref_virq(int d, unsigned int vcpu)
{
	for (int p = 1; p <= PORTS; p++)
		if (ref[d][p].kind == VIRQ && ref[d][p].vcpu == vcpu)
			return -XEN_EEXIST;
	ref_set(d, ref_free(d), (struct ref_port){.kind = VIRQ, .virq = VIRQ_TIMER, .vcpu = vcpu});
	return 0;
}

static long ref_send(int d, int p)
{
	const struct ref_port *r = &ref[d][p];

	switch (r->kind) {
	case INTER:
		ref_raise(r->remote, r->remote_port);
		return 0;
	case IPI:
		ref_raise(d, p);
		return 0;
	case UNBOUND:
		return 0;
	default:
		return -XEN_EINVAL;
	}
}

static long ref_move(int d, int p, unsigned int vcpu)
{
	if (ref[d][p].kind != UNBOUND && ref[d][p].kind != INTER)
		return -XEN_EINVAL;
	ref[d][p].vcpu = vcpu;
	return 0;
}

/* --- one step of both ------------------------------------------------------------------- */

struct step {
	int what, d, a, b;
};
enum { ALLOC, BIND, CLOSE, BIND_VIRQ, BIND_IPI, SEND, MOVE, MASK, UNMASK, TAKE, PRIORITY };

#define OP(d, cmd, arg) HV_OP(dom[d]->vcpu[0], do_event_channel_op, EVTCHNOP_##cmd, arg)

static void real_mask(int d, int p)
{
	if (fifo)
		*fifo_word(dom[d], (uint32_t)p) |= W_MASKED;
	else
		dom[d]->shared_info->evtchn_mask[0] |= 1UL << p;
}

static long real_step(const struct step *s)
{
	struct evtchn_alloc_unbound u = {.dom = DOMID_SELF, .remote_dom = dom[s->a & 1]->id};
	struct evtchn_bind_interdomain i = {.remote_dom = dom[s->a & 1]->id,
					    .remote_port = (uint32_t)s->b};
	struct evtchn_close c = {.port = (uint32_t)s->a};
	struct evtchn_bind_virq v = {.virq = VIRQ_TIMER, .vcpu = (uint32_t)s->a};
	struct evtchn_bind_ipi ipi = {.vcpu = (uint32_t)s->a};
	struct evtchn_send send = {.port = (uint32_t)s->a};
	struct evtchn_bind_vcpu m = {.port = (uint32_t)s->a, .vcpu = (uint32_t)s->b};
	struct evtchn_unmask un = {.port = (uint32_t)s->a};

	switch (s->what) {
	case ALLOC:
		return OP(s->d, alloc_unbound, &u);
	case BIND:
		return OP(s->d, bind_interdomain, &i);
	case CLOSE:
		return OP(s->d, close, &c);
	case BIND_VIRQ:
		return OP(s->d, bind_virq, &v);
	case BIND_IPI:
		return OP(s->d, bind_ipi, &ipi);
	case SEND:
		return OP(s->d, send, &send);
	case MASK:
		real_mask(s->d, s->a);
		return 0;
	case UNMASK:
		return OP(s->d, unmask, &un);
	case TAKE:
		return fifo ? fifo_take(dom[s->d], (uint32_t)s->a, NULL) : 0;
	case PRIORITY:
		return fifo ? fifo_priority(dom[s->d]->vcpu[0], (uint32_t)s->a, (uint32_t)s->b) : 0;
	default:
		return OP(s->d, bind_vcpu, &m);
	}
}

static long ref_step(const struct step *s)
{
	switch (s->what) {
	case ALLOC:
		return ref_alloc(s->d, s->a);
	case BIND:
		return ref_bind(s->d, s->a, s->b);
	case CLOSE:
		return ref_close(s->d, s->a);
	case BIND_VIRQ:
		return ref_virq(s->d, (unsigned int)s->a);
	case BIND_IPI:
		ref_set(s->d, ref_free(s->d),
			(struct ref_port){.kind = IPI, .vcpu = (unsigned int)s->a});
		return 0;
	case SEND:
		return ref_send(s->d, s->a);
	case MASK:
	case UNMASK:
		return ref_mask(s->d, s->a, s->what == MASK);
	case TAKE:
		return ref_take(s->d, s->a);
	case PRIORITY:
		ref[s->d][s->a].priority = (unsigned int)s->b;
		return 0;
	default:
		return ref_move(s->d, s->a, (unsigned int)s->b);
	}
}

static bool real_pending(int d, int p)
{
	if (fifo)
		return *fifo_word(dom[d], (uint32_t)p) & W_PENDING;
	return dom[d]->shared_info->evtchn_pending[0] >> p & 1;
}

static void compare_port(int d, int p)
{
	static const uint32_t kinds[] = {
		[CLOSED] = EVTCHNSTAT_closed,	  [UNBOUND] = EVTCHNSTAT_unbound,
		[INTER] = EVTCHNSTAT_interdomain, [VIRQ] = EVTCHNSTAT_virq,
		[IPI] = EVTCHNSTAT_ipi,
	};
	const struct ref_port *r = &ref[d][p];
	struct evtchn_status s = {.dom = DOMID_SELF, .port = (uint32_t)p};

	cr_assert_eq(OP(d, status, &s), 0);
	cr_assert_eq(s.status, kinds[r->kind]);
	cr_assert_eq(real_pending(d, p), r->pending);
	if (fifo)
		cr_assert_eq(!!(*fifo_word(dom[d], (uint32_t)p) & W_LINKED), r->linked);
	if (r->kind == CLOSED)
		return;
	cr_assert_eq(s.vcpu, r->vcpu);
	if (r->kind == UNBOUND)
		cr_assert_eq(s.u.unbound.dom, dom[r->remote]->id);
	if (r->kind == INTER) {
		cr_assert_eq(s.u.interdomain.dom, dom[r->remote]->id);
		cr_assert_eq(s.u.interdomain.port, (uint32_t)r->remote_port);
	}
}

static void compare(void)
{
	for (int d = 0; d < 2; d++)
		for (int p = 1; p <= PORTS; p++)
			compare_port(d, p);
}

/* Steps that would need a port more than we look at are left out. */
static bool possible(const struct step *s)
{
	bool makes =
		s->what == ALLOC || s->what == BIND || s->what == BIND_VIRQ || s->what == BIND_IPI;

	return !makes || ref_free(s->d);
}

static void do_step(const struct step *s)
{
	long want = ref_step(s), got = real_step(s);

	cr_assert_eq(want, got, "op %d of %d (%d, %d): %ld, not %ld", s->what, s->d, s->a, s->b,
		     got, want);
}

static void start_over(void)
{
	struct evtchn_reset r;

	memset(ref, 0, sizeof(ref));
	memset(queue, 0, sizeof(queue));
	for (int d = 0; d < 2; d++) {
		r.dom = DOMID_SELF;
		cr_assert_eq(OP(d, reset, &r), 0);
		dom[d]->shared_info->evtchn_mask[0] = 0;
		if (fifo)
			fifo_start(dom[d]);
		for (int p = 1; p <= PORTS; p++)
			ref[d][p].priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
	}
}

/* --- walks ------------------------------------------------------------------------------- */

static struct step steps[64];
static int nr_steps;

static void add_steps(int what, int a_first, int a_last, int b_first, int b_last)
{
	for (int d = 0; d < 2; d++)
		for (int a = a_first; a <= a_last; a++)
			for (int b = b_first; b <= b_last; b++)
				steps[nr_steps++] = (struct step){what, d, a, b};
}

static void boot(void)
{
	hv_boot(1, 64);
	dom[0] = hv_guest(VCPUS, 16);
	dom[1] = hv_guest(VCPUS, 16);
	add_steps(ALLOC, 0, 1, 0, 0);
	add_steps(BIND, 0, 1, 1, 2);
	add_steps(CLOSE, 1, 2, 0, 0);
	add_steps(BIND_VIRQ, 0, 1, 0, 0);
	add_steps(BIND_IPI, 0, 0, 0, 0);
	add_steps(SEND, 1, 2, 0, 0);
	add_steps(MOVE, 1, 2, 1, 1);
	add_steps(MASK, 1, 1, 0, 0);
	add_steps(UNMASK, 1, 1, 0, 0);
}

TestSuite(evtchn_model, .init = boot);

static void every_sequence(void)
{
	for (int i = 0; i < nr_steps; i++)
		for (int j = 0; j < nr_steps; j++)
			for (int k = 0; k < nr_steps; k++) {
				start_over();
				do_step(&steps[i]);
				do_step(&steps[j]);
				do_step(&steps[k]);
				compare();
			}
}

static void choose(struct step *s)
{
	*s = steps[rand() % nr_steps];
	if (s->what == BIND)
		s->b = 1 + rand() % PORTS;
	else if (s->what >= CLOSE && s->what != BIND_VIRQ && s->what != BIND_IPI && s->what != TAKE)
		s->a = 1 + rand() % PORTS;
	if (s->what == MOVE)
		s->b = rand() % VCPUS;
	if (s->what == PRIORITY)
		s->b = rand() % EVTCHN_FIFO_MAX_QUEUES;
}

static void long_walks(void)
{
	srand(1);
	for (int walk = 0; walk < 100; walk++) {
		start_over();
		for (int n = 0; n < 500; n++) {
			struct step s;

			choose(&s);
			if (!possible(&s))
				continue;
			do_step(&s);
			compare();
		}
	}
}

static void fifo_steps(void)
{
	fifo = true;
	add_steps(TAKE, 0, 1, 0, 0);
	add_steps(PRIORITY, 1, 2, 3, 3);
}

Test(evtchn_model, every_sequence_of_three)
{
	every_sequence();
}

Test(evtchn_model, every_sequence_of_three_in_queues)
{
	fifo_steps();
	every_sequence();
}

Test(evtchn_model, long_walks)
{
	long_walks();
}

Test(evtchn_model, long_walks_in_queues)
{
	fifo_steps();
	long_walks();
}
