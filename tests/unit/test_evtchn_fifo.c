/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include "fifo_guest.h"

static struct domain *a, *b;
static struct vcpu *av, *bv, *zero;

static void boot(void)
{
	hv_boot(2, 64);
	a = hv_guest(2, 64);
	b = hv_guest(1, 16);
	av = a->vcpu[0];
	bv = b->vcpu[0];
	zero = dom0->vcpu[0];
}

TestSuite(evtchn_fifo, .init = boot);

#define OP(v, cmd, arg) HV_OP(v, do_event_channel_op, EVTCHNOP_##cmd, arg)

static uint32_t ipi(uint32_t vcpu)
{
	struct evtchn_bind_ipi i = {.vcpu = vcpu};

	cr_assert_eq(OP(av, bind_ipi, &i), 0);
	return i.port;
}

/* Its own end of a channel with b, and b's. */
static uint32_t pair(uint32_t *far)
{
	struct evtchn_alloc_unbound u = {.dom = DOMID_SELF, .remote_dom = b->id};
	struct evtchn_bind_interdomain i = {.remote_dom = a->id};

	cr_assert_eq(OP(av, alloc_unbound, &u), 0);
	i.remote_port = u.port;
	cr_assert_eq(OP(bv, bind_interdomain, &i), 0);
	*far = i.local_port;
	return u.port;
}

static long send(struct vcpu *v, uint32_t port)
{
	struct evtchn_send s = {.port = port};

	return OP(v, send, &s);
}

static long shut(uint32_t port)
{
	struct evtchn_close c = {.port = port};

	return OP(av, close, &c);
}

static long unmask(uint32_t port)
{
	struct evtchn_unmask u = {.port = port};

	return OP(av, unmask, &u);
}

static long reset(void)
{
	struct evtchn_reset r = {.dom = DOMID_SELF};

	return OP(av, reset, &r);
}

static uint32_t refs(uint64_t gfn)
{
	return frame_table[p2m_get(a, mk_gfn(gfn), NULL, NULL).v].count;
}

Test(evtchn_fifo, events_come_in_order_and_by_priority)
{
	uint32_t p[4], prio;

	fifo_start(a);
	for (int i = 0; i < 4; i++)
		p[i] = ipi(0);
	cr_assert_eq(fifo_priority(av, p[3], 2), 0);
	for (int i = 3; i >= 0; i--)
		cr_assert_eq(send(av, p[i]), 0);
	cr_assert_eq(send(av, p[1]), 0); /* pending already: one event */
	cr_assert(vcpu_event_pending(av));
	cr_assert_eq(av->vcpu_info->evtchn_pending_sel, 0, "that is the other ABI's");
	cr_assert_eq(fifo_take(a, 0, &prio), p[3]);
	cr_assert_eq(prio, 2);
	for (int i = 2; i >= 0; i--) {
		cr_assert_eq(fifo_take(a, 0, &prio), p[i]);
		cr_assert_eq(prio, EVTCHN_FIFO_PRIORITY_DEFAULT);
	}
	cr_assert_eq(fifo_take(a, 0, NULL), 0);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 0);
	/* The queue that was emptied works again. */
	cr_assert_eq(send(av, p[2]), 0);
	cr_assert_eq(send(av, p[0]), 0);
	cr_assert_eq(fifo_take(a, 0, NULL), p[2]);
	cr_assert_eq(fifo_take(a, 0, NULL), p[0]);
	cr_assert_eq(fifo_take(a, 0, NULL), 0);
}

Test(evtchn_fifo, masked_events_wait_outside_the_queue)
{
	uint32_t p = ipi(1);

	fifo_start(a);
	*fifo_word(a, p) = W_MASKED;
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(*fifo_word(a, p), W_MASKED | W_PENDING);
	cr_assert_not(vcpu_event_pending(a->vcpu[1]));
	cr_assert_eq(unmask(p), 0);
	cr_assert_eq(*fifo_word(a, p), W_PENDING | W_LINKED);
	cr_assert(vcpu_event_pending(a->vcpu[1]));
	cr_assert_not(vcpu_event_pending(av));
	cr_assert_eq(fifo_take(a, 1, NULL), p);
	cr_assert_eq(unmask(p), 0); /* nothing is pending */
	cr_assert_eq(fifo_take(a, 1, NULL), 0);
}

