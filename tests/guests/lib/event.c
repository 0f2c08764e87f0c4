/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels (2-level, vector callback), the clock, other CPUs. */
#include "internal.h"

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

#define MAX_PORTS 4096

static void (*port_handlers[MAX_PORTS])(unsigned int port);

unsigned int vcpu_id(void)
{
	uint32_t apic_id = cpuid(1, 0).b >> 24;

	return apic_id / 2;
}

static void events_word(struct shared_info *s, unsigned int word)
{
	unsigned long bits;

	while ((bits = s->evtchn_pending[word] & ~s->evtchn_mask[word])) {
		unsigned int bit = (unsigned int)__builtin_ctzl(bits);
		unsigned int port = word * 64 + bit;

		__atomic_and_fetch(&s->evtchn_pending[word], ~(1ul << bit), __ATOMIC_SEQ_CST);
		if (port_handlers[port])
			port_handlers[port](port);
	}
}

static void events_handle(unsigned int vector)
{
	struct shared_info *s = xen_shared();
	struct vcpu_info *v = &s->vcpu_info[vcpu_id()];
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

	for (unsigned int i = 0; i < 64; i++)
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

uint64_t now_ns(void)
{
	volatile struct vcpu_time_info *t = &xen_shared()->vcpu_info[vcpu_id()].time;
	uint64_t delta, ns;
	uint32_t version;

	do {
		version = t->version;
		asm volatile("lfence" ::: "memory");
		delta = rdtsc() - t->tsc_timestamp;
		delta = t->tsc_shift < 0 ? delta >> -t->tsc_shift : delta << t->tsc_shift;
		ns = t->system_time +
		     (uint64_t)(((unsigned __int128)delta * t->tsc_to_system_mul) >> 32);
		asm volatile("lfence" ::: "memory");
	} while ((version & 1) || version != t->version);
	return ns;
}

uint32_t wait_flag(volatile uint32_t *flag, uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	/* Yielding, not halting: nothing need wake us when time is up. */
	irq_on();
	while (!*flag && now_ns() < end)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	irq_off();
	return *flag;
}

extern uint8_t ap_trampoline[], ap_trampoline_end[];
static void (*ap_entry)(unsigned int cpu);
static volatile uint32_t ap_running;

void ap_main(void)
{
	void (*fn)(unsigned int cpu) = ap_entry;

	__atomic_store_n(&ap_running, 1, __ATOMIC_SEQ_CST);
	fn(vcpu_id());
	for (;;)
		asm volatile("cli; hlt");
}

#define MSR_APIC_BASE  0x1b
#define MSR_X2APIC_ICR 0x830

void ap_start(unsigned int cpu, void (*fn)(unsigned int cpu))
{
	uint64_t dest = (uint64_t)(2 * cpu) << 32;

	memcpy((void *)AP_TRAMPOLINE, ap_trampoline, (size_t)(ap_trampoline_end - ap_trampoline));
	ap_entry = fn;
	ap_running = 0;
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | 1 << 10);
	wrmsr(MSR_X2APIC_ICR, dest | 0xc500);			    /* INIT, assert */
	wrmsr(MSR_X2APIC_ICR, dest | 0x8500);			    /* INIT, deassert */
	wrmsr(MSR_X2APIC_ICR, dest | 0x4600 | AP_TRAMPOLINE >> 12); /* start-up */
	check(wait_flag(&ap_running, 5000000000ull), "vCPU %u does not start", cpu);
}
