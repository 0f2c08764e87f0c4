/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fifo_guest.h"

#include <criterion/criterion.h>
#include <string.h>

/* What a guest remembers of each queue. */
struct reader {
	uint32_t ready, head[EVTCHN_FIFO_MAX_QUEUES];
};
static struct reader readers[8][4]; /* by domain id and vCPU */

static void *page(struct domain *d, uint64_t gfn)
{
	return mfn_to_virt(p2m_get(d, mk_gfn(gfn), NULL, NULL));
}

long fifo_init_control(struct vcpu *v, uint64_t gfn, uint32_t offset, uint32_t vcpu)
{
	struct evtchn_init_control op = {.control_gfn = gfn, .offset = offset, .vcpu = vcpu};
	long rc = HV_OP(v, do_event_channel_op, EVTCHNOP_init_control, &op);

	cr_assert_eq(op.link_bits, rc ? 0 : EVTCHN_FIFO_LINK_BITS);
	return rc;
}

long fifo_expand(struct vcpu *v, uint64_t gfn)
{
	struct evtchn_expand_array op = {.array_gfn = gfn};

	return HV_OP(v, do_event_channel_op, EVTCHNOP_expand_array, &op);
}

long fifo_priority(struct vcpu *v, uint32_t port, uint32_t priority)
{
	struct evtchn_set_priority op = {.port = port, .priority = priority};

	return HV_OP(v, do_event_channel_op, EVTCHNOP_set_priority, &op);
}

void fifo_start(struct domain *d)
{
	memset(readers[d->id], 0, sizeof(readers[d->id]));
	for (uint32_t i = 0; i < d->max_vcpus; i++) {
		memset(page(d, FIFO_BLOCKS + i), 0, PAGE_SIZE);
		cr_assert_eq(fifo_init_control(d->vcpu[0], FIFO_BLOCKS + i, 0, i), 0);
	}
	memset(page(d, FIFO_WORDS), 0, PAGE_SIZE);
	cr_assert_eq(fifo_expand(d->vcpu[0], FIFO_WORDS), 0);
}

event_word_t *fifo_word(struct domain *d, uint32_t port)
{
	return (event_word_t *)page(d, FIFO_WORDS + port / 1024) + port % 1024;
}

struct evtchn_fifo_control_block *fifo_block(struct domain *d, uint32_t vcpu)
{
	return page(d, FIFO_BLOCKS + vcpu);
}

/* One event of queue @q: unlink it, see what follows. */
static uint32_t unlink_one(struct domain *d, struct reader *r, uint32_t vcpu, uint32_t q)
{
	uint32_t port = r->head[q] ?: fifo_block(d, vcpu)->head[q], old;

	old = __atomic_fetch_and(fifo_word(d, port), ~(W_LINKED | EVTCHN_FIFO_LINK_MASK),
				 __ATOMIC_SEQ_CST);
	cr_assert(old & W_LINKED, "port %u is in a queue without being linked", port);
	r->head[q] = old & EVTCHN_FIFO_LINK_MASK;
	if (!r->head[q])
		r->ready &= ~(1u << q);
	return (old & W_PENDING) && !(old & W_MASKED) ? port : 0;
}

uint32_t fifo_take(struct domain *d, uint32_t vcpu, uint32_t *priority)
{
	struct reader *r = &readers[d->id][vcpu];

	for (;;) {
		uint32_t q, port;

		r->ready |= __atomic_exchange_n(&fifo_block(d, vcpu)->ready, 0, __ATOMIC_SEQ_CST);
		if (!r->ready)
			return 0;
		q = (uint32_t)__builtin_ctz(r->ready);
		port = unlink_one(d, r, vcpu, q);
		if (!port)
			continue;
		__atomic_fetch_and(fifo_word(d, port), ~W_PENDING, __ATOMIC_SEQ_CST);
		if (priority)
			*priority = q;
		return port;
	}
}
