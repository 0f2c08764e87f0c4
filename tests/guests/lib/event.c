/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels in both ABIs, callback by vector. */
#include "internal.h"

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

#define MAX_PORTS (BITS * BITS)

static void (*port_handlers[MAX_PORTS])(unsigned int port);

static void events_word(struct shared_info *s, unsigned int word)
{
	unsigned long bits;

	while ((bits = s->evtchn_pending[word] & ~s->evtchn_mask[word])) {
		unsigned int bit = (unsigned int)__builtin_ctzl(bits);
		unsigned int port = word * BITS + bit;

		__atomic_and_fetch(&s->evtchn_pending[word], ~(1ul << bit), __ATOMIC_SEQ_CST);
		if (port_handlers[port])
			port_handlers[port](port);
	}
}

/* --- FIFO ------------------------------------------------------------------------ */

#define BLOCK_BYTES 128 /* several share a page */
#define FIFO_VCPUS  16
#define LINK_MASK   ((1u << EVTCHN_FIFO_LINK_BITS) - 1)

uint32_t fifo_words[FIFO_PORTS] __attribute__((aligned(4096)));
static uint8_t blocks[4096] __attribute__((aligned(4096)));
_Static_assert(FIFO_VCPUS *BLOCK_BYTES <= sizeof(blocks), "one page");
static uint32_t heads[FIFO_VCPUS][EVTCHN_FIFO_MAX_QUEUES];
static bool using_fifo;

struct evtchn_fifo_control_block *fifo_block(unsigned int vcpu)
{
	return (void *)(blocks + vcpu * BLOCK_BYTES);
}

/* Take the first event off queue @q; is there more? */
static bool fifo_one(uint32_t *head, unsigned int vcpu, unsigned int q)
{
	uint32_t port = *head ? *head : fifo_block(vcpu)->head[q], word;

	word = __atomic_fetch_and(&fifo_words[port % FIFO_PORTS],
				  ~(1u << EVTCHN_FIFO_LINKED | LINK_MASK), __ATOMIC_SEQ_CST);
	*head = word & LINK_MASK;
	if ((word >> EVTCHN_FIFO_PENDING & 1) && !(word >> EVTCHN_FIFO_MASKED & 1)) {
		__atomic_fetch_and(&fifo_words[port], ~(1u << EVTCHN_FIFO_PENDING),
				   __ATOMIC_SEQ_CST);
		if (port_handlers[port])
			port_handlers[port](port);
	}
	return *head;
}

static void fifo_events(void)
{
	unsigned int vcpu = vcpu_id(), q;
	uint32_t ready = 0;

	for (;;) {
		ready |= __atomic_exchange_n(&fifo_block(vcpu)->ready, 0, __ATOMIC_SEQ_CST);
		if (!ready)
			return;
		q = (unsigned int)__builtin_ctz(ready);
		if (!fifo_one(&heads[vcpu][q], vcpu, q))
			ready &= ~(1u << q);
	}
}

void evtchn_use_fifo(unsigned int vcpus)
{
	struct evtchn_expand_array expand = {.array_gfn = (uintptr_t)fifo_words >> 12};
	long ret;

	check(vcpus <= FIFO_VCPUS, "the library has %u control blocks", FIFO_VCPUS);
	memset(heads, 0, sizeof(heads));
	memset(blocks, 0, sizeof(blocks));
	for (unsigned int i = 0; i < FIFO_PORTS; i++)
		fifo_words[i] = 1u << EVTCHN_FIFO_MASKED;
	for (unsigned int i = 0; i < vcpus; i++) {
		struct evtchn_init_control op = {.control_gfn = (uintptr_t)blocks >> 12,
						 .offset = i * BLOCK_BYTES,
						 .vcpu = i};

		ret = evtchn_op(EVTCHNOP_init_control, &op);
		check(!ret, "init_control of vCPU %u: %ld", i, ret);
		check(op.link_bits == EVTCHN_FIFO_LINK_BITS, "%u link bits", op.link_bits);
	}
	ret = evtchn_op(EVTCHNOP_expand_array, &expand);
	check(!ret, "expand_array: %ld", ret);
	using_fifo = true;
}

void evtchn_forget_fifo(void)
{
	using_fifo = false;
}

static void events_handle(unsigned int vector)
{
	struct shared_info *s = xen_shared();
	struct vcpu_info *v = this_vcpu_info();
	unsigned long words;

	(void)vector;
	while (__atomic_exchange_n(&v->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST)) {
		if (using_fifo) {
			fifo_events();
			continue;
		}
		words = __atomic_exchange_n(&v->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
		for (; words; words &= words - 1)
			events_word(s, (unsigned int)__builtin_ctzl(words));
	}
}

long evtchn_op(unsigned int cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_event_channel_op, cmd, arg);
}

void evtchn_init(void)
{
	struct xen_hvm_param arg = {.domid = DOMID_SELF,
				    .index = HVM_PARAM_CALLBACK_IRQ,
				    .value = 2ull << 56 | CALLBACK_VECTOR};
	struct shared_info *s = xen_shared();
	long ret;

	for (unsigned int i = 0; i < BITS; i++)
		s->evtchn_mask[i] = ~0ul;
	irq_set(CALLBACK_VECTOR, events_handle);
	ret = hypercall2(__HYPERVISOR_hvm_op, HVMOP_set_param, &arg);
	check(!ret, "cannot set the callback vector: %ld", ret);
}

void evtchn_set(unsigned int port, void (*handler)(unsigned int port))
{
	struct evtchn_unmask unmask = {.port = port};
	long ret;

	port_handlers[port] = handler;
	ret = evtchn_op(EVTCHNOP_unmask, &unmask);
	check(!ret, "cannot unmask port %u: %ld", port, ret);
}

long evtchn_send(unsigned int port)
{
	struct evtchn_send arg = {.port = port};

	return evtchn_op(EVTCHNOP_send, &arg);
}

long evtchn_bind_virq(unsigned int virq, unsigned int vcpu)
{
	struct evtchn_bind_virq arg = {.virq = virq, .vcpu = vcpu};
	long ret = evtchn_op(EVTCHNOP_bind_virq, &arg);

	return ret ? ret : (long)arg.port;
}

long evtchn_bind_ipi(unsigned int vcpu)
{
	struct evtchn_bind_ipi arg = {.vcpu = vcpu};
	long ret = evtchn_op(EVTCHNOP_bind_ipi, &arg);

	return ret ? ret : (long)arg.port;
}
