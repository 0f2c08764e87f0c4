/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels: 2-level, callback by vector. */
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

static void events_handle(unsigned int vector)
{
	struct shared_info *s = xen_shared();
	struct vcpu_info *v = this_vcpu_info();
	unsigned long words;

	(void)vector;
	while (__atomic_exchange_n(&v->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST)) {
		words = __atomic_exchange_n(&v->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
		for (; words; words &= words - 1)
			events_word(s, (unsigned int)__builtin_ctzl(words));
	}
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
	ret = hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_unmask, &unmask);
	check(!ret, "cannot unmask port %u: %ld", port, ret);
}

long evtchn_send(unsigned int port)
{
	struct evtchn_send arg = {.port = port};

	return hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &arg);
}

long evtchn_bind_virq(unsigned int virq, unsigned int vcpu)
{
	struct evtchn_bind_virq arg = {.virq = virq, .vcpu = vcpu};
	long ret = hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, &arg);

	return ret ? ret : (long)arg.port;
}

long evtchn_bind_ipi(unsigned int vcpu)
{
	struct evtchn_bind_ipi arg = {.vcpu = vcpu};
	long ret = hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, &arg);

	return ret ? ret : (long)arg.port;
}