Test(evtchn_fifo, what_was_pending_before_comes_with_its_word)
{
	uint32_t p = ipi(0), far, q = pair(&far), gone = ipi(0);

	a->shared_info->evtchn_mask[0] = ~0UL;
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 0), 0);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 0, "it moved");
	cr_assert_eq(send(bv, far), 0); /* no word yet */
	cr_assert_eq(send(av, gone), 0);
	cr_assert_eq(shut(gone), 0);
	memset(fifo_word(a, 0), 0, PAGE_SIZE);
	memset(fifo_block(a, 0), 0, sizeof(struct evtchn_fifo_control_block));
	cr_assert_eq(fifo_expand(av, FIFO_WORDS), 0);
	cr_assert_eq(fifo_take(a, 0, NULL), p);
	cr_assert_eq(fifo_take(a, 0, NULL), q);
	cr_assert_eq(fifo_take(a, 0, NULL), 0);
}

/* XSA-343, 344 and the like: a new owner must not get the old one's event. */
Test(evtchn_fifo, a_port_in_a_queue_is_not_given_out)
{
	uint32_t p, q;

	fifo_start(a);
	p = ipi(0);
	cr_assert_eq(fifo_priority(av, p, 1), 0);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(shut(p), 0);
	cr_assert_eq(*fifo_word(a, p), W_LINKED, "no longer pending");
	q = ipi(0);
	cr_assert_neq(q, p);
	cr_assert_eq(fifo_take(a, 0, NULL), 0);
	cr_assert_eq(ipi(0), p);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(fifo_take(a, 0, &q), p);
	cr_assert_eq(q, EVTCHN_FIFO_PRIORITY_DEFAULT, "priorities go with the owner");
}

/* The tail of a queue moves to another one before it is taken off. */
Test(evtchn_fifo, a_moved_tail_leaves_its_queue_empty)
{
	uint32_t far, p, q, r;
	struct evtchn_bind_vcpu m = {.vcpu = 1};

	fifo_start(a);
	m.port = p = pair(&far);
	q = ipi(0);
	r = ipi(1);
	cr_assert_eq(send(bv, far), 0);
	cr_assert_eq(fifo_take(a, 0, NULL), p);
	/* p is still the last that queue 0 saw. */
	cr_assert_eq(OP(av, bind_vcpu, &m), 0);
	cr_assert_eq(send(bv, far), 0);
	cr_assert_eq(send(av, q), 0);
	cr_assert_eq(send(av, r), 0);
	cr_assert_eq(fifo_take(a, 1, NULL), p);
	cr_assert_eq(fifo_take(a, 1, NULL), r);
	cr_assert_eq(fifo_take(a, 1, NULL), 0);
	cr_assert_eq(fifo_take(a, 0, NULL), q);
	cr_assert_eq(fifo_take(a, 0, NULL), 0);
}

Test(evtchn_fifo, a_vcpu_without_a_block_gets_it_by_unmasking)
{
	uint32_t p = ipi(1);

	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 0), 0);
	memset(fifo_word(a, 0), 0, PAGE_SIZE);
	cr_assert_eq(fifo_expand(av, FIFO_WORDS), 0);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(*fifo_word(a, p), W_PENDING);
	memset(fifo_block(a, 1), 0, sizeof(struct evtchn_fifo_control_block));
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS + 1, 0, 1), 0);
	cr_assert_eq(unmask(p), 0);
	cr_assert_eq(fifo_take(a, 1, NULL), p);
}

Test(evtchn_fifo, wrong_arguments_get_xens_codes)
{
	uint32_t p = ipi(0);

	cr_assert_eq(fifo_expand(av, FIFO_WORDS), -XEN_EOPNOTSUPP);
	cr_assert_eq(fifo_priority(av, p, 0), -XEN_ENOSYS);
	cr_assert_eq(fifo_priority(av, 4095, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 2), -XEN_ENOENT);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, UINT32_MAX), -XEN_ENOENT);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 4, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 4096 - 64, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, UINT32_MAX - 7, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, 0x70000, 0, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, UINT64_MAX, 0, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(zero, FIFO_BLOCKS, 0, 0), -XEN_ENOSYS);
	cr_assert_eq(fifo_expand(zero, FIFO_WORDS), -XEN_ENOSYS);
	/* None of these changed the ABI. */
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 1u << p);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 4096 - 72, 0), 0);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 0), -XEN_EINVAL, "only once");
	cr_assert_eq(fifo_priority(av, p, 15), 0);
	cr_assert_eq(fifo_priority(av, p, 16), -XEN_EINVAL);
	cr_assert_eq(fifo_expand(av, 0x70000), -XEN_EINVAL);
	for (uint64_t i = 0; i < 128; i++)
		cr_assert_eq(fifo_expand(av, FIFO_WORDS + i % 32), 0);
	cr_assert_eq(fifo_expand(av, FIFO_WORDS + 32), -XEN_ENOSPC);
	cr_assert_eq(refs(FIFO_WORDS + 32), 1);
}

/* Pages of others cannot be used: a read-only grant would become writable. */
Test(evtchn_fifo, only_own_pages_serve)
{
	mfn_t theirs = p2m_get(b, mk_gfn(9), NULL, NULL);

	cr_assert(frame_get(theirs, b));
	cr_assert_eq(p2m_set(a, mk_gfn(0x1000), theirs, 0, P2M_GRANT_RO), 0);
	cr_assert(frame_get(theirs, b));
	cr_assert_eq(p2m_set(a, mk_gfn(0x1001), theirs, 0, P2M_GRANT_RW), 0);
	cr_assert_eq(fifo_init_control(av, 0x1000, 0, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, 0x1001, 0, 0), -XEN_EINVAL);
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 0), 0);
	cr_assert_eq(fifo_expand(av, 0x1001), -XEN_EINVAL);
	cr_assert_eq(frame_table[theirs.v].count, 3);
}

Test(evtchn_fifo, reset_goes_back_to_two_levels)
{
	uint32_t p;

	fifo_start(a);
	cr_assert_eq(refs(FIFO_WORDS), 2);
	cr_assert_eq(refs(FIFO_BLOCKS + 1), 2);
	for (int i = 0; i < 500; i++)
		p = ipi(0);
	cr_assert_eq(send(av, 7), 0);
	hv_preempt(true); /* XSA-344: a long list is given up half-way */
	cr_assert_eq(reset(), 0);
	hv_preempt(false);
	cr_assert_geq(hv_restarts, 7);
	cr_assert_eq(refs(FIFO_WORDS), 1);
	cr_assert_eq(refs(FIFO_BLOCKS + 1), 1);
	cr_assert_eq(shut(p), -XEN_EINVAL);
	p = ipi(0);
	cr_assert_eq(p, 1);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 0);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 1u << p);
	cr_assert_eq(reset(), 0);
	fifo_start(a); /* and once more */
	p = ipi(0);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(fifo_take(a, 0, NULL), p);
}

Test(evtchn_fifo, the_dead_leave_nothing)
{
	struct hv_usage before;
	uint32_t far;

	host_kill(a);
	before = hv_usage();
	a = hv_guest(2, 64);
	av = a->vcpu[0];
	fifo_start(a);
	pair(&far);
	cr_assert_eq(send(bv, far), 0);
	host_kill(a);
	cr_assert_eq(send(bv, far), 0);
	cr_assert(hv_usage_same(before, hv_usage()));
}

Test(evtchn_fifo, failing_allocations_change_nothing)
{
	uint32_t p = ipi(0);

	host_take_memory(0);
	while (heap_alloc(512))
		;
	cr_assert_eq(fifo_init_control(av, FIFO_BLOCKS, 0, 0), -XEN_ENOMEM);
	cr_assert_eq(refs(FIFO_BLOCKS), 1);
	cr_assert_eq(send(av, p), 0);
	cr_assert_eq(a->shared_info->evtchn_pending[0], 1u << p);
	host_return_memory();
}

/* The highest port that the toolstack allows, and the ABI's own limit. */
Test(evtchn_fifo, more_ports_than_two_levels_have)
{
	struct xen_domctl_createdomain config = a->config;
	struct evtchn_alloc_unbound u = {.remote_dom = b->id};
	uint32_t want[] = {4095, 5000};

	config.max_evtchn_port = 5000;
	host_kill(a);
	a = host_domain_with(&config, 32);
	u.dom = a->id;
	for (int abi = 0; abi < 2; abi++) {
		uint32_t last = 0;
		long rc;

		while (!(rc = OP(zero, alloc_unbound, &u)))
			last = u.port;
		cr_assert_eq(rc, -XEN_ENOSPC);
		cr_assert_eq(last, want[abi]);
		av = a->vcpu[0];
		if (!abi)
			fifo_start(a);
	}
	for (uint64_t i = 1; i < 5; i++)
		cr_assert_eq(fifo_expand(av, FIFO_WORDS + i), 0);
	cr_assert_eq(evtchn_max_port(a), 5001);
	memset(fifo_word(a, 4096), 0, PAGE_SIZE);
	evtchn_set_pending(a, 5000);
	cr_assert_eq(fifo_take(a, 0, NULL), 5000);
	/* XSA-338: after the reset the port is still there, without a bit of its own. */
	cr_assert_eq(reset(), 0);
	cr_assert_eq(evtchn_max_port(a), 4096);
	cr_assert_eq(send(av, 5000), -XEN_EINVAL);
	cr_assert_eq(unmask(5000), 0);
	cr_assert_eq(shut(5000), -XEN_EINVAL);
	evtchn_set_pending(a, 5000);
	host_kill(a);
}

/* A guest CPU that changes the words all the time: the tries end, nothing breaks. */
static volatile bool stop;

static void *scribble(void *words)
{
	unsigned int seed = 1;

	while (!stop) {
		event_word_t *w = (event_word_t *)words + rand_r(&seed) % 8;

		__atomic_fetch_xor(w, 1u << (rand_r(&seed) % 32), __ATOMIC_SEQ_CST);
		__atomic_fetch_or(w, W_LINKED, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

Test(evtchn_fifo, a_scribbling_guest_hurts_nobody)
{
	pthread_t other;
	uint32_t p[7];

	fifo_start(a);
	for (int i = 0; i < 7; i++)
		p[i] = ipi((uint32_t)i & 1);
	cr_assert_eq(pthread_create(&other, NULL, scribble, fifo_word(a, 0)), 0);
	srand(1);
	for (int n = 0; n < 30000; n++) {
		int i = rand() % 7;

		__atomic_fetch_and(fifo_word(a, p[i]), ~(W_LINKED | W_MASKED), __ATOMIC_SEQ_CST);
		send(av, p[i]);
		fifo_priority(av, p[i], (uint32_t)rand() % 16);
		if (n % 16 == 0)
			unmask(p[i]);
	}
	stop = true;
	pthread_join(other, NULL);
	cr_assert_eq(reset(), 0);
	cr_assert_eq(refs(FIFO_WORDS), 1);
}

Test(evtchn_fifo, hostile_words_hurt_nobody)
{
	uint32_t arg[8], far;

	fifo_start(a);
	pair(&far);
	srand(2);
	for (int n = 0; n < 20000; n++) {
		for (int k = 0; k < 8; k++)
			arg[k] = rand() % 4 ? (uint32_t)rand() % 16 : (uint32_t)rand() * 3u;
		*fifo_word(a, (uint32_t)rand() % 16) = (uint32_t)rand() << 1 ^ (uint32_t)rand();
		fifo_block(a, 0)->head[rand() % 16] = (uint32_t)rand();
		fifo_block(a, 0)->ready = (uint32_t)rand();
		hv_op(av, do_event_channel_op, (uint64_t)rand() % 16, arg, sizeof(arg));
		send(bv, far);
	}
	host_kill(a);
	host_kill(b);
}
